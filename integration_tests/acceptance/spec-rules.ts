import { propertiesOf } from '../../airbyte/schema-properties.ts';
import { isObject } from '../../airbyte/protocol.ts';
import type { ConnectorSpecification, JsonObject } from '../../airbyte/protocol.ts';

// What Airbyte's acceptance tests ask of a spec, each check a function from the spec to the places that break it. The names
// are those of Airbyte's own tests, where it has one.

type Rule = (spec: ConnectorSpecification) => readonly string[];

interface Node {
  /** Where it is in the connection specification, `properties.credentials.oneOf.0`. */
  readonly path: string;
  readonly schema: JsonObject;
  /** The option it describes, if it describes one. */
  readonly property: string | undefined;
}

const objectsIn = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A schema and every schema inside it. */
const nodes = (schema: JsonObject, path = '', property?: string): Node[] => [
  { path, schema, property },
  ...Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).flatMap(([name, child]) =>
    isObject(child) ? nodes(child, `${path}.properties.${name}`, name) : [],
  ),
  ...['oneOf', 'anyOf', 'allOf'].flatMap((keyword) =>
    objectsIn(schema[keyword]).flatMap((child, index) => nodes(child, `${path}.${keyword}.${index}`)),
  ),
  ...(isObject(schema['items']) ? nodes(schema['items'], `${path}.items`) : []),
];

