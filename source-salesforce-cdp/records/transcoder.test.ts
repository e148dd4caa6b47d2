import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kind } from '../catalog/field-types.ts';
import { createRestLines } from './rest-lines.ts';
import type { SelectedProperty, Selection } from '../planning/selection.ts';
import { createTranscoder } from './transcoder.ts';
import type { RowFilter } from './row-filter.ts';

const ENVELOPE = { stream: 'Con"tact', emittedAt: 1234 };

/** A selection of values only, named and of the kinds given. */
const selectionOf = (kinds: Readonly<Record<string, Kind>>, properties?: readonly SelectedProperty[]): Selection => ({
  object: 'Contact',
  columns: Object.entries(kinds).map(([path, kind]) => ({ path, kind, filterable: true })),
  properties: properties ?? Object.keys(kinds).map((name, column) => ({ name, column })),
  hasId: 'Id' in kinds,
  cursor: 'SystemModstamp' in kinds ? 'SystemModstamp' : undefined,
  isDeleted: 'absent',
});

const transcode = (selection: Selection, csv: string | Uint8Array, size = Number.MAX_SAFE_INTEGER): string => {
  const transcoder = createTranscoder(selection, ENVELOPE);
  const bytes = Buffer.from(csv);
  const lines: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size)
    lines.push(Buffer.from(transcoder.push(bytes.subarray(at, at + size))));
  lines.push(transcoder.end());
  return Buffer.concat(lines).toString();
};

const data = (selection: Selection, csv: string | Uint8Array, size?: number): unknown[] =>
  transcode(selection, csv, size)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { record: { data: unknown } }).record.data);

const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const csvOf = (rows: readonly (readonly string[])[], lineEnd = '\n'): string =>
  rows.map((row) => row.map(quote).join(',') + lineEnd).join('');

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

test('any ASCII character, and those beyond, is written as JSON.stringify writes it, wherever it is in a text', () => {
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
  'a text that differs from the datetime %s in one character is no datetime to copy',
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

test('NUL bytes are removed wherever they are', () => {
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

test('an unquoted cell is read too', () => {
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
    expect(data(selectionOf({ A: 'text' }), csv, size)).toEqual([{ A: text }, { A: 'b' }]);
  }
});

// The differential test: the transcoder against csv-parse and JSON.stringify, on tables of everything that is nasty.

const nastyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ';', '\\', 'a', '\t', '\u0001', 'é', '日', '😀', '\u2028') }),
);
const cells: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  text: nastyText,
  list: nastyText,
  boolean: fc.constantFrom('true', 'false', ''),
  number: fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.integer(), fc.integer({ min: 0, max: 999 })).map(([whole, part]) => `${whole}.${part}0`),
    fc.constant(''),
  ),
  datetime: fc.oneof(
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-01-01') }).map((date) => date.toISOString()),
    fc.constantFrom('', '2020-01-01T10:00:00.000+0000', '2020-01-01T10:00:00.000-0330'),
  ),
};

