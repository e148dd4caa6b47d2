import * as fc from 'fast-check';
import { createClock } from './clock.ts';
import type { OrgRow } from './row-view.ts';
import { createOrg } from './org.ts';
import { standardObjects } from './objects.ts';
import { NASTY_TEXTS } from './pools.ts';
import { populate } from './population.ts';

// A second, plain reading of SOQL's comparisons, over rows as the org shows them.

const NOW = new Date('2026-03-04T05:06:07Z');
const clock = createClock(NOW);
clock.freeze();
export const org = createOrg(standardObjects, clock);
populate(org, { seed: 7, contacts: 150 });

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
export const idText = (row: OrgRow): string => (typeof row['Id'] === 'string' ? row['Id'] : '');
export const lower = (value: unknown): string | null => (typeof value === 'string' ? value.toLowerCase() : null);

export const rows = org.rows('Contact');
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

export const { condition } = fc.letrec<{ condition: Case }>((tie) => ({
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
