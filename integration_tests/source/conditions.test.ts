import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { compileConditions } from '../../source-salesforce-cdp/planning/conditions.ts';
import type { Condition, ObjectRefinement, Operator } from '../../source-salesforce-cdp/config.ts';
import { parseConfig } from '../../source-salesforce-cdp/config.ts';
import type { FieldDescription, ObjectDescription } from '../../source-salesforce-cdp/salesforce/object-description.ts';
import { describe, firstPage, nextPage } from '../../source-salesforce-cdp/salesforce/rest.ts';
import { createSalesforceClient } from '../../source-salesforce-cdp/salesforce/client.ts';
import type { SalesforceClient } from '../../source-salesforce-cdp/salesforce/client.ts';
import { NASTY_TEXTS } from '../simulators/salesforce/pools.ts';
import type { OrgRow } from '../simulators/salesforce/row-view.ts';
import { useSourceOrg } from './use-source-org.ts';
import { MEANING, NOW, listed, text } from './condition-meanings.ts';

// What an operator means, read off the rows of the org, against what the org answers to the SOQL.

type Test = (row: OrgRow) => boolean;
interface Case {
  readonly condition: Condition;
  readonly holds: Test;
}

const org = useSourceOrg({ contacts: 60, now: NOW });
let salesforce: SalesforceClient;
const described = new Map<string, ObjectDescription>();
const rows = new Map<string, readonly OrgRow[]>();
const OBJECTS = ['Account', 'Contact'] as const;

const AWKWARD = [
  ...NASTY_TEXTS,
  '100%',
  '50_50',
  '%',
  '_',
  "ends with '",
  'ends with \\',
  "\\'",
  '%\\_',
  'É',
  '🙂',
  ';',
];

beforeAll(async () => {
  const { org: data } = org.salesforce;
  data.clock.freeze();
  for (const LastName of AWKWARD) data.insert('Contact', { LastName });
  for (const days of [0, 1, 2, 29, 30, 31]) {
    const at = new Date(data.now() - days * 86_400_000);
    data.insert('Contact', { LastName: 'Buyer', Last_Purchase__c: at, Member_Since__c: at });
  }
  const { config } = org;
  const { signal } = new AbortController();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  salesforce = createSalesforceClient(parseConfig(config), { log, signal, rotated: () => {} });
  for (const [index, answer] of (await describe(salesforce, OBJECTS)).entries()) {
    if (answer instanceof Error) throw answer;
    const name = OBJECTS[index] ?? '';
    described.set(name, answer);
    rows.set(name, data.rows(name));
  }
});

const ids = async (soql: string): Promise<string[]> => {
  const found: unknown[] = [];
  for (let page = await firstPage(salesforce, soql); ; page = await nextPage(salesforce, page.next)) {
    found.push(...page.rows.map((row) => row['Id']));
    if (page.next === undefined) return found.map(String).toSorted();
  }
};

/** Spellings of a row's own value that mean the same. */
const spellings = (type: string, own: string): string[] => {
  if (type === 'id' || type === 'reference') return [own, own.slice(0, 15), ` ${own}`];
  if (type === 'boolean') return [own, own.toUpperCase(), ` ${own} `];
  if (['int', 'double', 'currency', 'percent'].includes(type)) return [own, ` ${own}`, own.replace(/^(?=\d)/, '+')];
  if (type === 'date') return [own, ` ${own} `];
  if (type === 'datetime') {
    const shifted = new Date(Date.parse(own) + 7_200_000).toISOString().replace('Z', '+02:00');
    return [own, own.replace('.000Z', 'Z'), shifted];
  }
  if (type === 'time') return [own, own.slice(0, 8)];
  return [own, own.toUpperCase(), own.toLowerCase(), own.slice(0, 5), own.slice(2, 6), own.slice(-3)];
};

const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  id: ['003000000000000', '001000000000000AAA'],
  reference: ['003000000000000', '001000000000000AAA'],
  boolean: ['true', 'false'],
  int: ['0', '-1', '50', '2147483647'],
  double: ['0', '-0.5', '50', '1200.50'],
  currency: ['0', '-0.5', '50000.5'],
  percent: ['0', '50', '100'],
  date: ['2024-02-29', '2025-12-31'],
  datetime: ['2024-02-29T00:00:00Z', '2025-12-31T23:59:59+14:00'],
  time: ['00:00', '12:30', '23:59:59.999'],
};

