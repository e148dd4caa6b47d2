import { beforeAll, expect, test } from 'vitest';
import type { AirbyteStream, JsonObject, RecordMessage } from '../../airbyte/protocol.ts';
import { validator } from '../../schemas/validator.ts';
import { malformed, undeclared, unseen } from './record-rules.ts';
import type { Outcome } from '../source/source-org.ts';
import { useSourceOrg } from '../source/use-source-org.ts';

// TestBasicRead and TestFullRefresh of Airbyte's connector acceptance tests, by REST and by Bulk.

const APIS = ['rest', 'bulk'] as const;
type Api = (typeof APIS)[number];

const org = useSourceOrg({ contacts: 150 });
let streams: readonly AirbyteStream[];
const reads = new Map<Api, Outcome>();
beforeAll(async () => {
  streams = await org.streams();
  for (const api of APIS) reads.set(api, await org.read({ mode: 'full_refresh', config: { api } }));
});

const readBy = (api: Api): Outcome => {
  const outcome = reads.get(api);
  if (outcome === undefined) throw new Error(`Nothing was read by ${api}`);
  return outcome;
};

type Record = RecordMessage['record'];
const recordsOf = ({ messages }: Outcome): Record[] =>
  messages.flatMap((message) => (message.type === 'RECORD' ? [message.record] : []));
const ofStream = (outcome: Outcome, name: string): Record[] =>
  recordsOf(outcome).filter(({ stream }) => stream === name);

/** By stream, what a check has found; the streams in which it has found nothing are left out. */
const faults = (find: (stream: AirbyteStream) => readonly unknown[]): object =>
  Object.fromEntries(streams.map((stream) => [stream.name, find(stream)]).filter(([, found]) => found?.length !== 0));

test.each(APIS)('A full refresh by %s passes test_read: it gives records, and every row of the org once', (api) => {
  const outcome = readBy(api);
  expect([outcome.exitCode, outcome.errors]).toEqual([0, []]);
  const idsOf = (rows: readonly JsonObject[]): string[] => rows.map((row) => row['Id'] as string).sort();
  for (const { name } of streams) {
    const rows = org.salesforce.org.rows(name);
    expect(rows).not.toEqual([]);
    expect([name, idsOf(ofStream(outcome, name).map(({ data }) => data))]).toEqual([name, idsOf(rows)]);
  }
});

test.each(APIS)('A full refresh by %s passes test_read: records fit their schema, without extra columns', (api) => {
  const outcome = readBy(api);
  const found = faults(({ name, json_schema }) => {
    const problemsOf = validator(json_schema as JsonObject);
    return ofStream(outcome, name).flatMap(({ data }) => [...problemsOf(data), ...undeclared(json_schema, data)]);
  });
  expect(found).toEqual({});
});

test.each(APIS)('The dates and times that a full refresh by %s gives are of the forms of the protocol', (api) => {
  const outcome = readBy(api);
  const found = faults(({ name, json_schema }) =>
    ofStream(outcome, name).flatMap(({ data }) => malformed(json_schema, data)),
  );
  expect(found).toEqual({});
});

test.each(APIS)('A full refresh by %s passes test_read: each field of a schema appears at least once', (api) => {
  const outcome = readBy(api);
  const found = faults(({ name, json_schema }) =>
    unseen(
      json_schema,
      ofStream(outcome, name).map(({ data }) => data),
    ),
  );
  expect(found).toEqual({});
});

test.each(APIS)('A full refresh by %s passes test_read: primary keys are there, and are scalars', (api) => {
  const outcome = readBy(api);
  const found = faults(({ name, source_defined_primary_key: keys = [] }) => {
    const values = ofStream(outcome, name).map(({ data }) => keys.map(([column = '']) => data[column] ?? null));
    return values.filter(
      (key) => key.every((value) => value === null) || key.some((value) => typeof value === 'object' && value !== null),
    );
  });
  expect(found).toEqual({});
});

test.each(APIS)('A full refresh by %s passes test_read: STARTED, RUNNING and COMPLETE of each stream', (api) => {
  const outcome = readBy(api);
  const told = outcome.messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS'
      ? [message.trace.stream_status.stream_descriptor.name]
      : [],
  );
  expect([...new Set(told)].sort()).toEqual(streams.map(({ name }) => name).sort());
  for (const { name } of streams) {
    const [first, ...rest] = outcome.statuses(name);
    const last = rest.pop();
    expect([name, first, ...new Set(rest), last]).toEqual([name, 'STARTED', 'RUNNING', 'COMPLETE']);
  }
});

