import { didYouMean } from '../../airbyte/did-you-mean.ts';
import type { ObjectRefinement, SourceConfig } from '../config.ts';
import type { FieldDescription, ObjectDescription } from '../salesforce/object-description.ts';
import { isKnownType } from './field-types.ts';
import { defaultParents, isIdentityColumn } from './objects.ts';

/** A column that fills one key of a record, or one key of an object in it. */
export interface PropertyColumn {
  readonly name: string;
  /** As in SELECT and in a result's header: MailingCity, Account.Name. */
  readonly path: string;
  readonly field: FieldDescription;
}

/** One key of a record: a value, or an object made of several columns (a compound address or location, or a parent). */
export type Property =
  | (PropertyColumn & { readonly kind: 'value' })
  | {
      readonly kind: 'group';
      readonly name: string;
      /** The description of the compound; undefined for a parent. */
      readonly compound: FieldDescription | undefined;
      readonly members: readonly PropertyColumn[];
    };

export interface OfferedProperties {
  /** Values in the order of describe (Id first), then compounds, then parents. */
  readonly properties: readonly Property[];
  /** For the log: fields left out, and unknown types. */
  readonly notes: readonly string[];
  /** Paths of wanted parent fields that cannot be read. */
  readonly unreachable: readonly string[];
  /** A sentence for each name in `objects[].fields` that cannot be read. */
  readonly problems: readonly string[];
}

/**
 * The properties that an object offers: every field, or those that `objects[].fields` names and the identity columns; and the
 * parent fields. `parents` has descriptions of the objects that `parentObjects` lists, as far as they could be described.
 */
export const offeredProperties = (
  description: ObjectDescription,
  refinement: ObjectRefinement | undefined,
  parents: ReadonlyMap<string, ObjectDescription>,
): OfferedProperties => {
  const named = refinement?.fields?.filter((name) => !name.includes('.'));
  const wanted = (field: FieldDescription): boolean =>
    named === undefined ||
    isIdentityColumn(description, field.name) ||
    named.some((name) => sameName(name, field.name));
  const fields = description.fields.filter(wanted);
  const paths = parentPaths(description.name, refinement).map((path) => ({
    path,
    found: findParentField(description, path, parents),
  }));
  return {
    properties: [
      ...fields
        .filter((field) => !isCompound(field) && field.type !== 'base64')
        .sort((a, b) => Number(b.name === 'Id') - Number(a.name === 'Id'))
        .map((field): Property => ({ kind: 'value', name: field.name, path: field.name, field })),
      ...fields.filter(isCompound).flatMap((field) => compound(description, field)),
      ...groupParents(paths.flatMap(({ found }) => (typeof found === 'string' ? [] : [found]))),
    ],
    notes: [
      ...notes(description.name, fields, 'base64', 'holds a file and is left out'),
      ...fields
        .filter(({ type }) => !isKnownType(type) && !['address', 'location', 'base64'].includes(type))
        .map(({ name, type }) => `${description.name}.${name} has an unknown type (${type}) and is read as text`),
    ],
    unreachable: paths.flatMap(({ path, found }) => (typeof found === 'string' ? [path] : [])),
    problems: [
      ...(named ?? [])
        .filter((name) => !description.fields.some((field) => sameName(name, field.name)))
        .map(
          (name) =>
            `${description.name} has no field ${name}, or it is hidden from the connected user${didYouMean(name, fieldNames(description))}`,
        ),
      ...(refinement?.fields === undefined
        ? []
        : paths.flatMap(({ found }) => (typeof found === 'string' ? [found] : []))),
    ],
  };
};

const notes = (object: string, fields: readonly FieldDescription[], type: string, note: string): string[] =>
  fields.filter((field) => field.type === type).map((field) => `${object}.${field.name} ${note}`);

/** Salesforce ignores case in names. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The entry of `objects` for this object. */
export const refinementOf = (config: SourceConfig, object: string): ObjectRefinement | undefined =>
  config.objects.find(({ name }) => sameName(name, object));

/** Objects whose descriptions `offeredProperties` needs for the parent fields of this one. */
export const parentObjects = (description: ObjectDescription, refinement: ObjectRefinement | undefined): string[] => [
  ...new Set(
    parentPaths(description.name, refinement).flatMap(
      (path) => findReference(description, path.slice(0, path.indexOf('.')))?.referenceTo ?? [],
    ),
  ),
];

