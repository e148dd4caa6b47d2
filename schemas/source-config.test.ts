import { expect, test } from 'vitest';
import advancedAuth from './source-advanced-auth.json' with { type: 'json' };
import schema from './source-config.json' with { type: 'json' };

// What Airbyte's acceptance tests and its form ask of a connectionSpecification.

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every schema within, by a readable path. */
const nodes = (node: unknown, path = 'config'): [string, Node][] => {
  if (!isNode(node)) return [];
  const branches = Array.isArray(node['oneOf']) ? node['oneOf'] : [];
  const properties = isNode(node['properties']) ? node['properties'] : {};
  return [
    [path, node],
    ...Object.entries(properties).flatMap(([name, property]) => nodes(property, `${path}.${name}`)),
    ...branches.flatMap((branch: unknown, index) => nodes(branch, `${path}(${index})`)),
    ...nodes(node['items'], `${path}[]`),
  ];
};

const all = nodes(schema);

test('every property has a title and a description in words, but the discriminator', () => {
  const bare = all.filter(
    ([path, node]) => /\.\w+$/.test(path) && !path.endsWith('.auth_type') && !(node['title'] && node['description']),
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test('siblings stand in an order of their own', () => {
  for (const [path, node] of all) {
    const properties = isNode(node['properties']) ? Object.values(node['properties']) : [];
    const orders = properties.map((property) => (isNode(property) ? property['order'] : undefined));
    expect([path, orders]).toEqual([path, orders.map((_, index) => index)]);
  }
});

test('whatever opens a door is a secret', () => {
  const doors = all.filter(([path]) => /\.(client_secret|refresh_token|private_key)$/.test(path));
  expect(doors).toHaveLength(4);
  for (const [, node] of doors) expect(node['airbyte_secret']).toBe(true);
});

test('each way to log in is told by one const, and OAuth comes first', () => {
  const branches = schema.properties.credentials.oneOf;
  const types = branches.map(({ properties }) => properties.auth_type);
  expect(types.map((type) => type.const)).toEqual(['refresh_token', 'client_credentials', 'jwt_bearer']);
  for (const type of types) expect(type.default).toBe(type.const);
  expect(advancedAuth.predicate_value).toBe('refresh_token');
});

test('nothing is used that the form does not know', () => {
  const unknown = [
    'not',
    'anyOf',
    'allOf',
    'if',
    'then',
    'else',
    'patternProperties',
    'prefixItems',
    '$ref',
    'dependentSchemas',
  ];
  expect(all.filter(([, node]) => unknown.some((word) => word in node)).map(([path]) => path)).toEqual([]);
  expect(all.filter(([, node]) => node['additionalProperties'] === false).map(([path]) => path)).toEqual([]);
  expect(all.filter(([, node]) => Array.isArray(node['type'])).map(([path]) => path)).toEqual([]);
});

test('what the OAuth flow fills in is in the config', () => {
  const { oauth_config_specification: flow } = advancedAuth;
  const filled = [
    ...Object.values(flow.oauth_user_input_from_connector_config_specification.properties),
    ...Object.values(flow.complete_oauth_output_specification.properties),
    ...Object.values(flow.complete_oauth_server_output_specification.properties),
  ].map(({ path_in_connector_config: path }) => `config.${path.join('(0).')}`);
  expect(filled.filter((path) => !all.some(([known]) => known === path))).toEqual([]);
});
