import { expect, test } from 'vitest';
import { isTrue, readFlag } from './flags.ts';

test.each([
  [true, true],
  ['True', true],
  [' TRUE\n', true],
  [1, true],
  ['1', true],
  [false, false],
  ['false', false],
  ['FALSE', false],
  [0, false],
  ['0', false],
  [null, undefined],
  [undefined, undefined],
  ['', undefined],
  ['yes', undefined],
  [2, undefined],
  [['true'], undefined],
])('the flag %j is %j', (value, expected) => {
  expect(readFlag(value)).toBe(expected);
  expect(isTrue(value)).toBe(expected === true);
});
