import { expect, test } from 'vitest';
import { isBeyond } from './opt-in-limit.ts';

const limit = { records: 1000, percent: 20 };

test.each([
  [0, 0, false],
  [1000, 1000, false],
  [1001, 1001, true],
  [1001, 5005, false],
  [1001, 5004, true],
  [20_000, 100_000, false],
  [20_001, 100_000, true],
])('%i of %i people who existed are beyond 1,000 and 20 percent: %j', (implied, existed, expected) => {
  expect(isBeyond({ implied, existed }, limit)).toBe(expected);
});

test('one number alone is no limit: both must be passed', () => {
  expect(isBeyond({ implied: 5, existed: 5 }, { records: 0, percent: 100 })).toBe(false);
  expect(isBeyond({ implied: 1, existed: 100 }, { records: 0, percent: 0 })).toBe(true);
  expect(isBeyond({ implied: 5, existed: 5 }, { records: 5, percent: 0 })).toBe(false);
});
