import { Ajv } from 'ajv';
import { propertiesOf } from '../../airbyte/schema-properties.ts';
import { isObject } from '../../airbyte/protocol.ts';
import type { AirbyteStream, JsonObject } from '../../airbyte/protocol.ts';
import { schemasIn } from '../../schemas/schema-walk.ts';

// What Airbyte's acceptance tests ask of each stream of a discovered catalog, each check a function from the stream to what
// breaks it. The names are those of Airbyte's own tests.

type Rule = (stream: AirbyteStream) => readonly string[];

/** The schema of a field, by its path; undefined when there is none. */
const fieldAt = (schema: unknown, path: readonly string[]): JsonObject | undefined => {
  const [name, ...rest] = path;
  const child = name === undefined ? undefined : propertiesOf(schema)[name];
  if (!isObject(child)) return undefined;
  return rest.length === 0 ? child : fieldAt(child, rest);
};

const typesOf = ({ type }: JsonObject): string[] =>
  [type]
    .flat()
    .map(String)
    .filter((name) => name !== 'null');

const where = (stream: AirbyteStream, breaks: (schema: JsonObject) => boolean): string[] =>
  schemasIn(stream.json_schema)
    .filter(([, schema]) => breaks(schema))
    .map(([path]) => path);

const missing = ({ json_schema }: AirbyteStream, paths: readonly (readonly string[])[]): string[] =>
  paths.filter((path) => fieldAt(json_schema, path) === undefined).map((path) => path.join('.'));

/** Types of the protocol as `type format airbyte_type`; what is absent is left out. */
const TYPES = new Set([
  'string',
  'string date',
  'string date-time',
  'string date-time timestamp_with_timezone',
  'string date-time timestamp_without_timezone',
  'string time',
  'string time time_with_timezone',
  'string time time_without_timezone',
  'boolean',
  'integer',
  'number',
  'number integer',
  'object',
  'array',
]);

const drafts = new Ajv({ strict: false });

export const catalogRules: Readonly<Record<string, Rule>> = {
  test_streams_have_valid_json_schemas: ({ json_schema }) =>
    drafts.validateSchema(json_schema as JsonObject) === true ? [] : [drafts.errorsText()],

  test_defined_cursors_exist_in_schema: (stream) =>
    missing(stream, stream.default_cursor_field === undefined ? [] : [stream.default_cursor_field]),

  test_primary_keys_exist_in_schema: (stream) => missing(stream, stream.source_defined_primary_key ?? []),

  test_primary_keys_data_type: ({ json_schema, source_defined_primary_key: keys = [] }) =>
    keys
      .filter((path) => typesOf(fieldAt(json_schema, path) ?? {}).some((type) => ['object', 'array'].includes(type)))
      .map((path) => path.join('.')),

  test_defined_refs_exist_in_schema: (stream) => where(stream, (schema) => '$ref' in schema),

  test_defined_keyword_exist_in_schema: (stream) => where(stream, (schema) => 'allOf' in schema || 'not' in schema),

  test_streams_has_sync_modes: ({ supported_sync_modes: modes }) => (modes.length > 0 ? [] : ['supported_sync_modes']),

  test_additional_properties_is_true: (stream) =>
    where(stream, (schema) => 'additionalProperties' in schema && schema['additionalProperties'] !== true),

  test_catalog_has_supported_data_types: (stream) =>
    where(stream, (schema) => {
      const [type, ...more] = typesOf(schema);
      const words = [type, schema['format'], schema['airbyte_type']].filter((word) => word !== undefined);
      return more.length > 0 || !TYPES.has(words.map(String).join(' '));
    }),

  /** The protocol's rule for streams that can resume where they were cut off. */
  is_resumable: ({ is_resumable, source_defined_cursor, supported_sync_modes: modes }) => [
    ...(modes.includes('incremental') && is_resumable !== true ? ['is_resumable'] : []),
    ...(is_resumable === true && source_defined_cursor !== true ? ['source_defined_cursor'] : []),
  ],

  /** Airbyte drops every field that is not named here, and refuses a stream that names none. */
  field_selection: ({ json_schema }) => (Object.keys(propertiesOf(json_schema)).length > 0 ? [] : ['properties']),
};
