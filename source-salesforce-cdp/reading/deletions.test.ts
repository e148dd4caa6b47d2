import { expect, test } from 'vitest';
import { createSentDeletions, deletedFromFirstRead, deletedSpan, tombstoneLines } from './deletions.ts';
import { configured, contact, parents } from '../fixtures/example-org.ts';
import { select } from '../planning/selection.ts';
import { STATE_ENTRIES } from '../planning/state.ts';

const day = 24 * 3_600_000;
const to = new Date('2024-03-01T00:00:00Z');
const before = (ms: number): Date => new Date(to.getTime() - ms);

test('deletions are asked for from where they were read last', () => {
  expect(deletedSpan(before(day), to)).toEqual({ start: before(day), end: to, missed: false });
});

test('nothing is asked within two minutes, and nothing beyond what Salesforce lists, which is logged', () => {
  expect(deletedSpan(before(119_999), to)).toBeUndefined();
  expect(deletedSpan(before(20 * day), to)).toEqual({ start: before(15 * day - 3_600_000), end: to, missed: true });
});

test('a first read leaves deletions of the look-back to the next one', () => {
  expect(deletedFromFirstRead(to, 600_000)).toEqual({ covered: before(600_000), ids: new Map() });
});

test('a row already sent as deleted, in this read or an earlier one, is not sent again', () => {
  const sent = createSentDeletions({ covered: before(day), ids: new Map([['old', before(day)]]) });
  sent.deleted('soft', before(1_000).toISOString());
  const listed = ['old', 'soft', 'hard', 'hard'].map((id) => ({ id, deletedDate: before(1_000) }));
  expect(sent.unsent(listed).map(({ id }) => id)).toEqual(['hard']);
  expect(sent.unsent(listed)).toEqual([]);
});

test('ids are kept while they can be listed again', () => {
  const sent = createSentDeletions({ covered: before(day), ids: new Map([['old', before(day)]]) });
  sent.deleted('before', before(2 * day).toISOString());
  sent.deleted('early', before(600_000).toISOString());
  sent.deleted('late', before(1_000).toISOString());
  sent.unsent([{ id: 'hard', deletedDate: before(60_000) }]);
  const { covered, ids } = sent.remembered(before(60_500));
  expect([covered, [...ids.keys()].sort()]).toEqual([before(60_500), ['hard', 'late']]);
});

test('a state holds a bounded number of ids, the latest ones', () => {
  const sent = createSentDeletions({ covered: before(day), ids: new Map() });
  for (let index = 0; index < STATE_ENTRIES + 5; index++)
    sent.deleted(`${index}`, before(day - index * 1_000).toISOString());
  const { ids } = sent.remembered(before(day));
  expect([ids.size, ids.has('4'), ids.has('5')]).toEqual([STATE_ENTRIES, false, true]);
});

test('a tombstone has the Id, the mark and the time', () => {
  const { selection } = select(contact, configured({ IsDeleted: {} }), undefined, parents);
  const lines = tombstoneLines(selection, { stream: 'Contact', emittedAt: 5 }, [{ id: '003A', deletedDate: to }]);
  expect(Buffer.from(lines).toString()).toBe(
    '{"type":"RECORD","record":{"stream":"Contact","data":{"Id":"003A","IsDeleted":true,' +
      '"SystemModstamp":"2024-03-01T00:00:00.000Z"},"emitted_at":5}}\n',
  );
});
