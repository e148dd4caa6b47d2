import { expect, test } from 'vitest';
import { deletedFromFirstRead, deletedSpan } from './deleted-span.ts';

const day = 24 * 3_600_000;
const to = new Date('2024-03-01T00:00:00Z');
const before = (ms: number): Date => new Date(to.getTime() - ms);

test('deletions are asked for from where they were last read', () => {
  expect(deletedSpan(before(day), to)).toEqual({ start: before(day), end: to, missed: false });
});

test('nothing is asked within two minutes, and nothing beyond what Salesforce lists, which is reported', () => {
  expect(deletedSpan(before(119_999), to)).toBeUndefined();
  expect(deletedSpan(before(20 * day), to)).toEqual({ start: before(15 * day - 3_600_000), end: to, missed: true });
});

test('a first read leaves deletions of the look-back to the next one', () => {
  expect(deletedFromFirstRead(to, 600_000)).toEqual({ covered: before(600_000), ids: new Map() });
});
