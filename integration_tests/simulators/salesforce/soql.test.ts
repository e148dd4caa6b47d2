import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock } from './clock.ts';
import { Refusal } from './failure.ts';
import type { OrgRow } from './row-view.ts';
import { createOrg } from './org.ts';
import { standardObjects } from './objects.ts';
import { planQuery } from './plan.ts';
import { populate } from './population.ts';
import { NASTY_TEXTS } from './pools.ts';
import { rowReader, selectRowIds } from './rows.ts';
import { parseSoql } from './soql.ts';

const NOW = new Date('2026-03-04T05:06:07Z');
const clock = createClock(NOW);
clock.freeze();
const org = createOrg(standardObjects, clock);
populate(org, { seed: 7, contacts: 150 });

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

// A second, plain reading of SOQL's comparisons, over rows as the org shows them.

type Test = (row: OrgRow) => boolean;
interface Case {
  readonly soql: string;
  readonly holds: Test;
}

const quote = (text: string): string =>
  `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')}'`;
const idText = (row: OrgRow): string => (typeof row['Id'] === 'string' ? row['Id'] : '');
const lower = (value: unknown): string | null => (typeof value === 'string' ? value.toLowerCase() : null);

const rows = org.rows('Contact');
const valuesOf = (field: string): string[] =>
  [...new Set(rows.map((row) => row[field]))].filter((value) => typeof value === 'string');
const sample = (field: string, more: readonly string[] = []): fc.Arbitrary<string> =>
  fc.constantFrom(...valuesOf(field).slice(0, 60), ...more);

const TEXT_FIELDS = ['LastName', 'Title', 'Email', 'Tier__c', 'Phone', 'Name', 'External_Key__c', 'MailingStreet'];

const textCase: fc.Arbitrary<Case> = fc
  .constantFrom(...TEXT_FIELDS)
  .chain((field) =>
    fc.tuple(
      fc.constant(field),
      fc.constantFrom('=', '!=', '<', '>=', 'IN', 'NOT IN'),
      fc.array(sample(field, NASTY_TEXTS), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    ),
  )
  .map(([field, operator, given, isUpper]) => {
    const values = isUpper ? given.map((value) => value.toUpperCase()) : given;
    const wanted = values.map((value) => value.toLowerCase());
    const [first = ''] = wanted;
    const holds: Record<string, (value: string | null) => boolean> = {
      '=': (value) => value === first,
      '!=': (value) => value !== first,
      '<': (value) => value !== null && Buffer.compare(Buffer.from(value), Buffer.from(first)) < 0,
      '>=': (value) => value !== null && Buffer.compare(Buffer.from(value), Buffer.from(first)) >= 0,
      IN: (value) => value !== null && wanted.includes(value),
      'NOT IN': (value) => value === null || !wanted.includes(value),
    };
    const right = operator.endsWith('IN') ? `(${values.map(quote).join(', ')})` : quote(values[0] ?? '');
    return {
      soql: `${field} ${operator} ${right}`,
      holds: (row) => holds[operator]?.(lower(row[field])) === true,
    };
  });

const likeCase: fc.Arbitrary<Case> = fc
  .constantFrom(...TEXT_FIELDS)
  .chain((field) =>
    fc.tuple(fc.constant(field), sample(field, NASTY_TEXTS), fc.nat(6), fc.nat(6), fc.constantFrom('has', 'starts')),
  )
  .map(([field, value, from, length, how]) => {
    const part = Array.from(value)
      .slice(from, from + length + 1)
      .join('');
    const literal = quote(part).slice(1, -1).replaceAll('%', '\\%').replaceAll('_', '\\_');
    return how === 'has'
      ? {
          soql: `${field} LIKE '%${literal}%'`,
          holds: (row) => lower(row[field])?.includes(part.toLowerCase()) === true,
        }
      : {
          soql: `${field} LIKE '${literal}%'`,
          holds: (row) => lower(row[field])?.startsWith(part.toLowerCase()) === true,
        };
  });

const compare = (operator: string, value: unknown, wanted: string | number): boolean => {
  if (operator === '!=') return value !== wanted;
  if (value === null || typeof value !== typeof wanted) return false;
  const order = value === wanted ? 0 : (value as string | number) < wanted ? -1 : 1;
  return { '=': order === 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator] === true;
};

const operators = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');

const numberCase: fc.Arbitrary<Case> = fc
  .tuple(fc.constantFrom('Loyalty_Points__c', 'Engagement__c'), operators, fc.constantFrom(...rows), fc.boolean())
  .map(([field, operator, row, isOwn]) => {
    const wanted = isOwn && typeof row[field] === 'number' ? row[field] : 50;
    return { soql: `${field} ${operator} ${wanted}`, holds: (one) => compare(operator, one[field], wanted) };
  });

const timeCase: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom('SystemModstamp', 'CreatedDate', 'Last_Purchase__c', 'Birthdate', 'Member_Since__c'),
    operators,
    fc.constantFrom(...rows),
  )
  .map(([field, operator, row]) => {
    const isDate = field === 'Birthdate' || field === 'Member_Since__c';
    const own = row[field];
    const wanted = typeof own === 'string' ? own : isDate ? '2020-02-29' : '2025-12-31T23:59:59.000Z';
    return { soql: `${field} ${operator} ${wanted}`, holds: (one) => compare(operator, one[field], wanted) };
  });