/** What the transcoder must write for a cell, worked out independently. */
const modelValue = (kind: Kind, cell: string): unknown => {
  if (cell === '') return null;
  if (kind === 'boolean') return cell === 'true';
  if (kind === 'number') return Number(cell) === 0 ? 0 : Number(cell);
  if (kind === 'list') return cell.split(';');
  if (kind === 'datetime') return new Date(cell.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')).toISOString();
  return cell;
};

const table = fc
  .array(fc.constantFrom<Kind>('text', 'list', 'boolean', 'number', 'datetime'), { minLength: 1, maxLength: 6 })
  .chain((kinds) =>
    fc.record({
      kinds: fc.constant(kinds),
      rows: fc.array(fc.tuple(...kinds.map((kind) => cells[kind])), { maxLength: 8 }),
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
      shift: fc.nat(),
      lineEnd: fc.constantFrom('\n', '\r\n'),
    }),
  );

/** Every second text column is nested, two of each three properties under one parent, and the first two also in a compound. */
const shapeOf = (kinds: readonly Kind[]): Selection => {
  const nested = (at: number): boolean => kinds.length > 2 && at >= kinds.length - 2;
  const path = (at: number): string => (nested(at) ? `Parent.f${at}` : `f${at}`);
  return {
    ...selectionOf(Object.fromEntries(kinds.map((kind, at) => [path(at), kind]))),
    properties: [
      ...kinds.flatMap((_, column) => (nested(column) ? [] : [{ name: `f${column}`, column }])),
      { name: 'Compound', members: [{ name: 'a', column: 0 }] },
      ...(kinds.length > 2
        ? [
            {
              name: 'Parent',
              members: [kinds.length - 2, kinds.length - 1].map((column) => ({ name: `f${column}`, column })),
            },
          ]
        : []),
    ],
  };
};

const modelLine = (selection: Selection, values: readonly unknown[]): string => {
  const record = Object.fromEntries(
    selection.properties.map((property) => {
      if ('column' in property) return [property.name, values[property.column]];
      const members = property.members.map(({ name, column }): [string, unknown] => [name, values[column]]);
      return [property.name, members.every(([, value]) => value === null) ? null : Object.fromEntries(members)];
    }),
  );
  return `${JSON.stringify({ type: 'RECORD', record: { stream: ENVELOPE.stream, data: record, emitted_at: ENVELOPE.emittedAt } })}\n`;
};

test('the transcoder writes for any table what csv-parse and JSON.stringify do, split anywhere, in any order of columns', () => {
  fc.assert(
    fc.property(table, ({ kinds, rows, sizes, shift, lineEnd }) => {
      const selection = shapeOf(kinds);
      const header = selection.columns.map(({ path }) => path);
      const turned = <T>(row: readonly T[]): T[] => {
        const by = shift % row.length;
        return [...row.slice(by), ...row.slice(0, by)];
      };
      const csv = Buffer.from(csvOf([header, ...rows].map(turned), lineEnd));
      const parsed = parse<Record<string, string>>(csv, { columns: true, record_delimiter: ['\n', '\r\n'] });
      const expected = parsed.map((row) =>
        modelLine(
          selection,
          selection.columns.map(({ path, kind }) => modelValue(kind, row[path] ?? '')),
        ),
      );
      let headerAndRows = Buffer.byteLength(csvOf([header], lineEnd));
      const rowEnds = rows.map((row) => (headerAndRows += Buffer.byteLength(csvOf([row], lineEnd))));
      const transcoder = createTranscoder(selection, ENVELOPE);
      const got: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < csv.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        got.push(Buffer.from(transcoder.push(csv.subarray(at, at + size))));
        at += size;
        // A row is returned as soon as it is complete.
        expect(transcoder.rows).toBe(rowEnds.filter((rowEnd) => rowEnd <= at).length);
      }
      got.push(transcoder.end());
      expect(Buffer.concat(got).toString()).toBe(expected.join(''));
      expect([transcoder.rows, transcoder.records]).toEqual([rows.length, rows.length]);
    }),
    { numRuns: 500 },
  );
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

/** The REST spelling of a value that Bulk spells as `cell`. */
const restValue = (kind: Kind, cell: string): unknown => {
  if (cell === '') return null;
  if (kind === 'number') return JSON.parse(String(Number(cell))) as unknown;
  if (kind === 'boolean') return cell === 'true';
  return kind === 'datetime' ? cell.replace(/Z$/, '+0000') : cell;
};

test('rows read by REST produce the same lines, byte for byte, as the same rows read by Bulk', () => {
  fc.assert(
    fc.property(table, ({ kinds, rows }) => {
      const selection = shapeOf(kinds);
      const rest = rows.map((row) => {
        const values: Record<string, unknown> = { attributes: { type: 'Contact' } };
        selection.columns.forEach(({ path, kind }, column) => {
          const [name = '', inner] = path.split('.');
          const value = restValue(kind, row[column] ?? '');
          if (inner === undefined) values[name] = value;
          else values[name] = { attributes: {}, ...(values[name] as object | undefined), [inner]: value };
        });
        return values;
      });
      const { lines, records } = createRestLines(selection, ENVELOPE)(rest);
      const csv = csvOf([selection.columns.map(({ path }) => path), ...rows]);
      expect(Buffer.from(lines).toString()).toBe(transcode(selection, csv));
      expect(records).toBe(rows.length);
    }),
    { numRuns: 300 },
  );
});
