import { beforeAll, expect, test } from 'vitest';
import type { AirbyteMessage, AirbyteStream, JsonObject } from '../../airbyte/protocol.ts';
import { catalogRules } from './catalog-rules.ts';
import { useSourceOrg } from '../source/use-source-org.ts';

// TestDiscovery of Airbyte's connector acceptance tests, over the catalogs of an embedded org.

const CONFIGS: Readonly<Record<string, JsonObject>> = {
  'all default objects': {},
  'parent fields and objects of the platform': {
    objects: [
      { name: 'Contact', fields: ['Email', 'Account.Name', 'Owner.Email'] },
      ...['User', 'Group', 'AccountHistory', 'TaskStatus', 'FormulaFunction'].map((name) => ({ name })),
    ],
  },
};

const org = useSourceOrg({ contacts: 5 });
const answers = new Map<string, readonly AirbyteMessage[]>();
beforeAll(async () => {
  for (const [name, config] of Object.entries(CONFIGS)) {
    const { messages, errors } = await org.run('discover', { ...org.config, ...config });
    if (errors.length > 0) throw new Error(errors.join('\n'));
    answers.set(name, messages);
  }
});

const streamsOf = (name: string): readonly AirbyteStream[] =>
  (answers.get(name) ?? []).flatMap((message) => (message.type === 'CATALOG' ? message.catalog.streams : []));

test.each(Object.keys(CONFIGS))('The catalog of %s passes test_discover', (name) => {
  const catalogs = (answers.get(name) ?? []).filter(({ type }) => type === 'CATALOG');
  expect(catalogs).toHaveLength(1);
  expect(streamsOf(name).length).toBeGreaterThan(0);
});

test.each(Object.keys(CONFIGS))('The catalog of %s passes test_duplicated_stream_names', (name) => {
  const names = streamsOf(name).map((stream) => stream.name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(Object.keys(CONFIGS).flatMap((name) => Object.keys(catalogRules).map((rule) => [name, rule] as const)))(
  'The catalog of %s passes %s',
  (name, rule) => {
    const faults = streamsOf(name).flatMap((stream) =>
      (catalogRules[rule]?.(stream) ?? ['no such rule']).map((fault) => `${stream.name}: ${fault}`),
    );
    expect(faults).toEqual([]);
  },
);

test('The default catalog passes test_streams_define_primary_key, which Airbyte asks of certified connectors', () => {
  expect(streamsOf('all default objects')).not.toEqual([]);
  const keyless = streamsOf('all default objects').filter(
    ({ source_defined_primary_key: keys }) => (keys ?? []).length === 0,
  );
  expect(keyless.map(({ name }) => name)).toEqual([]);
});

const good = {
  name: 'Contact',
  supported_sync_modes: ['full_refresh', 'incremental'],
  source_defined_cursor: true,
  is_resumable: true,
  default_cursor_field: ['At'],
  source_defined_primary_key: [['Id']],
} as const;
const properties = { Id: { type: 'string' }, At: { type: ['null', 'string'], format: 'date-time' } };
const withField = (name: string, schema: JsonObject): JsonObject => ({
  json_schema: { type: 'object', properties: { ...properties, [name]: schema } },
});

test.each<[string, JsonObject]>([
  ['test_streams_have_valid_json_schemas', withField('x', { type: 'text' })],
  ['test_defined_cursors_exist_in_schema', { default_cursor_field: ['Later'] }],
  ['test_primary_keys_exist_in_schema', { source_defined_primary_key: [['Id', 'Part']] }],
  ['test_primary_keys_data_type', withField('Id', { type: ['null', 'array'] })],
  ['test_defined_refs_exist_in_schema', withField('x', { type: 'object', properties: { y: { $ref: '#/z' } } })],
  ['test_defined_keyword_exist_in_schema', withField('x', { type: 'array', items: { not: { type: 'null' } } })],
  ['test_streams_has_sync_modes', { supported_sync_modes: [] }],
  ['test_additional_properties_is_true', withField('x', { type: 'object', additionalProperties: false })],
  ['test_catalog_has_supported_data_types', withField('x', { type: ['string', 'number'] })],
  ['test_catalog_has_supported_data_types', withField('x', { type: 'string', format: 'uri' })],
  ['is_resumable', { is_resumable: undefined }],
  ['is_resumable', { source_defined_cursor: undefined }],
  ['field_selection', { json_schema: { type: 'object' } }],
])('%s finds a stream that breaks it, and none in one that does not', (rule, broken) => {
  const stream = { ...good, json_schema: { type: 'object', properties } } as const;
  expect(catalogRules[rule]?.(stream as unknown as AirbyteStream)).toEqual([]);
  expect(catalogRules[rule]?.({ ...stream, ...broken } as unknown as AirbyteStream)).not.toEqual([]);
});
