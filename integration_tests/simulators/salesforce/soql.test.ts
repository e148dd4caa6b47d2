import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from './failure.ts';
import { planQuery } from './plan.ts';
import { rowReader, selectRowIds } from './rows.ts';
import { parseSoql } from './soql.ts';
import { condition, idText, lower, org, rows } from './fixtures/soql-model.ts';

const select = (soql: string, includeDeleted = true): string[] => {
  const plan = planQuery(org.catalog, parseSoql(soql), { includeDeleted, now: org.now() });
  const read = rowReader(org.database(), plan);
  return [...selectRowIds(org.database(), plan)].map((rowId) => String(read(rowId)?.[plan.idAt ?? 0]));
};
const refusal = (soql: string): string => {
  try {
    select(soql);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return `${error.errorCode}: ${error.message}`;
    throw error;
  }
};

test('a WHERE selects exactly the rows a plain reading of it selects', () => {
  fc.assert(
    fc.property(condition, ({ soql, holds }) => {
      const expected = rows.filter((row) => holds(row)).map(idText);
      expect(select(`SELECT Id FROM Contact WHERE ${soql}`).toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 1500 },
  );
});

test('query hides deleted and archived rows, queryAll shows them', () => {
  const alive = org.rows('Task').filter((row) => row['IsDeleted'] === false && row['IsArchived'] === false);
  expect(alive.length).toBeLessThan(org.count('Task'));
  expect(org.rows('Task').some((row) => row['IsArchived'] === true)).toBe(true);
  expect(select('SELECT Id FROM Task', false)).toHaveLength(alive.length);
  expect(select('SELECT Id FROM Task', true)).toHaveLength(org.count('Task'));
});

test('rows come in the order asked for, nulls first unless told otherwise, and no more than the limit', () => {
  const points = new Map(rows.map((row) => [row['Id'], row['Loyalty_Points__c']]));
  const ordered = select('SELECT Id FROM Contact ORDER BY Loyalty_Points__c DESC NULLS LAST LIMIT 50').map((id) =>
    Number(points.get(id) ?? -1),
  );
  expect(ordered).toEqual(ordered.toSorted((a, b) => b - a));
  expect(ordered).toHaveLength(50);
  expect(points.get(select('SELECT Id FROM Contact ORDER BY Loyalty_Points__c LIMIT 1')[0])).toBeNull();
});

test('relative dates mean whole days, weeks, months and years of the org', () => {
  const within = (field: string, from: string, to: string): number =>
    rows.filter((row) => typeof row[field] === 'string' && row[field] >= from && row[field] < to).length;
  const counted = (where: string): number => select(`SELECT Id FROM Contact WHERE ${where}`).length;
  expect(counted('SystemModstamp = LAST_N_DAYS:30')).toBe(within('SystemModstamp', '2026-02-02', '2026-03-05'));
  expect(counted('SystemModstamp >= LAST_N_DAYS:30')).toBe(within('SystemModstamp', '2026-02-02', '2027'));
  expect(counted('SystemModstamp < LAST_N_DAYS:30')).toBe(within('SystemModstamp', '2000', '2026-02-02'));
  expect(counted('Member_Since__c = LAST_YEAR')).toBe(within('Member_Since__c', '2025-01-01', '2026-01-01'));
  expect(counted('Member_Since__c > LAST_MONTH')).toBe(within('Member_Since__c', '2026-03-01', '2027'));
  expect(counted('SystemModstamp <= N_DAYS_AGO:3')).toBe(within('SystemModstamp', '2000', '2026-03-02'));
});

test('parents can be selected, filtered and sorted, polymorphic ones too', () => {
  const accounts = new Map(org.rows('Account').map((row) => [row['Id'], row]));
  const expected = rows.filter((row) => lower(accounts.get(row['AccountId'])?.['Industry']) === 'retail');
  expect(select(`SELECT Account.Name FROM Contact WHERE Account.Industry = 'Retail'`)).toHaveLength(expected.length);
  expect(select(`SELECT Id FROM Task WHERE Who.Name = null`)).toHaveLength(
    org.rows('Task').filter((row) => row['WhoId'] === null).length,
  );
});

test.each([
  ['SELECT Nope FROM Contact', "INVALID_FIELD: .*No such column 'Nope' on entity 'Contact'"],
  ['SELECT Nope.Name FROM Contact', "INVALID_FIELD: .*Didn't understand relationship 'Nope'"],
  ['SELECT Id FROM Nope', "INVALID_TYPE: .*sObject type 'Nope' is not supported"],
  ['SELECT Id FROM ContactFeed', 'INVALID_TYPE'],
  ['SELECT Id, Id FROM Contact', 'MALFORMED_QUERY: duplicate field selected'],
  ['SELECT Id FROM', 'MALFORMED_QUERY'],
  ['SELECT Id FROM Contact WHERE', 'MALFORMED_QUERY'],
  [`SELECT Id FROM Contact WHERE Name = 'x`, 'MALFORMED_QUERY'],
  [`SELECT Id FROM Contact WHERE Name = 'a\\%'`, 'MALFORMED_QUERY'],
  [`SELECT Id FROM Contact WHERE Name = 'a\\q'`, 'MALFORMED_QUERY'],
  [`SELECT Id FROM Contact WHERE Name = 'a' AND Title = 'b' OR Title = 'c'`, "MALFORMED_QUERY: unexpected token: 'OR'"],
  [`SELECT Id FROM Contact WHERE Name = 'a' AND NOT Title LIKE 'b'`, "MALFORMED_QUERY: unexpected token: 'NOT'"],
  [`SELECT Id FROM Contact WHERE SystemModstamp > '2024-01-01T00:00:00Z'`, 'INVALID_FIELD: .*should not be enclosed'],
  ['SELECT Id FROM Contact WHERE SystemModstamp > 2024-01-01', 'INVALID_FIELD: .*must be of type dateTime'],
  ['SELECT Id FROM Contact WHERE Birthdate > 2024-01-01T00:00:00Z', 'INVALID_FIELD: .*must be of type date'],
  ['SELECT Id FROM Contact WHERE LastName = 5', 'INVALID_FIELD: .*must be of type string and should be enclosed'],
  [`SELECT Id FROM Contact WHERE Loyalty_Points__c = '5'`, 'INVALID_FIELD: .*must be of type double'],
  [`SELECT Id FROM Contact WHERE DoNotCall = 'true'`, 'INVALID_FIELD: .*must be of type boolean'],
  [`SELECT Id FROM Contact WHERE Description = 'x'`, 'INVALID_FIELD: .*can not be filtered'],
  ['SELECT Id FROM Contact ORDER BY Description', 'INVALID_FIELD: .*can not be sorted'],
  [`SELECT Id FROM Contact WHERE Id = 'abc'`, 'INVALID_QUERY_FILTER_OPERATOR: invalid ID field'],
  [`SELECT Id FROM Contact WHERE Id LIKE '003%'`, 'INVALID_QUERY_FILTER_OPERATOR'],
  [`SELECT Id FROM Contact WHERE Name INCLUDES ('x')`, 'INVALID_QUERY_FILTER_OPERATOR'],
  ['SELECT Id FROM Contact WHERE DoNotCall > true', 'INVALID_QUERY_FILTER_OPERATOR'],
])('refuses %s', (soql, message) => {
  expect(refusal(soql)).toMatch(new RegExp(`^${message}`, 's'));
});