test.each(APIS)('A full refresh by %s passes test_read: states of each stream, which count its records', (api) => {
  const outcome = readBy(api);
  for (const { name } of streams) {
    const counts = outcome.messages.flatMap((message) =>
      message.type === 'STATE' && message.state.stream.stream_descriptor.name === name
        ? [message.state.sourceStats?.recordCount]
        : [],
    );
    expect(counts).not.toEqual([]);
    expect(counts).not.toContain(undefined);
    const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
    expect([name, sum]).toEqual([name, ofStream(outcome, name).length]);
  }
});

test('An empty stream passes test_read: its statuses and a state are sent all the same', async () => {
  const objects = [{ name: 'Lead', conditions: [{ field: 'LastName', operator: 'is', value: 'Nobody At All' }] }];
  const outcome = await org.read({ streams: ['Lead'], mode: 'full_refresh', config: { objects } });
  expect([outcome.exitCode, recordsOf(outcome)]).toEqual([0, []]);
  expect(outcome.statuses('Lead')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
  expect(outcome.states).toHaveLength(1);
});

test.each(APIS)('A second full refresh by %s passes test_sequential_reads', async (api) => {
  const first = readBy(api);
  const second = await org.read({ mode: 'full_refresh', config: { api } });
  const times = (outcome: Outcome): number[] => recordsOf(outcome).map((record) => record.emitted_at);
  expect(Math.max(...times(first))).toBeLessThan(Math.min(...times(second)));
  const missing = faults(({ name }) => {
    const again = new Set(second.records.get(name));
    return (first.records.get(name) ?? []).filter((line) => !again.has(line));
  });
  expect(missing).toEqual({});
});

const typed = (format: string, airbyte_type?: string): JsonObject => ({
  type: 'object',
  properties: { a: { format, airbyte_type } },
});

test.each<[JsonObject, string, string[]]>([
  [typed('date'), '2024-01-01', ['2024-01-01T00:00:00Z', '01/01/2024', '2024-1-1']],
  [
    typed('date-time', 'timestamp_with_timezone'),
    '2024-01-01T00:00:00.000Z',
    ['2024-01-01T00:00:00.000+0000', '2024-01-01 00:00:00Z', '2024-01-01T00:00:00', '1704067200000', '2024-01-01'],
  ],
  [typed('date-time'), '2024-01-01T00:00:00+10:00', ['2024-01-01T00:00:00']],
  [typed('date-time', 'timestamp_without_timezone'), '2024-01-01T00:00:00', ['2024-01-01T00:00:00Z']],
  [typed('time', 'time_with_timezone'), '10:00:00.000Z', ['10:00:00', '10:00Z', '10:00:00+0000']],
  [typed('time'), '10:00:00Z', ['10:00:00']],
  [typed('time', 'time_without_timezone'), '10:00:00', ['10:00:00Z', '2024-01-01T10:00:00']],
])('text of %o may be %s, and not %j', (schema, right, wrong) => {
  for (const a of [right, null]) expect(malformed(schema, { a })).toEqual([]);
  for (const a of [...wrong, 5]) expect([a, malformed(schema, { a })]).toEqual([a, ['.a']]);
});

test('forms, extra columns and fields that never appear are looked for inside objects and lists too', () => {
  const name = { type: ['null', 'string'] };
  const times = { type: 'array', items: { type: 'string', format: 'date-time' } };
  const schema: JsonObject = {
    type: 'object',
    properties: {
      Account: { type: ['null', 'object'], properties: { Name: name, City: name } },
      times,
      open: { type: 'object' },
    },
  };
  const record = { Account: { Name: 'x', Town: 'y' }, times: ['2024-01-01 00:00:00Z'], open: { any: { thing: 1 } } };
  expect(malformed(schema, record)).toEqual(['.times[]']);
  expect(undeclared(schema, record)).toEqual(['.Account.Town']);
  expect(unseen(schema, [{ Account: null, times: [] }, record])).toEqual(['.Account.City']);
  expect(unseen(schema, [{ Account: null, times: [] }])).toEqual([
    '.Account.Name',
    '.Account.City',
    '.times[]',
    '.open',
  ]);
});