const given = (object: string, { name, type }: FieldDescription): fc.Arbitrary<string> => {
  const own = (rows.get(object) ?? []).flatMap((row) => {
    const value = row[name];
    return value === null || value === undefined || typeof value === 'object' ? [] : [String(value)];
  });
  const known = [...new Set(own)].slice(0, 80).flatMap((value) => spellings(type, value));
  const values = [...known, ...(FOREIGN[type] ?? AWKWARD)].filter((value) => value !== '');
  return fc.constantFrom(...values);
};

const valueFor = (object: string, field: FieldDescription, operator: Operator): fc.Arbitrary<string | undefined> => {
  if (operator === 'empty' || operator === 'not_empty') return fc.constant(undefined);
  if (operator === 'in_last_days') return fc.constantFrom('1', '7', '30', '0365', '99999');
  const one = given(object, field);
  if (operator !== 'in' && operator !== 'not_in') return one;
  return fc
    .array(one, { minLength: 1, maxLength: 4 })
    .map((items) => items.join(', '))
    .filter((value) => listed(value).length > 0);
};

const kindOf = ({ type }: FieldDescription): string => (MEANING[type] === undefined ? 'text' : type);

/** Fields of an object that conditions may ask about, by the kind that gives their operators a meaning. */
const fieldsOf = (object: string): ReadonlyMap<string, readonly FieldDescription[]> =>
  Map.groupBy(
    (described.get(object)?.fields ?? []).filter(
      ({ filterable, calculated, type }) =>
        filterable && !calculated && !['address', 'location', 'base64'].includes(type),
    ),
    kindOf,
  );

const operatorsOf = (kind: string): Operator[] => Object.keys(MEANING[kind] ?? text) as Operator[];

const caseOf = (object: string, fields: readonly FieldDescription[], operator: Operator): fc.Arbitrary<Case> =>
  fc.constantFrom(...fields).chain((field) =>
    valueFor(object, field, operator).map((value): Case => {
      const { name, type } = field;
      const holds = (MEANING[type] ?? text)[operator];
      return {
        condition: { field: name.toUpperCase(), operator, value },
        holds: (row) => holds?.(row[name], value ?? '') === true,
      };
    }),
  );

const anyCase = (object: string): fc.Arbitrary<Case> =>
  fc
    .constantFrom(...fieldsOf(object))
    .chain(([kind, fields]) =>
      fc.constantFrom(...operatorsOf(kind)).chain((operator) => caseOf(object, fields, operator)),
    );

/** Asks for the rows that meet the conditions, and compares with those for which they hold. */
const ask = async (object: string, match: ObjectRefinement['match'], cases: readonly Case[]): Promise<void> => {
  const description = described.get(object);
  if (description === undefined) throw new Error(`${object} is not described`);
  const conditions = cases.map(({ condition }) => condition);
  const compiled = compileConditions(description, { name: object, fields: undefined, match, conditions });
  expect(compiled.problems).toEqual([]);
  const expected = (rows.get(object) ?? []).filter((row) =>
    match === 'all' ? cases.every(({ holds }) => holds(row)) : cases.some(({ holds }) => holds(row)),
  );
  expect(await ids(`SELECT Id FROM ${object} WHERE (${compiled.where})`)).toEqual(
    expected.flatMap(({ Id }) => (typeof Id === 'string' ? [Id] : [])).toSorted(),
  );
};

test.each(OBJECTS)(
  'conditions on %s select exactly the rows for which they hold, whatever fields, operators and values they have',
  async (object) => {
    expect(fieldsOf(object).size).toBeGreaterThan(7);
    for (const [kind, fields] of fieldsOf(object)) {
      for (const operator of operatorsOf(kind)) {
        const others = fc.array(anyCase(object), { maxLength: 2 });
        const match = fc.constantFrom<ObjectRefinement['match']>('all', 'any');
        await fc.assert(
          fc.asyncProperty(match, caseOf(object, fields, operator), others, (how, first, more) =>
            ask(object, how, [first, ...more]),
          ),
          { numRuns: kind === 'text' ? 15 : 4 },
        );
      }
    }
  },
);
