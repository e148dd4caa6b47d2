import { expect, test } from 'vitest';
import { createRowLines } from './rest-lines.ts';
import type { Selection } from '../planning/selection.ts';
import { createTranscoder } from './transcoder.ts';
import type { Watch } from './watch.ts';
import { ENVELOPE, csvOf, selectionOf } from '../fixtures/transcode.ts';

interface Asked {
  readonly id: string;
  readonly cursor: string;
  readonly data: unknown;
}

/** A watch that holds back every second row it is asked about, and notes all it hears. */
const notingWatch = () => {
  const asked: Asked[] = [];
  const deleted: [string, string][] = [];
  const watch: Watch = {
    repeatedBefore: '2024-01-02T00:00:00.000Z',
    rereadFrom: '2024-01-04T00:00:00.000Z',
    admit: (id, cursor, bytes) => asked.push({ id, cursor, data: JSON.parse(Buffer.from(bytes).toString()) }) % 2 === 0,
    deleted: (id, cursor) => deleted.push([id, cursor]),
  };
  return { watch, asked, deleted };
};

test('a watch hears of deleted rows and is asked about those of its two spans, by REST as by Bulk', () => {
  const selection: Selection = selectionOf({
    Id: 'text',
    SystemModstamp: 'datetime',
    IsDeleted: 'boolean',
    Name: 'text',
  });
  const rows = ['01', '02', '03', '04', '05', '06'].map((day, at) => ({
    Id: `003${at}`,
    SystemModstamp: `2024-01-${day}T00:00:00.000+0000`,
    IsDeleted: at % 3 === 0,
    Name: 'é',
  }));
  const header = selection.columns.map(({ path }) => path);
  for (const columns of [header, header.toReversed()]) {
    const byBulk = notingWatch();
    const transcoder = createTranscoder(selection, ENVELOPE, byBulk.watch);
    const texts = rows.map((row) => columns.map((name) => String(row[name as keyof typeof row])));
    const lines = transcoder.push(Buffer.from(csvOf([columns, ...texts])));
    expect(
      Buffer.from(lines)
        .toString()
        .match(/"Id":"003\d"/g),
    ).toEqual(['"Id":"0031"', '"Id":"0032"', '"Id":"0033"', '"Id":"0035"']);
    expect([transcoder.rows, transcoder.records]).toEqual([6, 4]);
    expect(byBulk.deleted).toEqual([
      ['0030', '2024-01-01T00:00:00.000Z'],
      ['0033', '2024-01-04T00:00:00.000Z'],
    ]);
    expect(byBulk.asked.map(({ id }) => id)).toEqual(['0030', '0033', '0034', '0035']);
    expect(byBulk.asked[0]).toEqual({
      id: '0030',
      cursor: '2024-01-01T00:00:00.000Z',
      data: { Id: '0030', SystemModstamp: '2024-01-01T00:00:00.000Z', IsDeleted: true, Name: 'é' },
    });
    const byRest = notingWatch();
    const rest = createRowLines(selection, ENVELOPE, byRest.watch)(rows);
    expect(Buffer.from(rest.lines).toString()).toBe(Buffer.from(lines).toString());
    expect([byRest.asked, byRest.deleted, rest.records]).toEqual([byBulk.asked, byBulk.deleted, 4]);
  }
});
