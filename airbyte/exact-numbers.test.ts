import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessage } from './input.ts';

const dataOf = (data: string): unknown => {
  const line = `{"type":"RECORD","record":{"stream":"A","data":${data},"emitted_at":1700000000000}}`;
  const item = parseMessage(Buffer.from(line), 1);
  return item?.kind === 'record' ? item.data : undefined;
};

test.each([
  ['{"a":123456789012345678}', { a: '123456789012345678' }],
  ['{"a":-9007199254740993}', { a: '-9007199254740993' }],
  ['{"a":12345678901234.567}', { a: '12345678901234.567' }],
  ['{"a":0.12345678901234567}', { a: '0.12345678901234567' }],
  ['{"a":8162.700000000000000}', { a: 8162.7 }],
  ['{"a":123456789012345678.00}', { a: '123456789012345678' }],
  ['{"a":1234567890123456000}', { a: '1234567890123456000' }],
  ['{"a":-0.00000000000000000001}', { a: -1e-20 }],
  ['{"a":123456789012345}', { a: 123456789012345 }],
  ['{"a":1.25e17}', { a: 1.25e17 }],
  ['{"a":"123456789012345678","b":1}', { a: '123456789012345678', b: 1 }],
  ['{"a":{"b":123456789012345678},"c":1}', { a: { b: Number('123456789012345678') }, c: 1 }],
])('of %s nothing is lost that a value can hold', (data, expected) => {
  expect(dataOf(data)).toEqual(expected);
});

test('an integer of any length comes with all its digits', () => {
  fc.assert(
    fc.property(fc.bigInt(), (integer) => {
      expect(String((dataOf(`{"a":${integer}}`) as { a: unknown }).a)).toBe(String(integer));
    }),
  );
});