const booleanCase: fc.Arbitrary<Case> = fc
  .tuple(fc.constantFrom('HasOptedOutOfEmail', 'IsDeleted', 'Newsletter__c', 'IsEmailBounced'), fc.boolean())
  .chain(([field, wanted]) =>
    fc.constantFrom(
      { soql: `${field} = ${wanted}`, holds: (row: OrgRow) => row[field] === wanted },
      { soql: `${field} != ${wanted}`, holds: (row: OrgRow) => row[field] !== wanted },
    ),
  );

const nullCase: fc.Arbitrary<Case> = fc
  .constantFrom('Email', 'Birthdate', 'Interests__c', 'AccountId', 'Loyalty_Points__c', 'Last_Purchase__c')
  .chain((field) =>
    fc.constantFrom(
      { soql: `${field} = null`, holds: (row: OrgRow) => row[field] === null },
      { soql: `${field} != null`, holds: (row: OrgRow) => row[field] !== null },
    ),
  );

const optionsCase: fc.Arbitrary<Case> = fc
  .tuple(
    fc.constantFrom('INCLUDES', 'EXCLUDES'),
    fc.array(fc.constantFrom('Email', 'SMS', 'Email;SMS', 'events', 'Analytics;Mobile', 'Nothing'), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([operator, groups]) => ({
    soql: `Interests__c ${operator} (${groups.map(quote).join(', ')})`,
    holds: (row) => {
      const chosen = new Set(lower(row['Interests__c'])?.split(';'));
      const isIncluded = groups.some((group) =>
        group
          .toLowerCase()
          .split(';')
          .every((option) => chosen.has(option)),
      );
      return operator === 'INCLUDES' ? isIncluded : !isIncluded;
    },
  }));

const idCase: fc.Arbitrary<Case> = fc
  .tuple(fc.constantFrom(...rows), fc.constantFrom('Id', 'AccountId'), fc.boolean(), fc.boolean())
  .map(([row, field, isShort, isNegated]) => {
    const own = row[field];
    const id = typeof own === 'string' ? own : idText(row);
    const literal = `('${isShort ? id.slice(0, 15) : id}')`;
    return {
      soql: `${field} ${isNegated ? 'NOT IN' : 'IN'} ${literal}`,
      holds: (one) => (one[field] === id) !== isNegated,
    };
  });

const leaf = fc.oneof(textCase, likeCase, numberCase, timeCase, booleanCase, nullCase, optionsCase, idCase);

const { condition } = fc.letrec<{ condition: Case }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    leaf,
    tie('condition').map((inner) => ({ soql: `(NOT (${inner.soql}))`, holds: (row: OrgRow) => !inner.holds(row) })),
    fc
      .tuple(fc.constantFrom('AND', 'OR'), fc.array(tie('condition'), { minLength: 2, maxLength: 3 }))
      .map(([glue, parts]): Case => ({
        soql: `(${parts.map((part) => part.soql).join(` ${glue} `)})`,
        holds: (row) =>
          glue === 'AND' ? parts.every((part) => part.holds(row)) : parts.some((part) => part.holds(row)),
      })),
  ),
}));

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
