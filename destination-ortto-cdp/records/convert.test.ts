import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DisplayType } from '../ortto/field-types.ts';
import { convert, instantOf } from './convert.ts';

test.each<[DisplayType | 'email', unknown, unknown]>([
  ['text', 'Ana', 'Ana'],
  ['text', '  Ana ', '  Ana '],
  ['text', 42, '42'],
  ['text', false, 'false'],
  ['large_text', 'x'.repeat(4000), 'x'.repeat(4000)],
  ['link', 'www.acme.test', 'www.acme.test'],
  ['single_select', 'Hot', 'Hot'],
  ['email', ' A@B.co', 'a@b.co'],
  ['integer', 39000, 39000],
  ['integer', 3.0, 3],
  ['integer', '12', 12],
  ['decimal', 12.345, 12345],
  ['decimal', 1.005, 1005],
  ['decimal', 0.0005, 1],
  ['decimal', -0.0005, -1],
  ['decimal', -0.0001, 0],
  ['decimal', 1e-7, 0],
  ['decimal', 950000000.0, 950000000000],
  ['decimal', '12.3456', 12346],
  ['currency', 15.3, 15300],
  ['currency', 1e9, 1e12],
  ['date', '2024-07-22', { year: 2024, month: 7, day: 22, timezone: 'UTC' }],
  ['date', '2024-02-29T10:00:00.000Z', { year: 2024, month: 2, day: 29, timezone: 'UTC' }],
  ['date', '1700-01-01', { year: 1700, month: 1, day: 1, timezone: 'UTC' }],
  ['time', '2020-10-22T21:03:23.000+0000', '2020-10-22T21:03:23.000Z'],
  ['time', '2020-10-22T21:03:23+02:00', '2020-10-22T19:03:23.000Z'],
  ['time', '2020-10-22', '2020-10-22T00:00:00.000Z'],
  ['bool', true, true],
  ['bool', 'FALSE', false],
  ['bool', 1, true],
  ['bool', '0', false],
  ['phone', '+61 401 234 567', { phone: '61401234567', parse_with_country_code: true }],
  ['geo', 'Melbourne', { name: 'Melbourne' }],
  ['multi_select', ['A', 'B', 'A', ''], ['A', 'B']],
  ['multi_select', 'A;B', ['A', 'B']],
  ['object', { city: 'Oslo' }, { city: 'Oslo' }],
])('for a %s field %j becomes %j', (type, value, expected) => {
  expect(convert(type, value)).toEqual({ value: expected });
});

test.each<[DisplayType | 'email', unknown, string]>([
  ['text', { a: 1 }, 'not_text'],
  ['text', ['a'], 'not_text'],
  ['email', 'nobody', 'not_an_email'],
  ['email', 12, 'not_an_email'],
  ['integer', 'many', 'not_a_number'],
  ['integer', true, 'not_a_number'],
  ['integer', 1.5, 'not_an_integer'],
  ['integer', 2 ** 63, 'number_out_of_range'],
  ['decimal', 'NaN', 'not_a_number'],
  ['decimal', 1e17, 'number_out_of_range'],
  ['date', '22/07/2024', 'not_a_date'],
  ['date', '2023-02-29', 'not_a_date'],
  ['date', 20240722, 'not_a_date'],
  ['time', '2020-10-22T21:03', 'not_a_time'],
  ['time', '2020-13-22T21:03:23Z', 'not_a_time'],
  ['time', 'noon', 'not_a_time'],
  ['bool', 'yes', 'not_a_boolean'],
  ['bool', 2, 'not_a_boolean'],
  ['phone', 'n/a', 'not_a_phone'],
  ['geo', { name: 'x' }, 'not_text'],
  ['multi_select', 5, 'not_a_list'],
  ['multi_select', [['A']], 'not_a_list'],
  ['object', 'x', 'not_an_object'],
  ['object', [1], 'not_an_object'],
  ['object', { text: 'é'.repeat(7500) }, 'object_too_large'],
])('for a %s field %j is a misfit: %s', (type, value, misfit) => {
  expect(convert(type, value)).toEqual({ misfit });
});

