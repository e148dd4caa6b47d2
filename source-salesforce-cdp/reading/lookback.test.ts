import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLookback } from './lookback.ts';
import { STATE_ENTRIES } from '../planning/state.ts';

const START = Date.UTC(2024, 0, 1);
const LOOKBACK_MS = 600_000;
const at = (second: number): Date => new Date(START + second * 1_000);

interface Row {
  readonly id: string;
  readonly second: number;
  readonly value: number;
}

const row = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  second: fc.integer({ min: 0, max: 3_000 }),
  value: fc.integer({ min: 0, max: 2 }),
});
/** Versions of rows, the newest of each Id only, as one read finds them. */
const found = fc.uniqueArray(row, { selector: ({ id }) => id });
const bytes = ({ second, value }: Row): Uint8Array => Buffer.from(`${second}:${value}`);

/** Reads as the source does: asks about the two spans only, and returns what was sent. */
const read = (rows: readonly Row[], repeats: ReadonlyMap<string, string>, cursor: Date | undefined, to: Date) => {
  const lookback = createLookback({ repeats, cursor, to, lookbackMs: LOOKBACK_MS });
  const sent = rows.filter((candidate) => {
    const time = at(candidate.second).toISOString();
    const matters = time < lookback.repeatedBefore || time >= lookback.rereadFrom;
    return !matters || lookback.admit(candidate.id, time, bytes(candidate));
  });
  return { sent, repeats: lookback.remembered() };
};

test('whatever happened between two reads, only rows that are byte for byte as sent before are held back', () => {
  fc.assert(
    fc.property(found, found, fc.integer({ min: 0, max: 3_000 }), fc.nat(3_000), (before, after, end, more) => {
      const first = read(
        before.filter(({ second }) => second < end),
        new Map(),
        undefined,
        at(end),
      );
      const visible = after.filter(({ second }) => second * 1_000 >= end * 1_000 - LOOKBACK_MS && second < end + more);
      const second = read(visible, first.repeats, at(end), at(end + more));
      for (const held of visible.filter((candidate) => !second.sent.includes(candidate))) {
        expect(first.sent).toContainEqual(held);
      }
    }),
  );
});

test('a row that has not changed is sent once, however often the look-back reads it', () => {
  const rows = [{ id: 'a', second: 1_000, value: 1 }];
  const first = read(rows, new Map(), undefined, at(1_100));
  const second = read(rows, first.repeats, at(1_100), at(1_200));
  const third = read(rows, second.repeats, at(1_200), at(1_300));
  expect([first.sent, second.sent, third.sent]).toEqual([rows, [], []]);
});

test('a row seen by the look-back for the first time, committed late, is sent', () => {
  const first = read([{ id: 'a', second: 1_000, value: 1 }], new Map(), undefined, at(1_100));
  const late = { id: 'b', second: 1_000, value: 1 };
  expect(read([late], first.repeats, at(1_100), at(1_200)).sent).toEqual([late]);
});

test('sending a new version of a row forgets the one before it', () => {
  const old = { id: 'a', second: 1_000, value: 1 };
  const { repeats } = read([old], new Map(), undefined, at(1_100));
  const lookback = createLookback({ repeats, cursor: at(1_100), to: at(1_200), lookbackMs: LOOKBACK_MS });
  const time = at(1_000).toISOString();
  expect(lookback.admit('a', time, bytes({ ...old, value: 2 }))).toBe(true);
  expect(lookback.admit('a', time, bytes(old))).toBe(true);
});

test('a state holds a bounded number of rows, and those beyond are sent again', () => {
  const rows = Array.from({ length: STATE_ENTRIES + 10 }, (_, index) => ({ id: `${index}`, second: 1_000, value: 0 }));
  const first = read(rows, new Map(), undefined, at(1_100));
  expect(first.repeats.size).toBe(STATE_ENTRIES);
  expect(read(rows, first.repeats, at(1_100), at(1_200)).sent).toHaveLength(10);
});
