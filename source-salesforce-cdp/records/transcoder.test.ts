import { isUtf8 } from 'node:buffer';
import { expect, test } from 'vitest';
import type { Selection } from '../planning/selection.ts';
import { createTranscoder } from './transcoder.ts';
import { ENVELOPE, contact, csvOf, selectionOf, transcode } from '../fixtures/transcode.ts';

const data = (selection: Selection, csv: string | Uint8Array, size?: number): unknown[] =>
  transcode(selection, csv, size)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { record: { data: unknown } }).record.data);

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

test('any ASCII character, and those beyond, is written as JSON.stringify writes it, wherever in a text it stands', () => {
  const specials = [...Array.from({ length: 0x7f }, (_, code) => String.fromCharCode(code + 1)), 'é', '€', '😀'];
  const texts = specials.flatMap((special) =>
    Array.from({ length: 9 }, (_, at) => `${'a'.repeat(at)}${special}${'z'.repeat(8 - at)}`),
  );
  const lines = transcode(selectionOf({ A: 'text' }), csvOf([['A'], ...texts.map((text) => [text])])).split('\n');
  expect(lines.slice(0, -1).map((line) => line.slice(line.indexOf('{"A"'), line.indexOf(',"emitted_at"')))).toEqual(
    texts.map((text) => JSON.stringify({ A: text })),
  );
});

test.each(['2024-01-31T23:59:59.123Z', '0000-00-00T00:00:00.000Z'])(
  'a text that differs from the datetime %s in one character is not copied as a datetime',
  (text) => {
    const others = Array.from(text, (_, at) => `${text.slice(0, at)}x${text.slice(at + 1)}`);
    const longer = [`${text}0`, text.slice(0, -1), `${text}"`];
    const cells = [text, ...others, ...longer];
    expect(data(selectionOf({ D: 'datetime' }), csvOf([['D'], ...cells.map((cell) => [cell])]))).toEqual(
      cells.map((cell) => ({ D: cell })),
    );
  },
);

test('texts that others treat as null stay texts, and only an empty cell is null', () => {
  const names = ['NA', 'null', 'None', 'NaN', '#N/A', '01234', ' ', ''];
  expect(data(selectionOf({ Name: 'text' }), csvOf([['Name'], ...names.map((name) => [name])]))).toEqual(
    names.map((name) => ({ Name: name === '' ? null : name })),
  );
});

test('quotes, line ends, control characters and other scripts inside quotes stay as they are', () => {
  const text = 'a "b",\r\nc\n\td\u0001\u007f\\ é 日本 😀 \u2028';
  expect(data(selectionOf({ Name: 'text' }), csvOf([['Name'], [text], ['""']]))).toEqual([
    { Name: text },
    { Name: '""' },
  ]);
});

test('NUL bytes are removed, wherever they stand', () => {
  expect(data(selectionOf({ A: 'text', B: 'text' }), '"A","B"\n"x\0y"\0,"\0"\n')).toEqual([{ A: 'xy', B: null }]);
});

test('bytes that are not UTF-8 become U+FFFD and the rest of the line stays valid', () => {
  const csv = Buffer.concat([Buffer.from('"A"\n"x'), Buffer.of(0xff, 0xe3, 0x81), Buffer.from('y"\n"é"\n')]);
  for (const size of [1, 2, 100]) {
    const transcoder = createTranscoder(selectionOf({ A: 'text' }), ENVELOPE);
    const chunks = Array.from({ length: Math.ceil(csv.length / size) }, (_, at) =>
      csv.subarray(at * size, (at + 1) * size),
    );
    const lines = Buffer.concat(chunks.map((chunk) => Buffer.from(transcoder.push(chunk))));
    expect(isUtf8(lines)).toBe(true);
    expect(lines.toString().match(/"A":".*?"/g)).toEqual(['"A":"x\ufffd\ufffdy"', '"A":"é"']);
  }
});

