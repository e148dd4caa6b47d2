import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import { ACCOUNT_ID, CONTACT_ID, contacts, field } from '../fixtures/contact-mapping.ts';
import { isTrue } from '../mapping/flags.ts';
import { mapRecord } from './map-record.ts';
import type { Write } from './mapped.ts';

// One bad value costs its field, never its person, and a record that cannot be written still says that its person is out.

const NOW = Date.parse('2026-06-01T12:00:00Z');

const write = (data: JsonObject): Write => {
  const mapped = mapRecord(contacts, { Id: CONTACT_ID, ...data }, NOW);
  if (mapped.kind !== 'write') throw new Error(`expected a write, got ${mapped.kind}`);
  return mapped.write;
};

test('a value that does not fit its field is left out, by field and reason, and its record goes on', () => {
  const data = {
    FirstName: 'Ana',
    Email: 'secret-nobody',
    Score__c: 'secret-much',
    Since__c: 'secret-day',
    AccountId: 'secret',
  };
  const { leftOut, accountId, keys, fields } = write(data);
  expect(fields).toMatchObject([{ id: 'str::first', value: 'Ana' }]);
  expect(keys.map(({ fieldId }) => fieldId)).toEqual([contacts.identity]);
  expect(accountId).toBeUndefined();
  expect(leftOut).toEqual([
    { reason: 'not_an_email', field: 'Email' },
    { reason: 'not_a_number', field: 'Score__c' },
    { reason: 'not_a_date', field: 'Since__c' },
    { reason: 'no_id', field: 'AccountId' },
  ]);
  expect(JSON.stringify(leftOut)).not.toContain('secret');
});

test('without its last match key a record is rejected, and everything wrong with it is reported at once', () => {
  const mapped = mapRecord({ ...contacts, keys: ['str::email'] }, { Id: CONTACT_ID, Email: 'x', Score__c: 'x' }, NOW);
  expect(mapped).toEqual({
    kind: 'reject',
    id: CONTACT_ID,
    reason: 'no_match_key',
    field: undefined,
    others: [
      { reason: 'not_an_email', field: 'Email' },
      { reason: 'not_a_number', field: 'Score__c' },
    ],
  });
});

test('a column that was nulled on the way is absent, by itself or with a parent: nothing is cleared, and it is counted', () => {
  const data = { Id: CONTACT_ID, Score__c: null, Account: { Name: null }, AccountId: null, FirstName: 'Ana' };
  const nulled = (...columns: string[]) => {
    const mapped = mapRecord(contacts, data, NOW, columns);
    return mapped.kind === 'write' ? mapped.write : undefined;
  };
  expect(nulled()?.fields.filter(({ value }) => value === null)).toHaveLength(3);
  const lost = nulled('Score__c', 'Account.Name', 'AccountId', 'Nothing__c', 'FirstName');
  expect(lost?.fields).toMatchObject([{ id: 'str::first', value: 'Ana' }]);
  expect(lost?.accountId).toBeUndefined();
  expect(lost?.leftOut).toEqual(
    ['Account.Name', 'Score__c', 'AccountId'].map((name) => ({ field: name, reason: 'nulled' })),
  );
  expect(nulled('Account')?.leftOut).toEqual([{ field: 'Account.Name', reason: 'nulled' }]);
});

test('a rejected record still says that its person is out, to whoever carries its id or address', () => {
  const out = { Id: CONTACT_ID, Email: 'Ana@corp.test', HasOptedOutOfEmail: true, FirstName: 'Ana' };
  const sent = (data: JsonObject, changes: Partial<EntityMapping> = {}) => {
    const mapped = mapRecord({ ...contacts, ...changes }, data, NOW);
    if (mapped.kind !== 'opt_out') return mapped.kind;
    const { write: each, rejection } = mapped;
    return {
      reason: rejection.reason,
      keys: each.keys.map(({ fieldId }) => fieldId),
      fields: each.fields.map(({ id }) => id),
      mergeBy: each.mapping.keys,
      createNew: each.mapping.createNew,
    };
  };
  const { identity } = contacts;
  expect(sent({ ...out, Email: null }, { keys: ['str::email'] })).toEqual({
    reason: 'no_match_key',
    keys: [identity],
    fields: ['bol::p'],
    mergeBy: [identity],
    createNew: false,
  });
  expect(sent({ ...out, Id: 'none' })).toEqual({
    reason: 'no_id',
    keys: ['str::email'],
    fields: ['str::email', 'bol::p'],
    mergeBy: ['str::email'],
    createNew: false,
  });
  const topics = field('Topics__c', 'sst:cm:topics', 'multi_select');
  const options = Array.from({ length: 9000 }, (__, number) => `${number} ${'x'.repeat(240)}`);
  expect(sent({ ...out, Topics__c: options }, { fields: [...contacts.fields, topics] })).toEqual({
    reason: 'record_too_large',
    keys: contacts.keys,
    fields: ['str::email', 'bol::p'],
    mergeBy: contacts.keys,
    createNew: true,
  });
  expect(sent({ ...out, HasOptedOutOfEmail: false, Email: null }, { keys: ['str::email'] })).toBe('reject');
  expect(sent({ HasOptedOutOfEmail: true })).toBe('reject');
});

test('whatever a record holds, it is written or rejected for no id, no match key or its size, and says so if it is out', () => {
  const value = fc.oneof(
    fc.anything({ maxDepth: 1 }),
    fc.constantFrom('a@b.co', true, CONTACT_ID, ACCOUNT_ID, '2026-01-01', 12, null),
  );
  const data = fc.dictionary(
    fc.constantFrom('Id', 'Email', 'HasOptedOutOfEmail', 'Score__c', 'Since__c', 'Account', 'AccountId', 'FirstName'),
    value,
  );
  const keys = fc.constantFrom(contacts.keys, ['str::email'], [contacts.identity]);
  fc.assert(
    fc.property(data, keys, fc.boolean(), (given, mergeBy, hasId) => {
      const all = hasId ? { ...given, Id: CONTACT_ID } : given;
      const mapped = mapRecord({ ...contacts, keys: mergeBy }, all, NOW);
      const rejected = mapped.kind === 'opt_out' ? mapped.rejection : mapped;
      const reason = rejected.kind === 'reject' ? rejected.reason : undefined;
      const sent = mapped.kind === 'write' || mapped.kind === 'opt_out' ? mapped.write : undefined;
      expect([mapped.kind === 'write' ? undefined : 'no_id', 'no_match_key', 'record_too_large']).toContain(reason);
      expect(sent === undefined || sent.keys.length > 0).toBe(true);
      const isOut = isTrue(all['HasOptedOutOfEmail']) && hasId;
      expect(!isOut || sent?.fields.some(({ id, value: each }) => id === 'bol::p' && each === false)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
