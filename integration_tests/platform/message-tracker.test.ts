// Longer than most: every test of it speaks in the same sixty lines of messages.
import { expect, test } from 'vitest';
import type {
  AirbyteMessage,
  AirbyteStream,
  JsonObject,
  StateMessage,
  StreamStatus,
  SyncMode,
} from '../../airbyte/protocol.ts';
import { streamState, streamStatus } from '../../airbyte/protocol.ts';
import { createMessageTracker, type MessageTracker } from './message-tracker.ts';

const streamOf = (name: string, more: Partial<AirbyteStream> = {}): AirbyteStream => ({
  name,
  json_schema: { type: 'object', properties: { Id: {}, Name: {} } },
  supported_sync_modes: ['full_refresh', 'incremental'],
  ...more,
});
const configured = (stream: AirbyteStream, sync_mode: SyncMode = 'incremental') => ({
  stream,
  sync_mode,
  destination_sync_mode: 'append_dedup',
  primary_key: [['Id']],
});
const catalog = { streams: [configured(streamOf('Lead')), configured(streamOf('Contact'))] };
const naming = { prefix: 'sf_', namespace: 'crm' };
const open = (hasCache = false): MessageTracker => createMessageTracker(catalog, { naming, hasCache });

const line = (message: AirbyteMessage): string => JSON.stringify(message);
const record = (stream: string, data: JsonObject = { Id: '1' }): string =>
  line({ type: 'RECORD', record: { stream, data, emitted_at: 1_700_000_000_000 } });
const state = (stream: string, cursor: number, recordCount?: number): string =>
  line(streamState({ name: stream }, { cursor }, recordCount === undefined ? undefined : { recordCount }));
const status = (stream: string): string => line(streamStatus({ name: stream }, 'STARTED'));

/** What the source says here: two records of leads in two states, and one of contacts in a third. */
const SAID = [
  status('Lead'),
  record('Lead'),
  state('Lead', 1, 1),
  record('Lead'),
  state('Lead', 2),
  record('Contact'),
  state('Contact', 3, 1),
];

type ReturnedState = StateMessage['state'];
/** A state as a destination gives it back. */
const back = (forwarded: string, change: (state: ReturnedState) => JsonObject = (same) => same): string => {
  const message = JSON.parse(forwarded) as StateMessage;
  const counted = { ...message.state, destinationStats: { recordCount: 1, rejectedRecordCount: 0 } };
  return JSON.stringify({ ...message, state: change(counted) });
};

const forwardedStates = (tracker: MessageTracker, said: readonly string[]): string[] =>
  said.flatMap((each) => tracker.fromSource(each) ?? []).filter((each) => each.includes('"STATE"'));

const complaintsOf = (tracker: MessageTracker, destination: number | null = 0): readonly string[] =>
  tracker.report({ source: 0, destination }).complaints;

/** The complaints when the source is right and the destination answers its three states so. */
const complaintsWhen = (
  answer: (states: readonly [string, string, string]) => readonly string[],
): readonly string[] => {
  const tracker = open();
  const [first = '', second = '', third = ''] = forwardedStates(tracker, SAID);
  for (const each of answer([first, second, third])) tracker.fromDestination(each);
  return complaintsOf(tracker);
};

test('A clean stream is one without complaint, whose records are all accounted for, and whose states come in source names', () => {
  const tracker = open();
  const states = forwardedStates(tracker, SAID);
  expect(states.map((each) => (JSON.parse(each) as StateMessage).state)).toMatchObject([
    { id: 1, sourceStats: { recordCount: 1 }, stream: { stream_descriptor: { name: 'sf_Lead', namespace: 'crm' } } },
    { id: 2, sourceStats: { recordCount: 1 } },
    { id: 3, stream: { stream_descriptor: { name: 'sf_Contact', namespace: 'crm' } } },
  ]);
  const [first = '', second = '', third = ''] = states;
  const rejecting = back(second, (each) => ({ ...each, destinationStats: { recordCount: 0, rejectedRecordCount: 1 } }));
  const saved = [back(third), back(first), rejecting].map((each) => tracker.fromDestination(each));
  expect(saved.map((each) => each?.stream)).toEqual([
    { stream_descriptor: { name: 'Contact' }, stream_state: { cursor: 3 } },
    { stream_descriptor: { name: 'Lead' }, stream_state: { cursor: 1 } },
    { stream_descriptor: { name: 'Lead' }, stream_state: { cursor: 2 } },
  ]);
  const report = tracker.report({ source: 0, destination: 0 });
  expect([report.succeeded, report.complaints, report.failures]).toEqual([true, [], []]);
  expect(report.streams.get('Lead')).toMatchObject({ records: 2, committed: 1, rejected: 1, statuses: ['STARTED'] });
  expect(report.streams.get('Contact')).toMatchObject({ records: 1, committed: 1, rejected: 0 });
});

