import { expect, test } from 'vitest';
import { createTranscoder } from './transcoder.ts';
import { ENVELOPE, contact, csvOf, transcode } from '../fixtures/transcode.ts';

test('a second page continues with or without its own header row, and counts its own rows', () => {
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

test('rows of a page that were given before are skipped when it is fetched again', () => {
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

test('a result without rows gives nothing, but one without anything was cut off', () => {
  expect(() => transcode(contact, '')).toThrow('empty');
  expect(transcode(contact, '"Id","Email","Score__c"\n')).toBe('');
  expect(transcode(contact, '"Id","Email","Score__c"')).toBe('');
});

test.each([
  ['a cell too few', '"1","secret"\n', 'row 2 has only 2 of 3 cells'],
  ['a cell too many', '"1","secret","3","4"\n', 'row 2 has more than 3 cells'],
  ['text after a closing quote', '"1","secret"x,"3"\n', 'row 2 goes on after the closing quote'],
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

test('what a throwing chunk held is not counted', () => {
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
