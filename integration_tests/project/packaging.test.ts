import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ConfiguredCatalog, JsonObject } from '../../airbyte/protocol.ts';
import { parseConfig as parseDestinationConfig } from '../../destination-ortto-cdp/config.ts';
import manifest from '../../package.json' with { type: 'json' };
import mapping from '../../schemas/default-mapping.json' with { type: 'json' };
import destinationConfig from '../../schemas/destination-config.json' with { type: 'json' };
import sourceConfig from '../../schemas/source-config.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';
import { parseConfig as parseSourceConfig } from '../../source-salesforce-cdp/config.ts';
import { metadataSchema } from '../acceptance/metadata-schema.ts';
import { checkGiven } from '../protocol/lines.ts';
import { startSourceOrg } from '../source/source-org.ts';
import { root } from '../fixtures/root.ts';

// What a registry and Airbyte's own tests read about the connectors, held against what the connectors are.

const connectors = ['source-salesforce-cdp', 'destination-ortto-cdp'] as const;

const yamlOf = (...file: readonly string[]): JsonObject =>
  parse(readFileSync(path.join(root, ...file), 'utf8')) as JsonObject;
const jsonOf = (...file: readonly string[]): unknown => JSON.parse(readFileSync(path.join(root, ...file), 'utf8'));
const dataOf = (connector: string): JsonObject => yamlOf(connector, 'metadata.yaml')['data'] as JsonObject;

/** Every text in a tree whose key ends in `_path`. */
const pathsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
        typeof child === 'string' && key.endsWith('_path') ? [child] : pathsIn(child),
      );

test.each(connectors)('The metadata of %s names it and the version of the package', (connector) => {
  expect(dataOf(connector)).toMatchObject({
    connectorType: connector.split('-')[0],
    dockerRepository: connector,
    dockerImageTag: manifest.version,
    githubIssueLabel: connector,
    license: manifest.license,
  });
});

test.each(connectors)('The labels of the image of %s are those of its metadata', (connector) => {
  const stage = readFileSync(path.join(root, 'Dockerfile'), 'utf8').split(`AS ${connector}\n`)[1]?.split('\nFROM')[0];
  const label = (name: string): string | undefined => new RegExp(`^LABEL ${name}="(.*)"$`, 'm').exec(stage ?? '')?.[1];
  expect(label('io.airbyte.name')).toBe(dataOf(connector)['dockerRepository']);
  expect(label('io.airbyte.version')).toBe(dataOf(connector)['dockerImageTag']);
});

test('The two connectors have ids of their own', () => {
  const ids = connectors.map((connector) => String(dataOf(connector)['definitionId']));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(2);
});

