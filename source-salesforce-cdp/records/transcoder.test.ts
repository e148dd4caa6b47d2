import { expect, test } from 'vitest';
import { csvOf, ENVELOPE, recordsOf, selectionOf, transcode } from '../fixtures/bulk-result.ts';
import type { Selection } from '../planning/selection.ts';
import { createRestLines } from './rest-lines.ts';
import type { RowFilter } from './row-filter.ts';
import { createTranscoder } from './transcoder.ts';

const contact = selectionOf({ Id: 'text', Email: 'text', Score__c: 'number' });

test('a row becomes one RECORD line with its keys in the order of the columns', () => {
  expect(
    transcode(
      contact,
      csvOf([
        ['Id', 'Email', 'Score__c'],
        ['003A', 'a@b.co', '7'],
      ]),
    ),
  ).toBe(
    '{"type":"RECORD","record":{"stream":"Con\\"tact","data":{"Id":"003A","Email":"a@b.co","Score__c":7},"emitted_at":1234}}\n',
  );
});

test('a compound is rebuilt from its parts, a parent from its fields, and null when all of them are', () => {
  const selection = selectionOf(
    { Id: 'text', City: 'text', Street: 'text', 'Account.Name': 'text', 'Account.Size': 'number' },
    [
      { name: 'Id', column: 0 },
      { name: 'City', column: 1 },
      {
        name: 'Address',
        members: [
          { name: 'street', column: 2 },
          { name: 'city', column: 1 },
        ],
      },
      {
        name: 'Account',
        members: [
          { name: 'Name', column: 3 },
          { name: 'Size', column: 4 },
        ],
      },
    ],
  );
  const csv = csvOf([
    ['Id', 'City', 'Street', 'Account.Name', 'Account.Size'],
    ['1', 'Bern', '', '', '5.0'],
    ['2', '', '', '', ''],
  ]);
  expect(recordsOf(selection, csv)).toEqual([
    { Id: '1', City: 'Bern', Address: { street: null, city: 'Bern' }, Account: { Name: null, Size: 5 } },
    { Id: '2', City: null, Address: null, Account: null },
  ]);
});

test('a second page continues with or without a header row, and counts its own rows', () => {
  const transcoder = createTranscoder(contact, ENVELOPE);
  const header = ['Id', 'Email', 'Score__c'];
  transcoder.push(Buffer.from(csvOf([header, ['1', '', ''], ['2', '', '']])));
  transcoder.end();
  expect(transcoder.rows).toBe(2);
  transcoder.page(0);
  const second = Buffer.from(transcoder.push(Buffer.from(csvOf([header, ['3', '', '']]))));
  transcoder.page(0);
  const third = transcoder.push(Buffer.from(csvOf([['4', '', '']])));
  expect(
    Buffer.concat([second, third])
      .toString()
      .match(/"Id":"\d"/g),
  ).toEqual(['"Id":"3"', '"Id":"4"']);
  expect([transcoder.rows, transcoder.records]).toEqual([1, 4]);
});

test('rows of a page that were returned before are skipped when it is fetched again', () => {
  const transcoder = createTranscoder(contact, ENVELOPE);
  transcoder.page(2);
  const csv = csvOf([
    ['Id', 'Email', 'Score__c'],
    ['1', '', ''],
    ['2', '', ''],
    ['3', '', ''],
  ]);
  const lines = [...Buffer.from(csv)].map((byte) => Buffer.from(transcoder.push(Uint8Array.of(byte))));
  expect(
    Buffer.concat(lines)
      .toString()
      .match(/"Id":"\d"/g),
  ).toEqual(['"Id":"3"']);
  expect([transcoder.rows, transcoder.records]).toEqual([3, 1]);
});

test('a result without rows returns nothing, but one without a header was cut off', () => {
  expect(() => transcode(contact, '')).toThrow('empty');
  expect(transcode(contact, '"Id","Email","Score__c"\n')).toBe('');
  expect(transcode(contact, '"Id","Email","Score__c"')).toBe('');
});

test.each([
  ['a cell too few', '"1","secret"\n', 'row 2 has only 2 of 3 cells'],
  ['a cell too many', '"1","secret","3","4"\n', 'row 2 has more than 3 cells'],
  ['text after a closing quote', '"1","secret"x,"3"\n', 'row 2 continues after the closing quote'],
  ['a quote inside a cell without quotes', '1,se"cret,3\n', 'row 2 has a quote inside'],
  ['an end inside a quote', '"1","secret', 'cut off inside row 2'],
  ['an end inside a row', '"1","secret",', 'cut off inside row 2'],
  ['an end inside a last cell without quotes', '1,secret,3', 'cut off inside row 2'],
])('%s is an error that names the row and not its values', (_, row, problem) => {
  const csv = `"Id","Email","Score__c"\n"1","",""\n${row}`;
  expect(() => transcode(contact, csv)).toThrow(problem);
  expect(() => transcode(contact, csv, 1)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('secret') }),
  );
});

test('rows of a chunk that throws are not counted', () => {
  const transcoder = createTranscoder(contact, ENVELOPE);
  transcoder.push(
    Buffer.from(
      csvOf([
        ['Id', 'Email', 'Score__c'],
        ['1', '', ''],
      ]),
    ),
  );
  expect(() => transcoder.push(Buffer.from('"2","",""\n"3"\n'))).toThrow('row 3');
  expect([transcoder.rows, transcoder.records]).toEqual([1, 1]);
});

test.each([
  ['"Id","Email"\n', 'Score__c missing'],
  ['"Id","Email","Score__c","Extra"\n', '4 instead of 3'],
  ['"Id","Email","Email"\n', 'Score__c missing'],
])('a header %j that is not what was asked for is an error', (csv, problem) => {
  expect(() => transcode(contact, csv)).toThrow(problem);
});

test('a row longer than every buffer is written, however small its chunks are', () => {
  const text = '"é\n'.repeat(100_000);
  const csv = csvOf([['A'], [text], ['b']]);
  for (const size of [7, 65_536, Number.MAX_SAFE_INTEGER]) {
    expect(recordsOf(selectionOf({ A: 'text' }), csv, size)).toEqual([{ A: text }, { A: 'b' }]);
  }
});

interface Asked {
  readonly id: string;
  readonly cursor: string;
  readonly data: unknown;
}

/** A filter that leaves out every second row it is asked about, and notes all calls. */
const notingFilter = () => {
  const asked: Asked[] = [];
  const deleted: [string, string][] = [];
  const filter: RowFilter = {
    repeatedBefore: '2024-01-02T00:00:00.000Z',
    rereadFrom: '2024-01-04T00:00:00.000Z',
    admit: (id, cursor, bytes) => asked.push({ id, cursor, data: JSON.parse(Buffer.from(bytes).toString()) }) % 2 === 0,
    deleted: (id, cursor) => deleted.push([id, cursor]),
  };
  return { filter, asked, deleted };
};

test('a filter gets the deleted rows and decides about those of its two spans, by REST as by Bulk', () => {
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
    const byBulk = notingFilter();
    const transcoder = createTranscoder(selection, ENVELOPE, byBulk.filter);
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
    const byRest = notingFilter();
    const rest = createRestLines(selection, ENVELOPE, byRest.filter)(rows);
    expect(Buffer.from(rest.lines).toString()).toBe(Buffer.from(lines).toString());
    expect([byRest.asked, byRest.deleted, rest.records]).toEqual([byBulk.asked, byBulk.deleted, 4]);
  }
});
