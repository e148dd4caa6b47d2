import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { AirbyteStream, SyncMode } from '../../airbyte/protocol.ts';
import type { SyncReport } from './sync-report.ts';
import { openSavedConnection } from './saved-connection.ts';
import { runSync, type Connection } from './run-sync.ts';
import { useFolder } from '../fixtures/use-folder.ts';
import { useOrtto } from '../destination/use-ortto.ts';
import { expectClean } from './world.ts';

// What a connector is given from one attempt to the next, as told by a source that does little else: it sends one account
// without a state, one lead with a state, and ends as its config says. The destination is the shipped one.

const SOURCE = `
import { readFileSync } from 'node:fs';
const given = (option) => {
  const place = process.argv.indexOf(option);
  return place === -1 ? undefined : JSON.parse(readFileSync(process.argv[place + 1], 'utf8'));
};
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const { streams } = given('--catalog');
const { WORKER_JOB_ID: job, WORKER_JOB_ATTEMPT: attempt } = process.env;
const told = {
  job,
  attempt,
  states: (given('--state') ?? []).map(({ stream }) => [stream.stream_descriptor.name, stream.stream_state]),
  generations: streams.map((each) => [each.stream.name, each.generation_id, each.minimum_generation_id, each.sync_id]),
};
say({ type: 'LOG', log: { level: 'INFO', message: JSON.stringify(told) } });
const send = (stream, data) => say({ type: 'RECORD', record: { stream, data, emitted_at: Date.now() } });
send('Account', { Id: '001000000000001AAA', Name: 'Nordlicht' });
send('Lead', { Id: '00Q000000000001EAA', LastName: 'Neumann', Email: 'neumann@nordlicht.example' });
say({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'Lead' }, stream_state: { cursor: 1 } } } });
process.exitCode = given('--config').exit;
`;

const inFolder = useFolder('given');
const ortto = useOrtto({ eachTest: 'as-left' });
beforeAll(() => {
  mkdirSync(inFolder('source-salesforce-cdp'));
  writeFileSync(inFolder('source-salesforce-cdp', 'main.ts'), SOURCE);
});

const streamOf = (name: string, ...fields: string[]): AirbyteStream => ({
  name,
  json_schema: { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) },
  supported_sync_modes: ['full_refresh', 'incremental'],
  source_defined_primary_key: [['Id']],
});

const connectionOf = (accounts: SyncMode, exit: number): Connection => ({
  source: { exit },
  destination: { api_key: ortto.apiKey, api_url: ortto.url, requests_per_second: 500 },
  discovered: { streams: [streamOf('Account', 'Id', 'Name'), streamOf('Lead', 'Id', 'LastName', 'Email')] },
  choices: new Map([
    ['Account', { sync_mode: accounts, destination_sync_mode: accounts === 'full_refresh' ? 'overwrite' : 'append' }],
    ['Lead', { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' }],
  ]),
  stateFile: inFolder('states.json'),
  host: { homes: { 'source-salesforce-cdp': inFolder() } },
});

const told = ({ logs }: SyncReport): unknown => JSON.parse(logs.find(({ from }) => from === 'source')?.message ?? '{}');

test('Attempts, generations, and states kept, deleted and put in by Airbyte are as it has them, and the destination takes all of it', async () => {
  const kept = () =>
    openSavedConnection(connectionOf('full_refresh', 0).stateFile)
      .states()
      .map(({ stream }) => [stream.stream_descriptor.name, stream.stream_state]);
  const lead = ['Lead', { cursor: 1 }];

  const failed = await runSync(connectionOf('full_refresh', 1));
  expect([failed.exits, failed.complaints]).toEqual([{ source: 1, destination: 0 }, []]);
  const firstJob = [
    ['Account', 1, 1, 1],
    ['Lead', 0, 0, 1],
  ];
  expect(told(failed)).toEqual({ job: '1', attempt: '0', states: [], generations: firstJob });
  expect(kept()).toEqual([lead]);

  const retried = await runSync(connectionOf('full_refresh', 0));
  expectClean(retried);
  expect(told(retried)).toEqual({ job: '1', attempt: '1', states: [lead], generations: firstJob });
  expect(kept()).toEqual([lead, ['Account', {}]]);
  expect(retried.streams.get('Account')).toMatchObject({ records: 1, committed: 1 });

  const second = await runSync(connectionOf('full_refresh', 0));
  expectClean(second);
  expect(told(second)).toEqual({
    job: '2',
    attempt: '0',
    states: [lead],
    generations: [
      ['Account', 2, 2, 2],
      ['Lead', 0, 0, 2],
    ],
  });

  const incremental = await runSync(connectionOf('incremental', 0));
  expectClean(incremental);
  expect(told(incremental)).toEqual({
    job: '3',
    attempt: '0',
    states: [lead, ['Account', {}]],
    generations: [
      ['Account', 2, 0, 3],
      ['Lead', 0, 0, 3],
    ],
  });
});