/** Values of a keyword anywhere, also where no schema should be. */
const everywhere = (value: unknown, keyword: string, path = ''): { path: string; found: unknown }[] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => everywhere(item, keyword, `${path}.${index}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    // An option may have a keyword's name.
    ...(key === keyword && !path.endsWith('.properties') ? [{ path: `${path}.${key}`, found: child }] : []),
    ...everywhere(child, keyword, `${path}.${key}`),
  ]);
};

const where = (spec: ConnectorSpecification, breaks: (node: Node) => boolean): string[] =>
  nodes(spec.connectionSpecification)
    .filter(breaks)
    .map(({ path }) => path);

const typesOf = ({ type }: JsonObject): unknown[] => [type].flat().filter((name) => name !== undefined);

/** Names that a secret usually has, as Airbyte lists them. */
const SECRET_NAMES = new Set(
  (
    'client_token access_token api_token token secret client_secret password key service_account_info ' +
    'service_account tenant_id certificate jwt credentials app_id appid refresh_token'
  ).split(' '),
);
const STORABLE = ['string', 'number', 'integer'];

/** Whether all variants have one property in common that is a constant, and whether its default and enum agree with it. */
const hasDiscriminator = (variants: readonly JsonObject[]): boolean => {
  const constants = variants.map((variant) =>
    Object.entries(propertiesOf(variant)).filter(([, value]) => isObject(value) && 'const' in value),
  );
  const shared = (constants[0] ?? []).filter(([name]) =>
    constants.every((each) => each.some(([other]) => other === name)),
  );
  const [name] = shared[0] ?? [];
  if (shared.length !== 1 || name === undefined) return false;
  return variants.every((variant) => {
    const {
      const: value,
      default: byDefault = value,
      enum: allowed = [value],
    } = propertiesOf(variant)[name] as JsonObject;
    return byDefault === value && Array.isArray(allowed) && allowed.length === 1 && allowed[0] === value;
  });
};

/** Paths of the user's config that the OAuth flow reads or writes. */
const oauthPaths = ({ advanced_auth: auth }: ConnectorSpecification): string[][] => {
  if (auth === undefined) return [];
  const named = everywhere(auth, 'path_in_connector_config').map(({ found }) => found);
  return [auth['predicate_key'], ...named].filter((path): path is string[] => Array.isArray(path));
};

const leadsSomewhere = (schema: JsonObject, path: readonly string[]): boolean => {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  return [schema, ...objectsIn(schema['oneOf'])].some((each) => {
    const child = propertiesOf(each)[name];
    return isObject(child) && leadsSomewhere(child, rest);
  });
};

const FORBIDDEN = [
  'not',
  'anyOf',
  'patternProperties',
  'prefixItems',
  'allOf',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependentRequired',
];

const ordersOf = (schema: JsonObject): string[] =>
  Object.values(propertiesOf(schema)).flatMap((child) =>
    isObject(child) && 'order' in child ? [`${String(child['group'])} ${String(child['order'])}`] : [],
  );

export const specRules: Readonly<Record<string, Rule>> = {
  test_enum_usage: (spec) =>
    where(spec, ({ schema: { enum: values } }) => Array.isArray(values) && new Set(values).size < values.length),

  test_oneof_usage: (spec) =>
    where(spec, ({ schema }) => {
      if (!('oneOf' in schema)) return false;
      const variants = objectsIn(schema['oneOf']);
      const areObjects = schema['type'] === 'object' && variants.every((variant) => isObject(variant['properties']));
      return !areObjects || !hasDiscriminator(variants);
    }),

  test_secret_is_properly_marked: (spec) =>
    where(spec, ({ schema, property = '' }) => {
      const isStorable = typesOf(schema).some((type) => STORABLE.includes(String(type))) && !('const' in schema);
      const isMarked = schema['airbyte_secret'] === true;
      return isMarked ? !isStorable : isStorable && SECRET_NAMES.has(property.toLowerCase());
    }),

  test_property_type_is_not_array: (spec) =>
    where(spec, ({ schema: { type } }) => Array.isArray(type) && (type.length !== 2 || type[1] !== 'null')),

  test_object_not_empty: (spec) =>
    where(spec, ({ schema }) => schema['type'] === 'object' && !('properties' in schema) && !('oneOf' in schema)),

  test_array_type: (spec) =>
    where(spec, ({ schema }) => {
      if (schema['type'] !== 'array') return false;
      const { items } = schema;
      return !isObject(items) || !(['object', ...STORABLE].includes(String(items['type'])) || 'enum' in items);
    }),

  test_forbidden_complex_types: ({ connectionSpecification }) =>
    FORBIDDEN.flatMap((keyword) => everywhere(connectionSpecification, keyword).map(({ path }) => path)),

  test_date_pattern: (spec) =>
    where(
      spec,
      ({ schema }) => ['date', 'date-time'].includes(String(schema['format'])) && typeof schema['pattern'] !== 'string',
    ),

  test_duplicate_order: (spec) => where(spec, ({ schema }) => new Set(ordersOf(schema)).size < ordersOf(schema).length),

  test_nested_group: (spec) =>
    where(spec, ({ path, schema }) => 'group' in schema && !/^\.properties\.[^.]+$/.test(path)),

  test_display_type: (spec) =>
    where(
      spec,
      ({ schema }) =>
        'display_type' in schema &&
        !('oneOf' in schema && ['dropdown', 'radio'].includes(String(schema['display_type']))),
    ),

  test_defined_refs_exist_in_json_spec_file: ({ connectionSpecification }) =>
    everywhere(connectionSpecification, '$ref').map(({ path }) => path),

  test_oauth_flow_parameters: (spec) =>
    oauthPaths(spec)
      .filter((path) => !leadsSomewhere(spec.connectionSpecification, path))
      .map((path) => path.join('.')),

  /** Airbyte keeps only the listed fields of an answer, and the login fails if a field has to come from elsewhere. */
  oauth_output_is_extracted: ({ advanced_auth: auth }) => {
    const oauth = isObject(auth?.['oauth_config_specification']) ? auth['oauth_config_specification'] : {};
    const input = oauth['oauth_connector_input_specification'];
    const extracted = isObject(input) && Array.isArray(input['extract_output']) ? input['extract_output'] : [];
    return everywhere(oauth['complete_oauth_output_specification'], 'path_in_oauth_response')
      .map(({ found }) => [found].flat().join('.'))
      .filter((path) => !extracted.includes(path));
  },

  test_oauth_is_default_method: ({ connectionSpecification, advanced_auth: auth }) => {
    const path = auth?.['predicate_key'];
    const [name, key] = Array.isArray(path) ? path.map(String) : [];
    const choice = name === undefined ? undefined : propertiesOf(connectionSpecification)[name];
    if (key === undefined || !isObject(choice)) return [];
    const discriminator = propertiesOf(objectsIn(choice['oneOf'])[0] ?? {})[key];
    const isFirst = isObject(discriminator) && discriminator['const'] === auth?.['predicate_value'];
    return isFirst ? [] : [`.properties.${name}`];
  },

  test_additional_properties_is_true: ({ connectionSpecification }) =>
    everywhere(connectionSpecification, 'additionalProperties')
      .filter(({ found }) => found !== true)
      .map(({ path }) => path),
};

/** Options whose pattern is that of a date but which name no format: Airbyte only advises to give one. */
export const datesWithoutFormat = (spec: ConnectorSpecification): string[] =>
  where(
    spec,
    ({ schema: { pattern, format } }) =>
      typeof pattern === 'string' && pattern.startsWith('^[0-9]{4}-[0-9]{2}-[0-9]{2}') && format === undefined,
  );
