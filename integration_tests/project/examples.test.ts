import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { runConnector } from '../protocol/connector-process.ts';
import { startPrinted } from './newcomer-servers.ts';
import { root } from '../fixtures/root.ts';

const readText = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The configs among a document's samples, and lists of objects, which are configs but for what every config needs. */
const configsIn = (file: string): JsonObject[] =>
  [...readText(file).matchAll(/```json\n([\s\S]*?)```|`(\{"[^`]*\})`/g)]
    .map(([, block, inline = '']) => JSON.parse(block ?? inline) as JsonObject)
    .map((sample) => ('stream' in sample || 'name' in sample ? { objects: [sample] } : sample))
    .filter((sample) => ['api_key', 'credentials', 'objects'].some((key) => key in sample));

const speaksOfStreams = (sample: JsonObject): boolean =>
  'api_key' in sample || JSON.stringify(sample).includes('"stream"');

test('The examples on the pages work with the embedded servers, with their logins in place of yours', async () => {
  const { source, destination, close } = await startPrinted();
  const folder = mkdtempSync(path.join(tmpdir(), 'examples-'));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await close();
  });
  const run = async (connector: string, command: readonly string[], config: JsonObject) => {
    const file = path.join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    const entry = path.join(root, connector, 'main.ts');
    return runConnector(entry, [...command, '--config', file]);
  };
  const discovered = await run('source-salesforce-cdp', ['discover'], source);
  const catalog = discovered.messages.find(({ type }) => type === 'CATALOG') as unknown as {
    catalog: { streams: JsonObject[] };
  };
  const configured = path.join(folder, 'catalog.json');
  const modes = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' };
  const streams = catalog.catalog.streams.map((stream) => ({ stream, ...modes }));
  writeFileSync(configured, JSON.stringify({ streams }));

  const samples = ['README.md', 'docs/source-salesforce-cdp.md', 'docs/destination-ortto-cdp.md'].flatMap(configsIn);
  expect(samples.filter(speaksOfStreams).length).toBeGreaterThan(2);
  expect(samples.filter((sample) => !speaksOfStreams(sample)).length).toBeGreaterThan(4);
  for (const sample of samples) {
    const isOfDestination = speaksOfStreams(sample);
    const connector = isOfDestination ? 'destination-ortto-cdp' : 'source-salesforce-cdp';
    const config = { ...sample, ...(isOfDestination ? destination : source) };
    const { messages } = await run(connector, ['check'], config);
    const status = messages.find(({ type }) => type === 'CONNECTION_STATUS');
    expect({ sample, status }).toMatchObject({ status: { connectionStatus: { status: 'SUCCEEDED' } } });
    // The mapping is read against the streams at the beginning of a sync only, of however few records.
    if (!isOfDestination) continue;
    const { exitCode } = await run(connector, ['write', '--catalog', configured], config);
    expect({ sample, exitCode }).toEqual({ sample, exitCode: 0 });
  }
});