test.each([
  ['47', '47'],
  ['47.0', '47'],
  ['-12.50', '-12.5'],
  ['0', '0'],
  ['-0.0', '0'],
  ['-0', '0'],
  ['0.5', '0.5'],
  ['0.0000001', '1e-7'],
  ['9.5E8', '950000000'],
  ['1E21', '1e+21'],
  ['1000000000000000000000000', '1e+24'],
  ['1E-400', '1e-400'],
  ['0.1234567890123456', '0.1234567890123456'],
  ['9007199254740993', '9007199254740993'],
  ['12345678901234567890.10', '12345678901234567890.1'],
  ['123456789012345678901234567890e5', '123456789012345678901234567890e5'],
  ['1e400', '1e400'],
  ['-1.2300E400', '-1.23e400'],
  ['.5', '0.5'],
  ['+1', '1'],
  ['1.', '1'],
  ['007', '7'],
  ['00', '0'],
  ['', 'null'],
])('the number %j is written as %s', (cell, json) => {
  const line = transcode(selectionOf({ N: 'number' }), csvOf([['N'], [cell]]));
  expect(line).toContain(`"data":{"N":${json}},`);
  expect(line).not.toContain('meta');
});

test.each(['NaN', 'Infinity', 'abc', '-', '.', '1,5', '0x10', '1e', '"', '5"'])(
  'a number column that holds %j becomes null, is named in the meta of its record and is counted',
  (cell) => {
    const transcoder = createTranscoder(selectionOf({ Id: 'text', N: 'number' }), ENVELOPE);
    const line = Buffer.from(
      transcoder.push(
        Buffer.from(
          csvOf([
            ['Id', 'N'],
            ['1', cell],
            ['2', '3'],
          ]),
        ),
      ),
    ).toString();
    expect(line.split('\n')).toEqual([
      '{"type":"RECORD","record":{"stream":"Con\\"tact","data":{"Id":"1","N":null},"emitted_at":1234,' +
        '"meta":{"changes":[{"field":"N","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"}]}}}',
      '{"type":"RECORD","record":{"stream":"Con\\"tact","data":{"Id":"2","N":3},"emitted_at":1234}}',
      '',
    ]);
    expect([...transcoder.nulled]).toEqual([['N', 1]]);
  },
);

test.each([
  ['2023-10-22T06:25:12.000Z', '2023-10-22T06:25:12.000Z'],
  ['2023-10-22T06:25:12.000+0000', '2023-10-22T06:25:12.000Z'],
  ['2023-10-22T06:25:12Z', '2023-10-22T06:25:12.000Z'],
  ['2023-10-22T01:30:00.500-0530', '2023-10-22T07:00:00.500Z'],
  ['2023-10-22T01:30:00+02:00', '2023-10-21T23:30:00.000Z'],
  ['tomorrow', 'tomorrow'],
])('the datetime %s is written as %s', (cell, text) => {
  expect(data(selectionOf({ D: 'datetime' }), csvOf([['D'], [cell]]))).toEqual([{ D: text }]);
});

test('a multi-select picklist becomes an array', () => {
  expect(data(selectionOf({ P__c: 'list' }), csvOf([['P__c'], ['A;B "x"'], ['C'], ['']]))).toEqual([
    { P__c: ['A', 'B "x"'] },
    { P__c: ['C'] },
    { P__c: null },
  ]);
});

test('a cell without quotes is read as well', () => {
  expect(data(contact, 'Id,Email,Score__c\r\n003A,,5\r\n003B,x y,\r\n')).toEqual([
    { Id: '003A', Email: null, Score__c: 5 },
    { Id: '003B', Email: 'x y', Score__c: null },
  ]);
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
  expect(data(selection, csv)).toEqual([
    { Id: '1', City: 'Bern', Address: { street: null, city: 'Bern' }, Account: { Name: null, Size: 5 } },
    { Id: '2', City: null, Address: null, Account: null },
  ]);
});

test('a row longer than every buffer comes through, however small its chunks are', () => {
  const text = '"é\n'.repeat(100_000);
  const csv = csvOf([['A'], [text], ['b']]);
  for (const size of [7, 65_536, Number.MAX_SAFE_INTEGER]) {
    expect(data(selectionOf({ A: 'text' }), csv, size)).toEqual([{ A: text }, { A: 'b' }]);
  }
});
