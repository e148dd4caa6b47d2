import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf, isId, longId } from './ids.ts';

test('the checksum of a known id is the one Salesforce gives it', () => {
  expect(longId('0014W000027f6V3')).toBe('0014W000027f6V3QAI');
  expect(longId('01gRO0000016PIA')).toBe('01gRO0000016PIAYA2');
});

test('ids of one object stay apart where case is lost, and sort as they were made', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => idOf('003', index + 1));
  expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('every id has 18 characters and its prefix', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (n) => {
      const id = idOf('00Q', n);
      expect(isId(id)).toBe(true);
      expect(id).toMatch(/^00Q.{15}$/);
      expect(longId(id)).toBe(id);
    }),
  );
});
