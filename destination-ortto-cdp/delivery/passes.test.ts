import { expect, test } from 'vitest';
import type { FieldRule } from '../config.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Write, WriteField } from '../records/mapped.ts';
import { handOverBody } from './bodies-by-person-id.ts';
import { firstPass, laterPasses, needsMore } from './passes.ts';

const mapping: EntityMapping = {
  kind: 'entity',
  stream: 'Contact',
  object: 'Contact',
  target: 'person',
  fields: [],
  identity: 'str:cm:salesforce-contact-id',
  account: undefined,
  keys: ['str:cm:salesforce-contact-id', 'str::email'],
  findStrategy: 'next_if_previous_empty',
  createNew: true,
  handOver: undefined,
  archiveDeleted: false,
};

const write = (rules: readonly FieldRule[], changes: Partial<EntityMapping> = {}, id = '003'): Write => {
  const fields = rules.map((own, index): WriteField => ({
    id: `str:cm:f${index}`,
    type: 'text',
    value: 'v',
    rule: own,
  }));
  const email: WriteField = { id: 'str::email', type: 'text', value: `${id}@b.co`, rule: rules[0] ?? 'overwrite' };
  return {
    mapping: { ...mapping, ...changes },
    id,
    fields: [email, ...fields],
    keys: [
      { fieldId: mapping.identity, value: id },
      { fieldId: email.id, value: email.value },
    ],
    tokens: [],
    bytes: 0,
    accountId: undefined,
    cut: [],
    unlisted: [],
    leftOut: [],
  };
};

const strategies = (each: Write): unknown[] => {
  const first = firstPass([each]);
  const later = laterPasses(first, [{ write: each, existed: true, address: 'p1' }]);
  return [first, ...later].map(({ body }) => body['merge_strategy']);
};

test.each([
  ['overwrite alone', ['overwrite'], [2]],
  ['if_empty alone', ['if_empty'], [1]],
  ['on_create alone, and the id that is always filled', ['on_create'], [3, 1]],
  ['on_create and overwrite', ['on_create', 'overwrite'], [3, 2]],
  ['if_empty and overwrite', ['if_empty', 'overwrite'], [1, 2]],
  ['all three', ['on_create', 'if_empty', 'overwrite'], [3, 1, 2]],
] as const)('a batch takes no more requests than its rules need: %s', (_, rules, expected) => {
  expect(strategies(write(rules))).toEqual(expected);
});

test('someone found by the Salesforce id alone needs no pass to carry it', () => {
  expect(strategies(write(['on_create'], { keys: [mapping.identity] }))).toEqual([3]);
});

test('under any the id is only ever filled, so overwriting takes a second pass', () => {
  expect(strategies(write(['overwrite'], { findStrategy: 'any' }))).toEqual([1, 2]);
});

test('a person who was just created is left out of later passes', () => {
  const each = write(['on_create', 'overwrite']);
  const first = firstPass([each]);
  expect(needsMore(first, each, false)).toBe(false);
  expect(laterPasses(first, [{ write: each, existed: false, address: 'p1' }])).toEqual([]);
});

test('later passes address a person by Ortto id alone and create nobody', () => {
  const each = write(['on_create', 'overwrite']);
  const [later] = laterPasses(firstPass([each]), [{ write: each, existed: true, address: 'p1' }]);
  expect(later?.body).toEqual({
    people: [{ fields: { 'str::person_id': 'p1', 'str:cm:salesforce-contact-id': '003', 'str:cm:f1': 'v' } }],
    async: false,
    merge_by: ['str::person_id'],
    merge_strategy: 2,
    find_strategy: 0,
    skip_non_existing: true,
  });
});

test('two rows of one person go in different later requests, in their order', () => {
  const [one, two] = [write(['if_empty', 'overwrite'], {}, '003A'), write(['if_empty', 'overwrite'], {}, '003B')];
  const found = [one, two].map((each) => ({ write: each, existed: true, address: 'p1' }));
  const later = laterPasses(firstPass([one, two]), found);
  expect(later.map(({ writes }) => writes.map(({ id }) => id))).toEqual([['003A'], ['003B']]);
});

test('create_new false creates nobody', () => {
  expect(firstPass([write(['overwrite'], { createNew: false })]).body['skip_non_existing']).toBe(true);
});

test('a person without an address is a bug, not a guess', () => {
  const each = write(['on_create', 'overwrite']);
  expect(() => laterPasses(firstPass([each]), [{ write: each, existed: true, address: undefined }])).toThrow(
    /without an id/,
  );
});

test('a hand-over fills the contact id of the person the lead had, and creates nobody', () => {
  const lead = { ...mapping, identity: 'str:cm:salesforce-lead-id', handOver: 'str:cm:salesforce-contact-id' };
  expect(handOverBody([{ mapping: lead, personId: '00ab', contactId: '0031' }])).toEqual({
    people: [{ fields: { 'str::person_id': '00ab', 'str:cm:salesforce-contact-id': '0031' } }],
    async: false,
    merge_by: ['str::person_id'],
    merge_strategy: 1,
    find_strategy: 0,
    skip_non_existing: true,
  });
});
