import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kind } from '../catalog/field-types.ts';
import { createRowLines } from './rest-lines.ts';
import type { Selection } from '../planning/selection.ts';
import { createTranscoder } from './transcoder.ts';
import { ENVELOPE, csvOf, selectionOf, transcode } from '../fixtures/transcode.ts';

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

/** What the transcoder must make of a cell, told without it. */
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

test('the transcoder makes of any table what csv-parse and JSON.stringify make of it, cut anywhere, in any order of columns', () => {
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
        // A row is given as soon as it is whole, not held back.
        expect(transcoder.rows).toBe(rowEnds.filter((rowEnd) => rowEnd <= at).length);
      }
      got.push(transcoder.end());
      expect(Buffer.concat(got).toString()).toBe(expected.join(''));
      expect([transcoder.rows, transcoder.records]).toEqual([rows.length, rows.length]);
    }),
    { numRuns: 500 },
  );
});

/** A value as REST spells it, of a cell as Bulk does. */
const restValue = (kind: Kind, cell: string): unknown => {
  if (cell === '') return null;
  if (kind === 'number') return JSON.parse(String(Number(cell))) as unknown;
  if (kind === 'boolean') return cell === 'true';
  return kind === 'datetime' ? cell.replace(/Z$/, '+0000') : cell;
};

test('rows read by REST make the same lines, byte for byte, as the same rows read by Bulk', () => {
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
      const { lines, records } = createRowLines(selection, ENVELOPE)(rest);
      const csv = csvOf([selection.columns.map(({ path }) => path), ...rows]);
      expect(Buffer.from(lines).toString()).toBe(transcode(selection, csv));
      expect(records).toBe(rows.length);
    }),
    { numRuns: 300 },
  );
});
