import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { configured, contact, parents } from '../fixtures/example-org.ts';
import { select } from './selection.ts';
import { likeLiteral, rowsQuery, textLiteral } from './soql.ts';

const { selection } = select(contact, configured({ IsDeleted: {}, Account: {} }), undefined, parents);
const from = new Date('2024-01-01T00:00:00Z');
const to = new Date('2024-02-01T00:00:00Z');

test('a window is half-open, its datetimes have no quotes, its conditions are in brackets', () => {
  expect(
    rowsQuery(selection, { window: { from, to }, where: "A = 'x' OR B = 1", includeDeleted: true, order: 'none' }),
  ).toBe(
    'SELECT Id, IsDeleted, SystemModstamp, Account.Name FROM Contact ' +
      "WHERE SystemModstamp >= 2024-01-01T00:00:00.000Z AND SystemModstamp < 2024-02-01T00:00:00.000Z AND (A = 'x' OR B = 1)",
  );
});

test('an ordered query continues after an Id', () => {
  expect(rowsQuery(selection, { window: { to }, includeDeleted: true, order: 'id', afterId: '003A' })).toBe(
    'SELECT Id, IsDeleted, SystemModstamp, Account.Name FROM Contact ' +
      "WHERE SystemModstamp < 2024-02-01T00:00:00.000Z AND Id > '003A' ORDER BY Id",
  );
});

test('a query for everything has no WHERE', () => {
  expect(rowsQuery(selection, { includeDeleted: true, order: 'none' })).toBe(
    'SELECT Id, IsDeleted, SystemModstamp, Account.Name FROM Contact',
  );
});

test.each([
  ['selected', true, false],
  ['selected', false, true],
  ['unselected', true, true],
  ['unselected', false, true],
  ['absent', false, false],
] as const)(
  'where IsDeleted is %s and include_deleted is %s, the query leaves deleted rows out: %s',
  (isDeleted, includeDeleted, away) => {
    const query = rowsQuery({ ...selection, isDeleted }, { includeDeleted, order: 'none' });
    expect(query.includes('IsDeleted = false')).toBe(away);
  },
);

test('an object without Id is not ordered by it', () => {
  expect(rowsQuery({ ...selection, hasId: false }, { includeDeleted: true, order: 'id' })).not.toContain('ORDER');
});

/** Reads a literal as SOQL does; in LIKE an escaped wildcard is marked to tell it from a live one. */
const read = (literal: string): string => {
  expect(literal).toMatch(/^'(?:[^'\\\n\r]|\\['"\\nrtbf%_])*'$/);
  const meanings: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '%': '<%>', _: '<_>' };
  return literal.slice(1, -1).replace(/\\(.)/g, (_, char: string) => meanings[char] ?? char);
};
const text = fc.string({
  unit: fc.oneof(fc.constantFrom("'", '\\', '"', '\n', '\r', '\t', '%', '_', 'a', 'é', '😀'), fc.string()),
});

test('half a character pair, which no URL can carry, is replaced', () => {
  expect(textLiteral('a\ud800b')).toBe("'a\ufffdb'");
});

test('every text survives being quoted', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(read(textLiteral(value))).toBe(value);
    }),
  );
});

test('wildcards of a text are literal inside LIKE, and only ours are live', () => {
  fc.assert(
    fc.property(text, (value) => {
      const marked = value.replace(/[%_]/g, '<$&>');
      expect(read(likeLiteral(value, 'start'))).toBe(`${marked}%`);
      expect(read(likeLiteral(value, 'anywhere'))).toBe(`%${marked}%`);
    }),
  );
});
