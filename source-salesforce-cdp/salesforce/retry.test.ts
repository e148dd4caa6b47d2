import { assert, double, nat, option, property } from 'fast-check';
import { expect, test } from 'vitest';
import { pollMs, waitMs } from './retry.ts';

test('waits double and end after eight attempts', () => {
  expect([1, 2, 3, 6, 7, 8].map((attempt) => waitMs(attempt, undefined, 0.5))).toEqual([
    250,
    500,
    1_000,
    8_000,
    16_000,
    undefined,
  ]);
});

test("the server's advice beats the schedule", () => {
  expect(waitMs(1, 30_000, 0)).toBe(30_000);
  expect(waitMs(8, 30_000, 0)).toBeUndefined();
});

test('advice to wait longer than two minutes ends the attempts at once', () => {
  expect(waitMs(1, 120_001, 0)).toBeUndefined();
});

test('no wait is longer than two minutes', () => {
  assert(
    property(nat(20), option(nat()), double({ min: 0, max: 1, noNaN: true }), (attempt, advised, random) => {
      const wait = waitMs(attempt + 1, advised ?? undefined, random);
      expect(wait ?? 0).toBeLessThanOrEqual(120_000);
    }),
  );
});

test('polls of a job slow down to one every five seconds', () => {
  expect(pollMs(1)).toBe(250);
  expect(pollMs(100)).toBe(5_000);
});
