import { isObject } from '../../airbyte/protocol.ts';
import type { AirbyteStream, JsonObject } from '../../airbyte/protocol.ts';
import { schemasIn } from '../../schemas/schema-walk.ts';

// What Airbyte asks of the records of a stream, beyond what a JSON schema says of each: its well-known types, and paths that
// are in the schema or in the records only.

const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const CLOCK = String.raw`\d{2}:\d{2}:\d{2}(\.\d{1,6})?`;
const ZONE = String.raw`(Z|[+-]\d{1,2}:\d{2})`;

/**
 * The protocol's forms of text by `format airbyte_type`. Where the second is absent, Airbyte assumes a zone.
 * Stricter than JSON Schema's formats, which accept a blank instead of the T and an offset without a colon.
 */
const FORMS: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${DAY}( BC)?$`),
  'date-time': new RegExp(`^${DAY}T${CLOCK}${ZONE}( BC)?$`),
  'date-time timestamp_with_timezone': new RegExp(`^${DAY}T${CLOCK}${ZONE}( BC)?$`),
  'date-time timestamp_without_timezone': new RegExp(`^${DAY}T${CLOCK}( BC)?$`),
  time: new RegExp(`^${CLOCK}${ZONE}$`),
  'time time_with_timezone': new RegExp(`^${CLOCK}${ZONE}$`),
  'time time_without_timezone': new RegExp(`^${CLOCK}$`),
};

/** A value and everything inside it, each with its path: `.Account.Name`, `.Tags[]`. */
const valuesIn = (value: unknown, path = ''): [string, unknown][] => {
  if (Array.isArray(value)) return [[path, value], ...value.flatMap((item) => valuesIn(item, `${path}[]`))];
  if (!isObject(value)) return [[path, value]];
  return [[path, value], ...Object.entries(value).flatMap(([name, child]) => valuesIn(child, `${path}.${name}`))];
};

type Schema = AirbyteStream['json_schema'];

/** Paths at which a record has text that is not of the form that the protocol has for its schema. */
export const malformed = (schema: Schema, record: JsonObject): string[] => {
  const forms = new Map(
    schemasIn(schema).flatMap(([path, { format, airbyte_type }]) => {
      const form = FORMS[[format, airbyte_type].flatMap((word) => (typeof word === 'string' ? [word] : [])).join(' ')];
      return form === undefined ? [] : [[path, form] as const];
    }),
  );
  return valuesIn(record).flatMap(([path, value]) => {
    const form = forms.get(path);
    return form === undefined || value === null || (typeof value === 'string' && form.test(value)) ? [] : [path];
  });
};

/** Paths of a record that the schema does not have. Any path is allowed below an object or list that it does not describe further. */
export const undeclared = (schema: Schema, record: JsonObject): string[] => {
  const declared = new Map(schemasIn(schema));
  const isOpen = (path: string): boolean => {
    const parent = path.replace(/(\.[^.[]+|\[\])$/, '');
    const said = declared.get(parent);
    if (said === undefined) return path !== '' && isOpen(parent);
    return !('properties' in said || 'items' in said);
  };
  return valuesIn(record).flatMap(([path]) => (declared.has(path) || isOpen(path) ? [] : [path]));
};

/** Paths of the schema that no record has, not even as null. */
export const unseen = (schema: Schema, records: readonly JsonObject[]): string[] => {
  const seen = new Set(records.flatMap((record) => valuesIn(record).map(([path]) => path)));
  return schemasIn(schema).flatMap(([path]) => (seen.has(path) ? [] : [path]));
};
