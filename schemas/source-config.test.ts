import { expect, test } from 'vitest';
import advancedAuth from './source-advanced-auth.json' with { type: 'json' };
import schema from './source-config.json' with { type: 'json' };
import { schemasIn } from './schema-walk.ts';

// How the source logs in: what its form and Airbyte's Authenticate button must agree on.

const all = schemasIn(schema, 'config');

test('whatever opens a door is a secret', () => {
  const inCredentials = all.filter(
    ([path, node]) => path.startsWith('config.credentials(') && node['type'] === 'string',
  );
  const doors = inCredentials.filter(([path]) => !/\.(auth_type|client_id|username)$/.test(path));
  expect(doors.map(([path]) => path.split('.').at(-1))).toEqual([
    'client_secret',
    'refresh_token',
    'client_secret',
    'private_key',
  ]);
  for (const [, node] of doors) expect(node['airbyte_secret']).toBe(true);
});

test('each way to log in is identified by one const, and OAuth comes first', () => {
  const branches = schema.properties.credentials.oneOf;
  const types = branches.map(({ properties }) => properties.auth_type);
  expect(types.map((type) => type.const)).toEqual(['refresh_token', 'client_credentials', 'jwt_bearer']);
  for (const type of types) expect(type.default).toBe(type.const);
  expect(advancedAuth.predicate_value).toBe('refresh_token');
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