test.each<[string, (states: readonly [string, string, string]) => readonly string[], readonly string[]]>([
  [
    'a state without its id',
    ([a, b, c]) => [back(a, (each) => ({ ...each, id: undefined })), back(b), back(c)],
    ['The destination acknowledged a state without a known id: undefined', '1 states were never acknowledged'],
  ],
  [
    'a state whose id is null',
    ([a, b, c]) => [back(a, (each) => ({ ...each, id: null })), back(b), back(c)],
    ['The destination acknowledged a state without a known id: null', '1 states were never acknowledged'],
  ],
  [
    'an invented state',
    ([a, b, c]) =>
      [a, b, c, a].map((each, place) => back(each, (same) => ({ ...same, id: place === 3 ? 9 : same['id'] }))),
    ['The destination acknowledged a state without a known id: 9'],
  ],
  [
    'a state that comes back twice',
    ([a, b, c]) => [back(a), back(a), back(b), back(c)],
    ['The destination acknowledged a state without a known id: 1'],
  ],
  [
    'a state that comes back as one of another stream',
    ([a, b, c]) => [
      back(a),
      back(b),
      back(c, (each) => ({ ...each, stream: (JSON.parse(a) as StateMessage).state.stream })),
    ],
    ['A state of Contact came back as one of Lead'],
  ],
  [
    'states of a stream in another order',
    ([a, b, c]) => [back(b), back(a), back(c)],
    ['States of Lead were acknowledged out of order'],
  ],
  ['a lost state', ([a, , c]) => [back(a), back(c)], ['1 states were never acknowledged']],
  [
    'a changed state',
    ([a, b, c]) => [
      back(a, (each) => ({ ...each, stream: { ...each.stream, stream_state: { cursor: 7 } } })),
      back(b),
      back(c),
    ],
    ['A state of Lead came back changed'],
  ],
  [
    "a state without the source's counts",
    ([a, b, c]) => [back(a), back(b, (each) => ({ ...each, sourceStats: undefined })), back(c)],
    ['A state of Lead came back changed'],
  ],
  [
    'a state with a key that was not sent',
    ([a, b, c]) => [back(a), back(b, (each) => ({ ...each, note: 1 })), back(c)],
    ['A state of Lead came back changed'],
  ],
  ...[
    { recordCount: 0, rejectedRecordCount: 0 },
    { recordCount: 1, rejectedRecordCount: 1 },
    { recordCount: 2 },
    {},
  ].map((destinationStats): [string, (states: readonly [string, string, string]) => string[], string[]] => [
    `one record counted as ${JSON.stringify(destinationStats)}`,
    ([a, b, c]) => [back(a), back(b, (each) => ({ ...each, destinationStats })), back(c)],
    [
      `A state of Lead covers 1 records; the destination accounts for ${destinationStats.recordCount ?? 0} written ` +
        `and ${destinationStats.rejectedRecordCount ?? 0} rejected`,
    ],
  ]),
])('%s from the destination is reported', (_, answer, complaints) => {
  expect(complaintsWhen(answer)).toEqual(complaints);
});

test('States that a stopped or failed destination leaves unacknowledged are not reported', () => {
  for (const exit of [1, 143, null]) {
    const tracker = open();
    forwardedStates(tracker, SAID);
    expect(complaintsOf(tracker, exit)).toEqual([]);
  }
});

test.each([
  ['a state that claims a record too many', state('Lead', 1, 1), 'A state of Lead claims 1 records; 0 passed'],
  [
    'a record of another stream',
    record('Task'),
    'The source sent a record of the stream Task, which is not in the catalog',
  ],
  [
    'a record without its key',
    record('Lead', { Name: 'x' }),
    'The source sent a record of Lead without any primary key',
  ],
  ['a state of another stream', state('Task', 1), 'A state of a stream that is not in the catalog: Task'],
  ['a status of another stream', status('Task'), 'A status of a stream that is not in the catalog: Task'],
])('%s from the source is reported', (_, said, complaint) => {
  const tracker = open();
  tracker.fromSource(said);
  expect(complaintsOf(tracker, null)).toEqual([complaint]);
});