const types: (DisplayType | 'email')[] = [
  'text',
  'large_text',
  'link',
  'integer',
  'decimal',
  'currency',
  'date',
  'time',
  'bool',
  'phone',
  'geo',
  'single_select',
  'multi_select',
  'object',
  'email',
];

test.each(types)('null and blank text are nothing to a %s field', (type) => {
  for (const value of [null, '', ' \n']) expect(convert(type, value)).toEqual({ value: null });
});

test('an empty list is nothing', () => {
  for (const value of [[], [''], ';;']) expect(convert('multi_select', value)).toEqual({ value: null });
});

test('text past its length is cut between characters, not inside one, and that is reported', () => {
  const long = '👩'.repeat(300);
  expect(convert('text', long)).toEqual({ value: '👩'.repeat(255), cut: true });
  expect(convert('text', '👩'.repeat(255))).toEqual({ value: '👩'.repeat(255) });
  expect(convert('large_text', 'x'.repeat(4001))).toEqual({ value: 'x'.repeat(4000), cut: true });
  expect(convert('geo', 'y'.repeat(256))).toEqual({ value: { name: 'y'.repeat(255) }, cut: true });
  expect(convert('multi_select', ['z'.repeat(256)])).toEqual({ value: ['z'.repeat(255)], cut: true });
});

test('half a character becomes the replacement character, since JSON has no way to carry it', () => {
  expect(convert('text', 'a\ud83d')).toEqual({ value: 'a\ufffd' });
});

test('every amount with up to three decimals is kept to the last thousandth', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2_000_000_000_000, max: 2_000_000_000_000 }), (thousandths) => {
      const sign = thousandths < 0 ? '-' : '';
      const digits = String(Math.abs(thousandths)).padStart(4, '0');
      const amount = Number(`${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`);
      expect(convert('currency', amount)).toEqual({ value: thousandths });
    }),
    { numRuns: 10_000 },
  );
});

test('no value whatever makes a conversion throw, and what fits is JSON', () => {
  // As text -0 is 0.
  const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.constantFrom(...types), json, (type, value) => {
      const converted = convert(type, value);
      expect(JSON.stringify(JSON.parse(JSON.stringify(converted)))).toBe(JSON.stringify(converted));
    }),
    { numRuns: 5_000 },
  );
});

test('an object that is nested deeper than any code can follow is too large', () => {
  const depth = 200_000;
  const value: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  expect(convert('object', value)).toEqual({ misfit: 'object_too_large' });
});

test('an instant is read from dates and from times with any offset', () => {
  const noon = Date.UTC(2026, 0, 2, 12);
  expect(['2026-01-02T12:00:00Z', '2026-01-02T14:00:00.000+0200', '2026-01-02T07:00:00-05:00'].map(instantOf)).toEqual([
    noon,
    noon,
    noon,
  ]);
  expect(instantOf('2026-01-02')).toBe(Date.UTC(2026, 0, 2));
  expect(['', 'x', 5, null, '2026-02-30T00:00:00Z'].map(instantOf)).toEqual(Array(5).fill(undefined));
});

test.each([
  [15_000_000_000_000, '15000000000000000'],
  [-15_000_000_000_000, '-15000000000000000'],
  [9_007_199_254_740_991, '9007199254740991000'],
  [1e15, '1000000000000000000'],
])('%d as thousandths is the literal %s, every digit of it', (value, literal) => {
  const { value: converted } = convert('currency', value) as { readonly value: unknown };
  expect(JSON.stringify({ converted })).toBe(`{"converted":${literal}}`);
});

test('options of a multi-select are one whatever the space around them', () => {
  expect(convert('multi_select', 'A; B ;A ;B')).toEqual({ value: ['A', 'B'] });
  expect(convert('multi_select', [' A', 'A'])).toEqual({ value: ['A'] });
});