test('CHANGELOG speaks of the version', () => {
  expect(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')).toMatch(new RegExp(`^## ${manifest.version}\\b`, 'm'));
});

test.each(connectors)('The icon of %s is there, and draws itself alone', (connector) => {
  const icon = readFileSync(path.join(root, connector, String(dataOf(connector)['icon'])), 'utf8');
  expect(icon).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 250 250"/);
  expect(icon).not.toMatch(/href|<script|<image/);
});

test('The suggested streams are those that have a place in the default mapping', () => {
  const { streams } = dataOf('source-salesforce-cdp')['suggestedStreams'] as { readonly streams: readonly string[] };
  expect([...streams].sort()).toEqual(Object.keys(mapping.streams).sort());
});

const metadataProblems = validator(metadataSchema);
const NOT_YET = 'data.documentationUrl: is required';

test.each(connectors)(
  'The metadata of %s is as Airbyte defines it, but for an address that a release fills in',
  (connector) => {
    const problems = metadataProblems(yamlOf(connector, 'metadata.yaml'));
    expect(problems).toEqual('documentationUrl' in dataOf(connector) ? [] : [NOT_YET]);
    const releasing = readFileSync(path.join(root, 'RELEASING.md'), 'utf8');
    const step = /^1\. .*?(?=^2\. )/ms.exec(releasing)?.[0].replaceAll(/\s+/g, ' ');
    expect(step).toContain('give each `metadata.yaml` the `documentationUrl`');
  },
);

test.each<[string, JsonObject, string]>([
  ['an id that is none', { definitionId: 'salesforce' }, 'data.definitionId'],
  ['a subtype of its own', { connectorSubtype: 'crm' }, 'data.connectorSubtype'],
  ['a stage of its own', { releaseStage: 'preview' }, 'data.releaseStage'],
  ['a level of its own', { supportLevel: 'best effort' }, 'data.supportLevel'],
  ['a page without address', { documentationUrl: 'docs/source.md' }, 'data.documentationUrl'],
  ['a key of its own', { maintainer: 'x' }, 'data.maintainer: is not a known option'],
  ['no license', { license: undefined }, 'data.license: is required'],
  ['hosts under no name', { allowedHosts: ['a.test'] }, 'data.allowedHosts'],
  ['a third registry', { registryOverrides: { private: { enabled: true } } }, 'data.registryOverrides.private'],
  ['a registry without word', { registryOverrides: { cloud: {} } }, 'data.registryOverrides.cloud.enabled'],
])('Metadata with %s is not as Airbyte defines it', (_, change, problem) => {
  const data = { ...dataOf(connectors[0]), documentationUrl: 'https://docs.test/', ...change };
  const told = JSON.parse(JSON.stringify({ metadataSpecVersion: '1.0', data })) as unknown;
  expect(metadataProblems(told)).toEqual([expect.stringContaining(problem)]);
});

/** Whether Airbyte lets a connector reach a host: a star stands for any beginning. */
const isAllowed = (connector: string, host: string): boolean =>
  allowedHosts(connector).some((form) => covers(form, host));
const covers = (form: string, host: string): boolean =>
  form.startsWith('*.') ? host.endsWith(form.slice(1)) : host === form;
const allowedHosts = (connector: string): readonly string[] =>
  (dataOf(connector)['allowedHosts'] as { readonly hosts: readonly string[] }).hosts;

const hostOf = (address: URL | string): string => new URL(address).host;
const login = { auth_type: 'refresh_token', client_id: 'id', client_secret: 'x', refresh_token: 'y' };

/** Where each connector goes with the configs that its form can make. */
const reached: Readonly<Record<(typeof connectors)[number], readonly string[]>> = {
  'source-salesforce-cdp': [
    ...[
      {},
      { is_sandbox: true },
      ...sourceConfig.properties.login_url.examples.map((login_url) => ({ login_url })),
    ].map((config) => hostOf(parseSourceConfig({ credentials: login, ...config }).loginUrl)),
    // Where Salesforce says that an org's data is, whichever host one logs in at.
    'acme.my.salesforce.com',
    'acme--uat.sandbox.my.salesforce.com',
  ],
  'destination-ortto-cdp': destinationConfig.properties.region.enum.map((region) =>
    hostOf(parseDestinationConfig({ api_key: 'key', region }).apiUrl),
  ),
};

test.each(connectors)('The hosts that %s may reach are those it goes to, and no other', (connector) => {
  const hosts = reached[connector];
  expect(new Set(hosts).size).toBeGreaterThan(2);
  expect(hosts.filter((host) => !isAllowed(connector, host))).toEqual([]);
  expect(allowedHosts(connector).filter((form) => !hosts.some((host) => covers(form, host)))).toEqual([]);
  const strangers = ['salesforce.com.evil.test', 'notsalesforce.com', 'evil-api.ap3api.com', 'api.us.ap3api.com'];
  expect(strangers.filter((host) => isAllowed(connector, host))).toEqual([]);
});

test.each(connectors)('Each address in the code of %s is at a host it may reach', (connector) => {
  const code = readdirSync(path.join(root, connector)).filter((file) => /(?<!\.test)\.ts$/.test(file));
  // One that begins with http: is a name, as JSON Schema's own is: neither connector speaks to anyone without TLS.
  const named = code.flatMap((file) =>
    [...readFileSync(path.join(root, connector, file), 'utf8').matchAll(/https:\/\/[\w.-]+\w/g)].map(([address]) =>
      hostOf(address),
    ),
  );
  expect(named).not.toEqual([]);
  expect(named.filter((host) => !isAllowed(connector, host))).toEqual([]);
});

test.each(connectors)(
  'The files that the acceptance test config of %s names are there, but for the secrets',
  (connector) => {
    const config = yamlOf(connector, 'acceptance-test-config.yml');
    expect(config['connector_image']).toBe(`${connector}:dev`);
    const paths = pathsIn(config).filter((file) => !file.startsWith('secrets/'));
    expect(paths).not.toEqual([]);
    for (const file of paths) expect([file, existsSync(path.join(root, connector, file))]).toEqual([file, true]);
  },
);

test.each(connectors)('The acceptance test config of %s says only what its reader reads', (connector) => {
  const sections = yamlOf(connector, 'acceptance-test-config.yml')['acceptance_tests'] as {
    readonly [section: string]: { readonly tests: readonly JsonObject[] };
  };
  const known = new Set(['spec', 'connection', 'discovery', 'basic_read', 'full_refresh']);
  expect(Object.keys(sections).filter((section) => !known.has(section))).toEqual([]);
  const keys = Object.values(sections).flatMap(({ tests }) => tests.flatMap((entry) => Object.keys(entry)));
  // airbyte-cdk refuses the keys of the tool before it (expect_records, fail_on_extra_columns), and drops some unread.
  expect([...new Set(keys)].filter((key) => !/^(config_path|status|configured_catalog_path)$/.test(key))).toEqual([]);
  expect(keys).toContain('config_path');
});

test('The configs that are to fail fail at the vendor, not at the schema', () => {
  expect(validator(sourceConfig)(jsonOf(connectors[0], 'acceptance/invalid-config.json'))).toEqual([]);
  expect(validator(destinationConfig)(jsonOf(connectors[1], 'acceptance/invalid-config.json'))).toEqual([]);
});

test('The catalog of the acceptance tests can be read, but for what an org does not have', async () => {
  const catalog = jsonOf(connectors[0], 'acceptance/configured-catalog.json') as ConfiguredCatalog;
  checkGiven('catalog', catalog);
  const org = await startSourceOrg({ contacts: 5 });
  try {
    const discovered = new Map((await org.streams()).map((stream) => [stream.name, stream]));
    for (const { stream, ...configured } of catalog.streams) {
      const { json_schema, ...found } = discovered.get(stream.name) ?? { json_schema: {} };
      expect(found).toEqual({ ...stream, json_schema: undefined });
      expect(json_schema.properties).toMatchObject(stream.json_schema.properties ?? {});
      expect(configured).toMatchObject({
        cursor_field: stream.default_cursor_field,
        primary_key: stream.source_defined_primary_key,
      });
    }
  } finally {
    await org.close();
  }
});