test.each([
  ['text', 'Starting …', /is not JSON/],
  ['a message of no known type', '{"type":"NEWS"}', /not an Airbyte message/],
  ['a record without data', record('Lead', {}), /not an Airbyte message/],
  ['a state whose id is text', back(state('Lead', 1), (each) => ({ ...each, id: '1' })), /not an Airbyte message/],
])('%s is outside the protocol, whichever side sends it', (_, said, sentence) => {
  expect(() => open().fromSource(said)).toThrow(sentence);
  expect(() => open().fromDestination(said)).toThrow(sentence);
});

test('A state under a name that the destination was never given is refused', () => {
  const tracker = open();
  const [first = ''] = forwardedStates(tracker, SAID);
  const stream = { stream_descriptor: { name: 'Lead' }, stream_state: { cursor: 1 } };
  expect(() => tracker.fromDestination(back(first, (each) => ({ ...each, stream })))).toThrow(/was not given/);
});

test('Only selected fields are handed on, and logs, statuses and errors stay with Airbyte', () => {
  const tracker = open();
  const forwarded = tracker.fromSource(record('Lead', { Id: '1', Name: 'Ada', Secret: 1 })) ?? '';
  expect((JSON.parse(forwarded) as { record: JsonObject }).record).toEqual({
    stream: 'sf_Lead',
    namespace: 'crm',
    data: { Id: '1', Name: 'Ada' },
    emitted_at: 1_700_000_000_000,
  });
  const error = { message: 'no', failure_type: 'config_error' } as const;
  const kept: AirbyteMessage[] = [
    streamStatus({ name: 'Lead' }, 'RUNNING'),
    { type: 'LOG', log: { level: 'INFO', message: 'hello' } },
    { type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1_700_000_000_000, error } },
  ];
  expect(kept.map((message) => tracker.fromSource(line(message)))).toEqual([undefined, undefined, undefined]);
  const { logs, failures } = tracker.report({ source: 0, destination: null });
  expect([logs, failures]).toEqual([[{ from: 'source', level: 'INFO', message: 'hello' }], [error]]);
});

test('What comes out of a cache is whole models, with columns of its own, seconds, and the statuses', () => {
  const tracker = open(true);
  const said: StreamStatus[] = ['STARTED', 'COMPLETE'];
  const statuses = said.map((each) => tracker.fromSource(line(streamStatus({ name: 'Lead' }, each))) ?? '');
  expect(statuses.map((each) => JSON.parse(each) as unknown)).toMatchObject(
    said.map((each) => ({
      type: 'TRACE',
      record: null,
      trace: { error: null, stream_status: { stream_descriptor: { name: 'sf_Lead', namespace: 'crm' }, status: each } },
    })),
  );
  expect(JSON.parse(tracker.fromSource(record('Lead')) ?? '')).toMatchObject({
    state: null,
    record: {
      emitted_at: 1_700_000_000,
      meta: null,
      data: { Id: '1', _airbyte_raw_id: expect.any(String), _airbyte_meta: { changes: [] } },
    },
  });
  const forwarded = tracker.fromSource(state('Lead', 1)) ?? '';
  expect(JSON.parse(forwarded)).toMatchObject({ record: null, state: { destinationStats: null, data: null } });
  tracker.fromDestination(back(forwarded));
  expect(complaintsOf(tracker)).toEqual([]);
});

test('A stream that is read in full, cannot be resumed and had no state gets an empty one; no other does', () => {
  const full = {
    streams: ['None', 'Some', 'Resumable', 'Incremental'].map((name) => ({
      ...configured(
        streamOf(name, { is_resumable: name === 'Resumable' }),
        name === 'Incremental' ? 'incremental' : 'full_refresh',
      ),
    })),
  };
  const tracker = createMessageTracker(full, { naming, hasCache: false });
  tracker.fromSource(record('None'));
  tracker.fromSource(state('Some', 1));
  const injected = tracker.missingStates().map((each) => (JSON.parse(each) as StateMessage).state);
  expect(injected).toEqual([
    {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'sf_None', namespace: 'crm' }, stream_state: {} },
      sourceStats: { recordCount: 1 },
      id: 2,
    },
  ]);
  expect(complaintsOf(tracker)).toEqual(['2 states were never acknowledged']);
});
