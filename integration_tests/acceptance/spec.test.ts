import path from 'node:path';
import { expect, test } from 'vitest';
import type { ConnectorSpecification, JsonObject } from '../../airbyte/protocol.ts';
import destinationConfig from '../../schemas/destination-config.json' with { type: 'json' };
import advancedAuth from '../../schemas/source-advanced-auth.json' with { type: 'json' };
import sourceConfig from '../../schemas/source-config.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';
import { runConnector } from '../protocol/connector-process.ts';
import { datesWithoutFormat, specRules } from './spec-rules.ts';
import { root } from '../fixtures/root.ts';

// TestSpec of Airbyte's connector acceptance tests, over what the shipped entry points answer.

const credentials = { auth_type: 'refresh_token', client_id: 'id', client_secret: 'x', refresh_token: 'y' };

const connectors = [
  {
    name: 'source-salesforce-cdp',
    expected: { connectionSpecification: sourceConfig, advanced_auth: advancedAuth, supportsIncremental: true },
    config: { credentials, objects: [{ name: 'Contact', fields: ['Email'] }], start_date: '2024-01-01' },
    broken: { credentials: { ...credentials, refresh_token: undefined } },
  },
  {
    name: 'destination-ortto-cdp',
    expected: {
      connectionSpecification: destinationConfig,
      supportsIncremental: true,
      supported_destination_sync_modes: ['append_dedup', 'append'],
    },
    config: { api_key: 'key', region: 'au', modify_system_fields: { mode: 'none' }, people: { create_new: false } },
    broken: { api_key: 'key', region: 'mars' },
  },
] as const;

const specs = new Map<string, ConnectorSpecification>();
for (const { name } of connectors) {
  const entry = path.join(root, name, 'main.ts');
  const { messages, exitCode } = await runConnector(entry, ['spec']);
  const [spec, ...more] = messages.flatMap((message) => (message.type === 'SPEC' ? [message.spec] : []));
  if (spec === undefined || more.length > 0 || messages.length > 1 || exitCode !== 0) {
    throw new Error(`${name} must answer spec with one SPEC message and nothing else`);
  }
  specs.set(name, spec);
}
const specOf = (name: string): ConnectorSpecification => {
  const spec = specs.get(name);
  if (spec === undefined) throw new Error(`There is no connector ${name}`);
  return spec;
};

test.each(connectors)('$name passes test_config_match_spec', ({ name, config, broken }) => {
  const problemsOf = validator(specOf(name).connectionSpecification);
  expect(problemsOf(config)).toEqual([]);
  expect(problemsOf(broken)).toHaveLength(1);
});

test.each(connectors)('$name passes test_match_expected', ({ name, expected }) => {
  const { protocol_version: version, ...spec } = specOf(name);
  expect(spec).toEqual(expected);
  expect(version).toMatch(/^0\.\d+\.\d+$/);
});

test.each(connectors.flatMap(({ name }) => Object.keys(specRules).map((rule) => [name, rule] as const)))(
  '%s passes %s',
  (name, rule) => {
    expect(specRules[rule]?.(specOf(name))).toEqual([]);
  },
);

test('test_date_format has advice only for start_date, which takes a day as well as a moment', () => {
  expect(connectors.map(({ name }) => datesWithoutFormat(specOf(name)))).toEqual([['.properties.start_date'], []]);
});

const branch = (value: string, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { kind: { type: 'string', const: value, ...more } },
});
const choice = (...oneOf: JsonObject[]): JsonObject => ({ properties: { a: { type: 'object', oneOf } } });
const option = (schema: JsonObject, name = 'a'): JsonObject => ({ properties: { [name]: schema } });
const auth = { predicate_key: ['a', 'kind'], predicate_value: 'oauth' };

test.each<[string, JsonObject, JsonObject?]>([
  ['test_enum_usage', option({ type: 'string', enum: ['x', 'x'] })],
  ['test_oneof_usage', { properties: { a: { oneOf: [branch('x'), branch('y')] } } }],
  ['test_oneof_usage', choice(branch('x'), { type: 'object' })],
  ['test_oneof_usage', choice(branch('x'), { type: 'object', properties: { other: { const: 'y' } } })],
  ['test_oneof_usage', choice(branch('x'), branch('y', { default: 'x' }))],
  ['test_oneof_usage', choice(branch('x'), branch('y', { enum: ['x', 'y'] }))],
  ['test_secret_is_properly_marked', option({ type: 'string' }, 'client_secret')],
  ['test_secret_is_properly_marked', choice({ properties: { refresh_token: { type: ['string', 'null'] } } })],
  ['test_secret_is_properly_marked', option({ type: 'array', items: { type: 'string' }, airbyte_secret: true })],
  ['test_property_type_is_not_array', option({ type: ['string', 'integer'] })],
  ['test_object_not_empty', option({ type: 'object' })],
  ['test_array_type', option({ type: 'array' })],
  ['test_array_type', option({ type: 'array', items: { type: 'array', items: { type: 'string' } } })],
  ['test_forbidden_complex_types', option({ anyOf: [{ type: 'string' }] })],
  ['test_forbidden_complex_types', { ...option({ type: 'string' }), dependentRequired: { a: ['b'] } }],
  ['test_date_pattern', option({ type: 'string', format: 'date-time' })],
  [
    'test_duplicate_order',
    { properties: { a: { type: 'string', order: 1 }, b: { type: 'string', order: 1, group: undefined } } },
  ],
  ['test_nested_group', option({ type: 'object', properties: { b: { type: 'string', group: 'x' } } })],
  ['test_display_type', option({ type: 'string', display_type: 'radio' })],
  ['test_display_type', choice({ ...branch('x'), display_type: 'dropdown' })],
  ['test_defined_refs_exist_in_json_spec_file', option({ $ref: '#/definitions/a' })],
  ['test_oauth_flow_parameters', choice({ properties: { other: { const: 'oauth' } } }), auth],
  [
    'test_oauth_flow_parameters',
    choice(branch('oauth')),
    { ...auth, out: { properties: { token: { path_in_connector_config: ['a', 'token'] } } } },
  ],
  [
    'oauth_output_is_extracted',
    {},
    {
      oauth_config_specification: {
        oauth_connector_input_specification: { extract_output: ['access_token'] },
        complete_oauth_output_specification: {
          properties: { token: { path_in_oauth_response: ['refresh_token'], path_in_connector_config: ['token'] } },
        },
      },
    },
  ],
  ['test_oauth_is_default_method', choice(branch('key'), branch('oauth')), auth],
  [
    'test_additional_properties_is_true',
    option({ type: 'object', properties: { b: { type: 'string' } }, additionalProperties: false }),
  ],
])('%s finds a spec that breaks it', (rule, schema, advanced_auth) => {
  const connectionSpecification = { type: 'object', ...schema };
  const spec = { connectionSpecification, ...(advanced_auth && { advanced_auth }) };
  expect(specRules[rule]?.(spec)).not.toEqual([]);
});
