import type { ObjectRefinement } from '../config.ts';
import type { FieldDescription, ObjectDescription } from '../salesforce/object-description.ts';
import { isKnownType } from './field-types.ts';
import { defaultParents, isIdentityColumn } from './objects.ts';

/** A column that fills one key of a record, or one key of an object in it. */
export interface Part {
  readonly name: string;
  /** As in SELECT and in a result's header: MailingCity, Account.Name. */
  readonly path: string;
  readonly field: FieldDescription;
}

/** One key of a record: a value, or an object made of several columns (a compound address or location, a parent). */
export type Property =
  | (Part & { readonly kind: 'value' })
  | {
      readonly kind: 'group';
      readonly name: string;
      /** The compound's own description; undefined for a parent. */
      readonly compound: FieldDescription | undefined;
      readonly members: readonly Part[];
    };

export interface OfferedProperties {
  /** Values in describe's order (Id first), then compounds, then parents. */
  readonly properties: readonly Property[];
  /** What a user should hear of: fields left out, types not known. */
  readonly notes: readonly string[];
  /** Paths of wanted parent fields that lead nowhere. */
  readonly unreachable: readonly string[];
  /** Names of `objects[].fields` that exist neither as field nor as parent field, each with what is wrong. */
  readonly problems: readonly string[];
}

/**
 * What can be read of an object: every field, or those that `objects[].fields` names with the identity columns, and
 * the parent fields. `parents` holds the descriptions of the objects of `parentObjects`, as far as they could be had.
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
    found: findParent(description, path, parents),
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
        .map(({ name, type }) => `${description.name}.${name} has a type not known here (${type}); it is read as text`),
    ],
    unreachable: paths.flatMap(({ path, found }) => (typeof found === 'string' ? [path] : [])),
    problems: [
      ...(named ?? [])
        .filter((name) => !description.fields.some((field) => sameName(name, field.name)))
        .map((name) => `${description.name} has no field ${name}, or the connected user may not see it`),
      ...(refinement?.fields === undefined
        ? []
        : paths.flatMap(({ found }) => (typeof found === 'string' ? [found] : []))),
    ],
  };
};

const notes = (object: string, fields: readonly FieldDescription[], type: string, note: string): string[] =>
  fields.filter((field) => field.type === type).map((field) => `${object}.${field.name} ${note}`);

/** Salesforce does not tell names apart by case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

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

interface ParentField {
  readonly relationship: string;
  readonly part: Part;
}

/** The field a path such as Account.Name leads to, or a sentence that says why there is none. */
const findParent = (
  description: ObjectDescription,
  path: string,
  parents: ReadonlyMap<string, ObjectDescription>,
): ParentField | string => {
  const [relationship = '', name = '', ...deeper] = path.split('.');
  if (deeper.length > 0)
    return `${description.name}.${path}: only fields of the parent itself can be read, not of its parents`;
  const reference = findReference(description, relationship);
  if (reference === undefined || reference.relationshipName === null)
    return `${description.name}.${path}: there is no relationship ${relationship}`;
  const fields = reference.referenceTo.flatMap(
    (object) => parents.get(object)?.fields.filter((field) => sameName(field.name, name)) ?? [],
  );
  const [field] = fields;
  // A parent that may be one of several objects has only the fields that all of them share with Salesforce's Name object.
  if (field === undefined || (reference.referenceTo.length > 1 && !SHARED_PARENT_FIELDS.has(field.name))) {
    return `${description.name}.${path}: ${reference.referenceTo.join(' or ')} has no such field, or the connected user may not see it`;
  }
  if (isCompound(field) || field.type === 'base64')
    return `${description.name}.${path}: cannot be read through a parent`;
  const as = reference.relationshipName;
  return { relationship: as, part: { name: field.name, path: `${as}.${field.name}`, field } };
};

/** Fields of Salesforce's Name object, which stands in for a parent of more than one possible object. */
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
    members: [...new Map(fields.map(({ part }) => [part.path, part])).values()],
  }));

const isCompound = ({ type }: FieldDescription): boolean => type === 'address' || type === 'location';

/** Keys of Salesforce's compound addresses and locations, in the order they are published. */
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

/** A compound from its parts (BillingStreet or Place__Latitude__s); nothing where none of them can be seen. */
const compound = (description: ObjectDescription, field: FieldDescription): Property[] => {
  const parts = description.fields.filter(({ compoundFieldName }) => compoundFieldName === field.name);
  const members = COMPOUND_KEYS.flatMap((key): Part[] => {
    const part = parts.find(({ name }) => name.replace(/__s$/, '').toLowerCase().endsWith(key.toLowerCase()));
    return part ? [{ name: key, path: part.name, field: part }] : [];
  });
  return members.length === 0 ? [] : [{ kind: 'group', name: field.name, compound: field, members }];
};
