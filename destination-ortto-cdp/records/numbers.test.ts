import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { integerOf, thousandthsOf } from './numbers.ts';

const json = (value: unknown): string => JSON.stringify(value);
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;

test.each([
  [15_000_000_000_000, '15000000000000000'],
  ['15000000000000', '15000000000000000'],
  ['9007199254740993', '9007199254740993000'],
  ['9223372036854775.807', '9223372036854775807'],
  ['-9223372036854775.808', '-9223372036854775808'],
  ['9007199254740.9935', '9007199254740994'],
  ['-9007199254740.9935', '-9007199254740994'],
  ['0000000000000000000012.5', '12500'],
  [`${'0'.repeat(400)}12.${'5'.repeat(400)}`, '12556'],
  ['-0.0000000000000000000001', '0'],
  [390839561736.27747, '390839561736277'],
  [-1.0005e-5, '0'],
  [1.234567890123e-7, '0'],
  [1e12, '1000000000000000'],
  [1234567890123.25, '1234567890123250'],
])('the amount %s is %s thousandths, digit by digit', (value, expected) => {
  expect(json(thousandthsOf(value))).toBe(expected);
});

test.each([
  ['12345678901234567890', 'number_out_of_range'],
  ['9223372036854775807', '9223372036854775807'],
  ['9223372036854775808', 'number_out_of_range'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['123456789012345678', '123456789012345678'],
  ['123456789012345678.000', '123456789012345678'],
  ['123456789012345678.001', 'not_an_integer'],
  [2 ** 53, '9007199254740992'],
  [1e17, '100000000000000000'],
  [1e300, 'number_out_of_range'],
  [-0, '0'],
])('the integer %s is %s', (value, expected) => {
  expect(json(integerOf(value)).replaceAll('"', '')).toBe(expected);
});

test.each([1e300, '9223372036854775.808', '1'.repeat(400), -9.3e15])('%s is beyond what Ortto holds', (value) => {
  expect(thousandthsOf(value)).toBe('number_out_of_range');
});

test('every amount that Ortto holds is kept to the last thousandth, and every integer to the last digit', () => {
  fc.assert(
    fc.property(fc.bigInt(INT64), fc.boolean(), (integer, zeros) => {
      const digits = String(integer < 0n ? -integer : integer).padStart(4, '0');
      const sign = integer < 0n ? '-' : '';
      const more = zeros ? '0000' : '';
      expect(json(thousandthsOf(`${sign}${digits.slice(0, -3)}.${digits.slice(-3)}${more}`))).toBe(String(integer));
      expect(json(integerOf(String(integer)))).toBe(String(integer));
    }),
    { numRuns: 5_000 },
  );
});

test('a number and its own decimal text become the same', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (number) => {
      fc.pre(!/e/.test(String(number)));
      expect(json(thousandthsOf(number))).toBe(json(thousandthsOf(String(number))));
    }),
    { numRuns: 5_000 },
  );
});
