import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ConfiguredCatalog, JsonObject } from '../airbyte/protocol.ts';
import manifest from '../package.json' with { type: 'json' };
import mapping from '../schemas/default-mapping.json' with { type: 'json' };
import destinationConfig from '../schemas/destination-config.json' with { type: 'json' };
import sourceConfig from '../schemas/source-config.json' with { type: 'json' };
import { validator } from '../schemas/validator.ts';
import { checkGiven } from './protocol-lines.ts';
import { startSourceOrg } from './source-org.ts';

// What a registry and Airbyte's own tests read about the connectors, held against what the connectors are.

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
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

test('Each region of Ortto is among the hosts the destination may reach', () => {
  const { hosts } = dataOf('destination-ortto-cdp')['allowedHosts'] as { readonly hosts: readonly string[] };
  const code = readFileSync(path.join(root, 'destination-ortto-cdp/config.ts'), 'utf8');
  const named = [...code.matchAll(/^ {2}\w+: 'https:\/\/(api\.[^']+)'/gm)].flatMap(([, host]) => host ?? []);
  expect(named).toHaveLength(destinationConfig.properties.region.enum.length);
  expect(named.sort()).toEqual([...hosts].sort());
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
