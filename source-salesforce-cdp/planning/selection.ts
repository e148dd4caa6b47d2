import type { JSONSchema7 } from 'json-schema';
import type { ConfiguredStream } from '../../airbyte/protocol.ts';
import type { ObjectRefinement } from '../config.ts';
import type { ObjectDescription } from '../salesforce/object-description.ts';
import { kindOf } from '../catalog/field-types.ts';
import type { Kind } from '../catalog/field-types.ts';
import { cursorOf } from '../catalog/objects.ts';
import { offeredProperties } from '../catalog/properties.ts';
import type { OfferedProperties, PropertyColumn, Property } from '../catalog/properties.ts';

interface Column {
  /** As in SELECT and in a result's header: Email, Account.Name. */
  readonly path: string;
  readonly kind: Kind;
  /** Whether a query can contain `path != null`. */
  readonly filterable: boolean;
}

/** One key of a record: the value of the column with that index, or an object that is null when all its columns are. */
export type SelectedProperty =
  | { readonly name: string; readonly column: number }
  | {
      readonly name: string;
      readonly members: readonly { readonly name: string; readonly column: number }[];
    };

/** What is read of one object, and how a record is made of it. */
export interface Selection {
  readonly object: string;
  /** In the order of SELECT: Id first; columns used only inside an object come last, in the order of its keys. */
  readonly columns: readonly Column[];
  /** Keys of a record in the order in which they are written: values in the order of their columns, then objects. */
  readonly properties: readonly SelectedProperty[];
  readonly hasId: boolean;
  readonly cursor: string | undefined;
  /** `selected`: records show whether a row is deleted. `unselected`: the object has the field, so queries exclude deleted rows. */
  readonly isDeleted: 'selected' | 'unselected' | 'absent';
}

/**
 * The properties of the configured stream that a fresh description still has. Id and the cursor are always included.
 * `gone` lists the configured properties that the object no longer has, or that are now hidden from the user, but not those that
 * `objects[].fields` leaves out. `parents` is as for `offeredProperties`.
 */
export const select = (
  description: ObjectDescription,
  configured: ConfiguredStream,
  refinement: ObjectRefinement | undefined,
  parents: ReadonlyMap<string, ObjectDescription>,
): { selection: Selection; gone: string[] } => {
  const cursor = cursorOf(description);
  const wanted = configured.stream.json_schema.properties ?? {};
  const offered = offeredProperties(description, refinement, parents);
  const kept = offered.properties.flatMap((property) => keep(property, wanted, cursor));
  const columns = columnsOf(kept);
  const index = new Map(columns.map(({ path }, at) => [path, at]));
  const member = ({ name, path }: PropertyColumn): { name: string; column: number } => ({
    name,
    column: index.get(path) ?? -1,
  });
  return {
    selection: {
      object: description.name,
      columns,
      properties: kept.map((property) =>
        property.kind === 'value' ? member(property) : { name: property.name, members: property.members.map(member) },
      ),
      hasId: index.has('Id'),
      cursor,
      isDeleted: index.has('IsDeleted')
        ? 'selected'
        : description.fields.some(({ name }) => name === 'IsDeleted')
          ? 'unselected'
          : 'absent',
    },
    gone: goneProperties(wanted, offered, description),
  };
};

type Wanted = { readonly [name: string]: JSONSchema7 | boolean };

const keep = (property: Property, wanted: Wanted, cursor: string | undefined): Property[] => {
  if (property.kind === 'value') {
    const always = property.name === 'Id' || property.name === cursor;
    return always || Object.hasOwn(wanted, property.name) ? [property] : [];
  }
  if (!Object.hasOwn(wanted, property.name)) return [];
  const inner = innerProperties(wanted, property.name);
  const members = inner ? property.members.filter(({ name }) => Object.hasOwn(inner, name)) : property.members;
  return members.length > 0 ? [{ ...property, members }] : [];
};

/** The keys selected inside an object; undefined where the schema does not list them, which means all of them. */
const innerProperties = (wanted: Wanted, name: string): Wanted | undefined => {
  const schema = wanted[name];
  return typeof schema === 'object' ? schema.properties : undefined;
};

const columnsOf = (properties: readonly Property[]): Column[] => {
  const parts = [
    ...properties.filter((property) => property.kind === 'value'),
    ...properties.flatMap((property) => (property.kind === 'group' ? property.members : [])),
  ];
  return [...new Map(parts.map((part) => [part.path, part])).values()].map(({ path, field }) => ({
    path,
    kind: kindOf(field.type),
    filterable: field.filterable,
  }));
};

const goneProperties = (
  wanted: Wanted,
  { properties, unreachable }: OfferedProperties,
  description: ObjectDescription,
): string[] => [
  ...Object.keys(wanted).flatMap((name) => {
    if (description.fields.some((field) => field.relationshipName === name)) return [];
    if (!description.fields.some((field) => field.name === name)) return [name];
    const property = properties.find((offered) => offered.name === name);
    if (property?.kind !== 'group') return [];
    return Object.keys(innerProperties(wanted, name) ?? {})
      .filter((key) => !property.members.some((member) => member.name === key))
      .map((key) => `${name}.${key}`);
  }),
  ...unreachable.filter((path) => {
    const [parent = '', field = ''] = path.split('.');
    return Object.hasOwn(wanted, parent) && Object.hasOwn(innerProperties(wanted, parent) ?? { [field]: true }, field);
  }),
];
