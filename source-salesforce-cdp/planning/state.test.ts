import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import { encodeState, parseStates } from './state.ts';
import type { StreamState } from './state.ts';

const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
const ids = <T>(value: fc.Arbitrary<T>) => fc.array(fc.tuple(name, value)).map((entries) => new Map(entries));
const optional = { requiredKeys: [] };
const state: fc.Arbitrary<StreamState> = fc
  .record({
    query: fc.record({ fields: fc.array(fc.string()), digest: name }),
    incremental: fc.option(fc.record({ cursorField: name, cursor: date }), { nil: {} }),
    unfinished: fc.option(
      fc
        .record(
          {
            window: fc.record({ from: date, to: date }, optional),
            added: fc.array(name, { minLength: 1 }),
            job: fc.record({ id: name, locator: name, rows: fc.nat() }, { requiredKeys: ['id', 'rows'] }),
            afterId: name,
          },
          optional,
        )
        .filter((found) => found.window !== undefined || (found.added === undefined && Object.keys(found).length > 0)),
      { nil: undefined },
    ),
    deleted: fc.option(fc.record({ covered: date, ids: ids(date) }), { nil: undefined }),
    repeats: fc.option(
      ids(fc.string()).filter(({ size }) => size > 0),
      { nil: undefined },
    ),
  })
  .map(({ query, incremental, unfinished, deleted, repeats }) => ({
    query,
    ...incremental,
    ...(unfinished && { unfinished }),
    ...(deleted && { deleted }),
    ...(repeats && { repeats }),
  }));

const message = (stream: string, streamState: unknown): unknown => ({
  type: 'STREAM',
  id: 7,
  stream: { stream_descriptor: { name: stream, namespace: null }, stream_state: streamState },
  sourceStats: { recordCount: 3 },
  global: null,
  data: null,
});

test('a state comes back from its file as it was saved', () => {
  fc.assert(
    fc.property(state, (saved) => {
      const file: unknown = JSON.parse(JSON.stringify([message('Contact', encodeState(saved)), message('Lead', null)]));
      expect([...parseStates(file)]).toEqual([['Contact', saved]]);
    }),
  );
});

test('a finished incremental state is what a person can read', () => {
  expect(
    encodeState({
      cursorField: 'SystemModstamp',
      cursor: new Date('2024-01-01T00:00:00Z'),
      query: { fields: ['Id'], digest: 'd' },
      repeats: new Map(),
    }),
  ).toEqual({
    cursor_field: 'SystemModstamp',
    cursor: '2024-01-01T00:00:00.000Z',
    query: { fields: ['Id'], digest: 'd' },
  });
});

test.each([undefined, null, {}, [], [message('Contact', null)], [message('Contact', {})]])(
  '%j is not a state at all',
  (file) => {
    expect(parseStates(file).size).toBe(0);
  },
);

const good = { query: { fields: [], digest: 'd' } };

test.each([
  ['another connector', [message('Contact', { state_type: 'date-range', slices: [] })], 'state_type'],
  ['a newer version', [message('Contact', { ...good, shards: 3 })], 'shards'],
  ['a broken time', [message('Contact', { ...good, cursor_field: 'C', cursor: 'yesterday' })], 'cursor'],
  ['a cursor of no field', [message('Contact', { ...good, cursor: '2024-01-01T00:00:00.000Z' })], 'cursor_field'],
  ['a text', [message('Contact', 'abc')], 'Contact'],
  ['a list', [message('Contact', [])], 'Contact'],
  ['a global state', [{ type: 'GLOBAL', global: { stream_states: [] } }], 'state file'],
  ['a legacy state', { Contact: { SystemModstamp: '2024-01-01' } }, 'state file'],
])('a state of %s is a config error that says what to do, never an empty one', (_, file, what) => {
  expect(() => parseStates(file)).toThrow(ConfigError);
  expect(() => parseStates(file)).toThrow(what);
  expect(() => parseStates(file)).toThrow('Clear the data of the stream');
});
