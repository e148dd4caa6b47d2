import { beforeAll, expect, test } from 'vitest';
import type { StateMessage } from '../../airbyte/protocol.ts';
import { outcomeOf } from '../source/source-org.ts';
import type { Outcome } from '../source/source-org.ts';
import { useSourceOrg } from '../source/use-source-org.ts';

// TestIncremental of Airbyte's connector acceptance tests, by REST and by Bulk.

const APIS = ['rest', 'bulk'] as const;
const MINUTES = 60_000;
const LOOKBACK = 10 * MINUTES;

const org = useSourceOrg({ contacts: 400 });
beforeAll(() => {
  // Small pages, for states between them.
  org.salesforce.bulk.maxPageRows = 90;
  org.salesforce.rest.pageRows = 'random';
});

type State = StateMessage['state'];
const nameOf = (state: State): string => state.stream.stream_descriptor.name;
const cursorOf = (state: State): string | undefined => {
  const { cursor } = state.stream.stream_state;
  return typeof cursor === 'string' ? cursor : undefined;
};

interface Read {
  readonly Id: string;
  readonly SystemModstamp: string;
}
const recordsOf = (outcome: Outcome, name: string): Read[] =>
  (outcome.records.get(name) ?? []).map((line) => JSON.parse(line) as Read);

/** Records older than the state they were read from, less the look-back. */
const tooOld = (outcome: Outcome, states: readonly State[]): string[] =>
  states.flatMap((state) => {
    const cursor = cursorOf(state);
    if (cursor === undefined) return [];
    const earliest = Date.parse(cursor) - LOOKBACK;
    return recordsOf(outcome, nameOf(state))
      .filter(({ SystemModstamp }) => Date.parse(SystemModstamp) < earliest)
      .map(({ Id }) => `${nameOf(state)} ${Id}`);
  });

const statesIn = (messages: Outcome['messages']): State[] => [
  ...new Map(
    messages.flatMap((message) => (message.type === 'STATE' ? [[nameOf(message.state), message.state] as const] : [])),
  ).values(),
];

test.each(APIS)('Two incremental reads by %s pass test_two_sequential_reads', async (api) => {
  const first = await org.read({ config: { api } });
  org.salesforce.org.clock.advance(60 * MINUTES);
  const changed = ['Account', 'Contact', 'Lead'].map((name) => {
    const row = org.salesforce.org.rows(name).find(({ IsDeleted }) => IsDeleted === false);
    const id = row?.['Id'] as string;
    org.salesforce.org.update(name, id, name === 'Account' ? { Name: 'Changed' } : { LastName: 'Changed' });
    return [name, [id]] as const;
  });
  org.salesforce.org.clock.advance(MINUTES);
  const second = await org.read({ config: { api }, state: first.states });
  expect([second.exitCode, second.errors]).toEqual([0, []]);
  expect(second.states.map(nameOf).sort()).toEqual(first.states.map(nameOf).sort());
  for (const [name] of changed) expect(recordsOf(first, name).length).toBeGreaterThan(1);
  const sent = changed.map(([name]) => [name, recordsOf(second, name).map(({ Id }) => Id)]);
  expect(sent).toEqual(changed);
  expect(tooOld(second, first.states)).toEqual([]);
  const before = new Map(first.states.map((state) => [nameOf(state), cursorOf(state)]));
  const backwards = second.states.filter((state) => (cursorOf(state) ?? '') < (before.get(nameOf(state)) ?? ''));
  expect(backwards).toEqual([]);
});

/** At least `count` of the list, the first and the last among them, evenly. */
const sample = (list: readonly number[], count: number): number[] => {
  const step = Math.max(1, Math.floor((list.length - 1) / (count - 1)));
  return list.filter((_, index) => index % step === 0 || index === list.length - 1);
};

test.each(APIS)('Reading by %s from every sampled state passes test_read_sequential_slices', async (api) => {
  const whole = await org.read({ config: { api } });
  const all = [...whole.records.keys()].map((name) => [name, new Set(recordsOf(whole, name).map(({ Id }) => Id)).size]);
  const positions = whole.messages.flatMap(({ type }, index) => (type === 'STATE' ? [index] : []));
  const sampled = sample(positions, 10);
  expect(sampled.length).toBeGreaterThanOrEqual(10);
  for (const position of sampled) {
    const before = outcomeOf(0, whole.messages.slice(0, position + 1), '');
    const states = statesIn(before.messages);
    const rest = await org.read({ config: { api }, state: states });
    expect([rest.exitCode, rest.errors]).toEqual([0, []]);
    expect(tooOld(rest, states)).toEqual([]);
    const both = [...whole.records.keys()].map((name) => [
      name,
      new Set([...recordsOf(before, name), ...recordsOf(rest, name)].map(({ Id }) => Id)).size,
    ]);
    expect(both).toEqual(all);
    expect(rest.states.map(nameOf).sort()).toEqual(whole.states.map(nameOf).sort());
  }
});

test.each(APIS)(
  'Reading by %s from a state in the far future passes test_state_with_abnormally_large_values',
  async (api) => {
    const cursor = '2999-01-01T00:00:00.000Z';
    const { states } = await org.read({ config: { api } });
    const incremental = (await org.streams()).filter(({ supported_sync_modes: modes }) =>
      modes.includes('incremental'),
    );
    expect(states.map(nameOf).sort()).toEqual(incremental.map(({ name }) => name).sort());
    expect(states.filter((state) => cursorOf(state) === undefined)).toEqual([]);
    const future = states.map((state) => ({
      ...state,
      stream: { ...state.stream, stream_state: { ...state.stream.stream_state, cursor } },
    }));
    const outcome = await org.read({ config: { api }, state: future });
    expect([outcome.exitCode, outcome.errors]).toEqual([0, []]);
    expect([...outcome.records.keys()]).toEqual([]);
    expect(outcome.states.map(nameOf).sort()).toEqual(states.map(nameOf).sort());
  },
);
