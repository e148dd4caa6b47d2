import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { AirbyteMessage, JsonObject } from '../../airbyte/protocol.ts';
import { runConnector } from '../protocol/connector-process.ts';
import { connectionStatuses, traceErrors } from '../protocol/message-kinds.ts';
import { useOrtto } from '../destination/use-ortto.ts';
import { useSourceOrg } from '../source/use-source-org.ts';
import { root } from '../fixtures/root.ts';
import { useFolder } from '../fixtures/use-folder.ts';

// TestConnection of Airbyte's connector acceptance tests, and what it asks of catalogs that cannot be, for both connectors.

const NAMES = ['source-salesforce-cdp', 'destination-ortto-cdp'] as const;
type Name = (typeof NAMES)[number];

const inFolder = useFolder('connection');
const org = useSourceOrg({ contacts: 5 });
const ortto = useOrtto({ eachTest: 'as-left' });
let working: Readonly<Record<Name, JsonObject>>;
let refused: Readonly<Record<Name, JsonObject>>;
beforeAll(() => {
  working = {
    'source-salesforce-cdp': org.config,
    'destination-ortto-cdp': { api_key: ortto.apiKey, api_url: ortto.url },
  };
  refused = {
    'source-salesforce-cdp': {
      ...org.config,
      credentials: { ...(org.config['credentials'] as JsonObject), refresh_token: 'no-more' },
    },
    'destination-ortto-cdp': { api_key: 'no-more', api_url: ortto.url },
  };
});

const file = (name: string, content: unknown): string => {
  const target = inFolder(name);
  writeFileSync(target, JSON.stringify(content));
  return target;
};

const run = (name: Name, args: readonly string[]) => runConnector(path.join(root, name, 'main.ts'), args);

const statusesIn = (messages: readonly AirbyteMessage[]): string[] =>
  connectionStatuses(messages).map(({ status }) => status);

test.each(NAMES)('%s passes test_check for a config that succeeds', async (name) => {
  const { messages, exitCode } = await run(name, ['check', '--config', file('config.json', working[name])]);
  expect(statusesIn(messages)).toEqual(['SUCCEEDED']);
  expect(traceErrors(messages)).toEqual([]);
  expect(exitCode).toBe(0);
});

test.each(NAMES)('%s passes test_check for a config that fails', async (name) => {
  const { messages, exitCode } = await run(name, ['check', '--config', file('config.json', refused[name])]);
  expect(statusesIn(messages)).toEqual(['FAILED']);
  expect(traceErrors(messages)).toEqual([]);
  expect(exitCode).toBe(0);
});

test.each(NAMES)('%s passes test_check for a command that is an exception', async (name) => {
  const { messages, exitCode } = await run(name, ['check']);
  expect(statusesIn(messages)).toEqual([]);
  expect(traceErrors(messages)).toHaveLength(1);
  expect(traceErrors(messages)[0]?.message).toContain('--config');
  expect(exitCode).toBe(1);
});

test.each<[Name, string]>([
  ['source-salesforce-cdp', 'read'],
  ['destination-ortto-cdp', 'write'],
])('%s passes test_airbyte_trace_message_on_failure for an unknown stream', async (name, command) => {
  const stream = {
    name: '__AIRBYTE__stream_that_does_not_exist',
    json_schema: { type: 'object', properties: { f1: { type: 'string' } } },
    supported_sync_modes: ['full_refresh', 'incremental'],
  };
  const configured = { stream, sync_mode: 'INVALID', destination_sync_mode: 'INVALID' };
  const { messages, exitCode } = await run(name, [
    command,
    '--config',
    file('config.json', working[name]),
    '--catalog',
    file('catalog.json', { streams: [configured] }),
  ]);
  expect(traceErrors(messages).length).toBeGreaterThan(0);
  expect(traceErrors(messages).map(({ failure_type }) => failure_type)).not.toContain('system_error');
  expect(JSON.stringify(traceErrors(messages)[0])).toContain(stream.name);
  expect(exitCode).toBe(1);
});
