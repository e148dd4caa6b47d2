import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCatalog } from './catalog.ts';
import { describeGlobal, describeObject } from './describe.ts';
import { standardObjects } from './objects.ts';

type Json = Record<string, unknown>;

const RECORDED = new URL('../../../../shared/data/salesforce-describe/', import.meta.url);
const isRecorded = existsSync(RECORDED);
const catalog = createCatalog(standardObjects, () => 0);
const recorded = (name: string): Json => JSON.parse(readFileSync(new URL(`${name}.json`, RECORDED), 'utf8')) as Json;
const ours = (name: string): Json => describeObject(catalog, catalog.get(name), '64.0');
const list = (value: unknown): Json[] => value as Json[];
const kind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** Every kind of value each key has, in many objects. */
const kindsOf = (items: readonly Json[]): Map<string, Set<string>> => {
  const kinds = new Map<string, Set<string>>();
  for (const item of items) {
    for (const [key, value] of Object.entries(item)) kinds.set(key, (kinds.get(key) ?? new Set()).add(kind(value)));
  }
  return kinds;
};

const OBJECTS = ['Account', 'Contact', 'Lead', 'Opportunity', 'OpportunityContactRole'];
const reason = 'needs the recorded describes beside the checkout';

test.skipIf(!isRecorded)(`a describe has every key of a recorded one (${reason})`, () => {
  for (const name of OBJECTS) {
    const [there, here] = [recorded(name), ours(name)];
    expect(Object.keys(here)).toEqual(expect.arrayContaining(Object.keys(there)));
    const kinds = Object.entries(there).filter(([, value]) => value !== null);
    expect(kinds.map(([key]) => [key, kind(here[key])])).toEqual(kinds.map(([key, value]) => [key, kind(value)]));
    for (const part of ['fields', 'childRelationships', 'recordTypeInfos', 'supportedScopes']) {
      const [sample] = list(there[part]);
      const keys = Object.keys(sample ?? {}).toSorted();
      for (const item of sample === undefined ? [] : list(here[part]))
        expect(Object.keys(item).toSorted()).toEqual(keys);
    }
  }
});

test.skipIf(!isRecorded)(`values are of the kinds recorded for their key (${reason})`, () => {
  for (const part of ['fields', 'childRelationships']) {
    const there = kindsOf(OBJECTS.flatMap((name) => list(recorded(name)[part])));
    const here = kindsOf(OBJECTS.flatMap((name) => list(ours(name)[part])));
    for (const [key, kinds] of here) {
      if (key === 'calculatedFormula') continue;
      expect([key, [...kinds].filter((one) => there.get(key)?.has(one) !== true)]).toEqual([key, []]);
    }
  }
});

const COMPARED = [
  'type',
  'soapType',
  'label',
  'length',
  'byteLength',
  'precision',
  'scale',
  'digits',
  'nillable',
  'calculated',
  'compoundFieldName',
  'relationshipName',
  'filterable',
  'sortable',
  'groupable',
  'aggregatable',
  'createable',
  'updateable',
  'restrictedPicklist',
  'extraTypeInfo',
  'namePointing',
  'nameField',
  'polymorphicForeignKey',
  'idLookup',
  'defaultValue',
  'defaultedOnCreate',
  'referenceTo',
];

/** Differences between the orgs that were recorded, and picks of ours that do not concern shape. */
const KNOWN = new Set(['Contact.IsEmailBounced.createable']);

test.skipIf(!isRecorded)(`standard fields are described as recorded (${reason})`, () => {
  const differences: string[] = [];
  let compared = 0;
  for (const name of OBJECTS) {
    const there = new Map(list(recorded(name)['fields']).map((field) => [field['name'], field]));
    for (const field of list(ours(name)['fields'])) {
      const original = there.get(field['name']);
      if (original === undefined) continue;
      compared += 1;
      for (const key of COMPARED) {
        const where = `${name}.${String(field['name'])}.${key}`;
        if (JSON.stringify(field[key]) !== JSON.stringify(original[key]) && !KNOWN.has(where)) {
          differences.push(`${where}: ${JSON.stringify(field[key])} instead of ${JSON.stringify(original[key])}`);
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(150);
  expect(differences).toEqual([]);
});

test.skipIf(!isRecorded)(`describe global has every key of the recorded one (${reason})`, () => {
  const [there, here] = [recorded('Global'), describeGlobal(catalog, '64.0')];
  expect(Object.keys(here).toSorted()).toEqual(Object.keys(there).toSorted());
  const keys = Object.keys(list(there['sobjects'])[0] ?? {});
  for (const object of list(here['sobjects'])) expect(Object.keys(object)).toEqual(expect.arrayContaining(keys));
});

test('parents name their children, among them what is only housekeeping', () => {
  const children = list(ours('Contact')['childRelationships']);
  expect(children).toContainEqual(
    expect.objectContaining({
      childSObject: 'Subscription__c',
      field: 'Contact__c',
      relationshipName: 'Subscriptions__r',
    }),
  );
  expect(children).toContainEqual(
    expect.objectContaining({ childSObject: 'Subscription__ChangeEvent', relationshipName: null }),
  );
  expect(children).toContainEqual(expect.objectContaining({ childSObject: 'Task', field: 'WhoId' }));
});

test('a hidden field is described to nobody, and comes back when shown', () => {
  const fields = (): unknown[] => list(ours('Contact')['fields']).map((field) => field['name']);
  catalog.hideField('Contact', 'Email');
  expect(fields()).not.toContain('Email');
  catalog.showField('Contact', 'Email');
  expect(fields()).toContain('Email');
});