const parentPaths = (object: string, refinement: ObjectRefinement | undefined): readonly string[] =>
  refinement?.fields?.filter((name) => name.includes('.')) ?? defaultParents(object);

const findReference = (description: ObjectDescription, relationship: string): FieldDescription | undefined =>
  description.fields.find((field) => field.relationshipName !== null && sameName(field.relationshipName, relationship));

const relationshipsOf = ({ fields }: ObjectDescription): string[] =>
  fields.flatMap(({ relationshipName }) => relationshipName ?? []);

const fieldNames = ({ fields }: ObjectDescription): string[] => fields.map(({ name }) => name);

interface ParentField {
  readonly relationship: string;
  readonly column: PropertyColumn;
}

/** The field at a path such as Account.Name, or a sentence that says why it cannot be read. */
const findParentField = (
  description: ObjectDescription,
  path: string,
  parents: ReadonlyMap<string, ObjectDescription>,
): ParentField | string => {
  const [relationship = '', name = '', ...deeper] = path.split('.');
  if (deeper.length > 0)
    return `${description.name}.${path}: only the parent's own fields can be read, not those of its parents`;
  const reference = findReference(description, relationship);
  if (reference === undefined || reference.relationshipName === null)
    return `${description.name}.${path}: there is no relationship ${relationship}${didYouMean(relationship, relationshipsOf(description))}`;
  const fields = reference.referenceTo.flatMap(
    (object) => parents.get(object)?.fields.filter((field) => sameName(field.name, name)) ?? [],
  );
  const [field] = fields;
  // A parent that can be one of several objects has only the fields of Salesforce's Name object.
  const isPolymorphic = reference.referenceTo.length > 1;
  if (field === undefined || (isPolymorphic && !SHARED_PARENT_FIELDS.has(field.name))) {
    const known = reference.referenceTo.flatMap((object) => {
      const parent = parents.get(object);
      return parent === undefined ? [] : fieldNames(parent);
    });
    const readable = isPolymorphic ? known.filter((each) => SHARED_PARENT_FIELDS.has(each)) : known;
    return `${description.name}.${path}: ${reference.referenceTo.join(' or ')} has no such field, or it is hidden from the connected user${didYouMean(name, readable)}`;
  }
  if (isCompound(field) || field.type === 'base64')
    return `${description.name}.${path}: cannot be read through a parent`;
  const { relationshipName } = reference;
  return {
    relationship: relationshipName,
    column: { name: field.name, path: `${relationshipName}.${field.name}`, field },
  };
};

/** Fields of Salesforce's Name object, which represents a parent that can be one of several objects. */
const SHARED_PARENT_FIELDS: ReadonlySet<string> = new Set([
  'Id',
  'Name',
  'FirstName',
  'LastName',
  'Email',
  'Phone',
  'Title',
  'Username',
  'Alias',
  'IsActive',
]);

const groupParents = (found: readonly ParentField[]): Property[] =>
  [...Map.groupBy(found, ({ relationship }) => relationship)].map(([name, fields]): Property => ({
    kind: 'group',
    name,
    compound: undefined,
    members: [...new Map(fields.map(({ column }) => [column.path, column])).values()],
  }));

const isCompound = ({ type }: FieldDescription): boolean => type === 'address' || type === 'location';

/** Keys of Salesforce's compound addresses and locations, in the order in which they are published. */
const COMPOUND_KEYS: readonly string[] = [
  'street',
  'city',
  'state',
  'stateCode',
  'postalCode',
  'country',
  'countryCode',
  'latitude',
  'longitude',
  'geocodeAccuracy',
];

/** A compound made of its parts (BillingStreet or Place__Latitude__s); nothing where all of them are hidden. */
const compound = (description: ObjectDescription, field: FieldDescription): Property[] => {
  const parts = description.fields.filter(({ compoundFieldName }) => compoundFieldName === field.name);
  const members = COMPOUND_KEYS.flatMap((key): PropertyColumn[] => {
    const part = parts.find(({ name }) => name.replace(/__s$/, '').toLowerCase().endsWith(key.toLowerCase()));
    return part ? [{ name: key, path: part.name, field: part }] : [];
  });
  return members.length === 0 ? [] : [{ kind: 'group', name: field.name, compound: field, members }];
};
