import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { EntityMapping, MappedField } from '../mapping/entity.ts';
import type { Write } from './mapped.ts';
import { ACCOUNT_ID, CONTACT_ID, contacts, field } from '../fixtures/contact-mapping.ts';
import { mapRecord, token } from './map-record.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const leads: EntityMapping = {
  ...contacts,
  stream: 'Lead',
  object: 'Lead',
  identity: 'str:cm:salesforce-lead-id',
  account: undefined,
  keys: ['str:cm:salesforce-lead-id', 'str::email'],
  handOver: 'str:cm:salesforce-contact-id',
};

const write = (data: JsonObject, mapping: EntityMapping = contacts): Write => {
  const mapped = mapRecord(mapping, { Id: CONTACT_ID, ...data }, NOW);
  if (mapped.kind !== 'write') throw new Error(`expected a write, got ${JSON.stringify(mapped)}`);
  return mapped.write;
};

const values = (data: JsonObject, mapping?: EntityMapping) =>
  Object.fromEntries(write(data, mapping).fields.map(({ id, value }) => [id, value]));

test('a record becomes a write with its values in the form Ortto takes', () => {
  const data = {
    FirstName: 'Ana',
    Email: ' Ana@Corp.Test',
    HasOptedOutOfEmail: false,
    Account: { Name: 'Acme' },
    AccountId: ACCOUNT_ID.slice(0, 15),
    Score__c: 12.5,
    Since__c: '2024-07-22',
    Unmapped__c: 'x',
  };
  expect(write(data)).toEqual({
    mapping: contacts,
    id: CONTACT_ID,
    fields: [
      { id: 'str::first', type: 'text', value: 'Ana', rule: 'overwrite' },
      { id: 'str::email', type: 'text', value: 'ana@corp.test', rule: 'overwrite' },
      { id: 'str:cm:company', type: 'text', value: 'Acme', rule: 'overwrite' },
      { id: 'int:cm:score', type: 'decimal', value: 12500, rule: 'overwrite' },
      { id: 'dtz:cm:since', type: 'date', value: { year: 2024, month: 7, day: 22, timezone: 'UTC' }, rule: 'if_empty' },
      { id: 'str:cm:salesforce-account-id', type: 'text', value: ACCOUNT_ID, rule: 'overwrite' },
    ],
    keys: [
      { fieldId: 'str:cm:salesforce-contact-id', value: CONTACT_ID },
      { fieldId: 'str::email', value: 'ana@corp.test' },
    ],
    tokens: [token('str:cm:salesforce-contact-id', CONTACT_ID), token('str::email', 'ana@corp.test')],
    accountId: ACCOUNT_ID,
    bytes: expect.any(Number),
    cut: [],
    unlisted: [],
    leftOut: [],
  });
});

test('a 15-character id is completed', () => {
  expect(write({ Id: CONTACT_ID.slice(0, 15) }).id).toBe(CONTACT_ID);
});

test('absent fields are not sent; null and empty ones clear where the mapping says so, and only under overwrite', () => {
  expect(values({})).toEqual({});
  expect(values({ FirstName: null, Email: '', Account: null, Score__c: '', Since__c: null, AccountId: null })).toEqual({
    'str:cm:company': null,
    'int:cm:score': null,
    'str:cm:salesforce-account-id': null,
  });
});

test('an opt-out is sent as false; nothing else about a permission ever is', () => {
  expect(values({ HasOptedOutOfEmail: true })).toEqual({ 'bol::p': false });
  expect(values({ HasOptedOutOfEmail: false })).toEqual({});
  expect(values({ HasOptedOutOfEmail: null })).toEqual({});
  const clearing = { ...contacts, fields: contacts.fields.map((each): MappedField => ({ ...each, nulls: 'clear' })) };
  for (const value of [true, false, null, 'true', 'no', 0]) {
    expect([undefined, false]).toContain(values({ HasOptedOutOfEmail: value }, clearing)['bol::p']);
  }
});

test('text that is cut is named', () => {
  expect(write({ FirstName: 'x'.repeat(300) }).cut).toEqual(['FirstName']);
});

test('a record without a value for any match key is rejected', () => {
  expect(mapRecord({ ...contacts, keys: ['str::email'] }, { Id: CONTACT_ID, Email: null }, NOW)).toMatchObject({
    kind: 'reject',
    reason: 'no_match_key',
    field: undefined,
  });
});

test.each([
  [undefined, 'no_data', undefined],
  [{}, 'no_id', 'Id'],
  [{ Id: null }, 'no_id', 'Id'],
  [{ Id: 'abc' }, 'no_id', 'Id'],
  [{ Id: 5 }, 'no_id', 'Id'],
])('%j is rejected: %s', (data, reason, at) => {
  expect(mapRecord(contacts, data, NOW)).toMatchObject({ kind: 'reject', id: undefined, reason, field: at });
});

test('writes that may mean one person share a token, however the key is spelled', () => {
  const phones = { ...contacts, keys: ['phn::phone'], fields: [field('Phone', 'phn::phone', 'phone')] };
  const tokens = (phone: string) => write({ Phone: phone }, phones).tokens.at(-1);
  expect(tokens('+1 (415) 555-0132')).toBe(tokens('415-555-0132'));
  expect(tokens('415-555-0132')).not.toBe(tokens('415-555-0133'));
});

test('a deletion is skipped, or a tombstone where deletions archive; one that was merged names its master', () => {
  const gone = { Id: CONTACT_ID, IsDeleted: true, Email: 'not an email' };
  const archiving = { ...contacts, archiveDeleted: true };
  expect(mapRecord(contacts, gone, NOW)).toEqual({ kind: 'skip', id: CONTACT_ID, reason: 'deleted' });
  expect(mapRecord(archiving, gone, NOW)).toEqual({
    kind: 'tombstone',
    mapping: archiving,
    id: CONTACT_ID,
    masterId: undefined,
  });
  expect(mapRecord(archiving, { ...gone, MasterRecordId: '0035g00000XyZac' }, NOW)).toMatchObject({
    masterId: '0035g00000XyZacAAF',
  });
  expect(mapRecord(archiving, { Id: CONTACT_ID, IsDeleted: false }, NOW).kind).toBe('write');
});

test('a converted lead hands over and changes nothing; without its contact, or unasked, it is an ordinary lead', () => {
  const converted = {
    Id: '00Q5g00000XyZab',
    IsConverted: true,
    ConvertedContactId: CONTACT_ID.slice(0, 15),
    Email: 'x',
  };
  expect(mapRecord(leads, converted, NOW)).toEqual({
    kind: 'hand_over',
    mapping: leads,
    id: '00Q5g00000XyZabEAF',
    contactId: CONTACT_ID,
  });
  const kind = (data: JsonObject, mapping = leads) =>
    mapRecord(mapping, { ...converted, Email: 'a@b.co', ...data }, NOW).kind;
  expect(kind({ ConvertedContactId: null })).toBe('write');
  expect(kind({ IsConverted: false })).toBe('write');
  expect(kind({}, { ...leads, handOver: undefined })).toBe('write');
});

test('records of a stream that is mapped to none are skipped', () => {
  expect(mapRecord({ kind: 'none', stream: 'Campaign' }, { Id: '7015g00000XyZab' }, NOW)).toMatchObject({
    kind: 'skip',
    reason: 'not_mapped',
  });
});

test('a record whose row no request could hold is rejected', () => {
  const options = Array.from({ length: 9000 }, (__, number) => `${number} ${'x'.repeat(240)}`);
  const mapping = { ...contacts, fields: [...contacts.fields, field('Topics__c', 'sst:cm:topics', 'multi_select')] };
  expect(mapRecord(mapping, { Id: CONTACT_ID, Topics__c: options }, NOW)).toMatchObject({
    kind: 'reject',
    reason: 'record_too_large',
  });
});

test('a flag from a table that knows numbers only is read as a flag', () => {
  expect(mapRecord(contacts, { Id: CONTACT_ID, IsDeleted: 1 }, NOW)).toMatchObject({ kind: 'skip', reason: 'deleted' });
  expect(mapRecord(leads, { Id: CONTACT_ID, IsConverted: 1, ConvertedContactId: CONTACT_ID }, NOW).kind).toBe(
    'hand_over',
  );
  expect(write({ HasOptedOutOfEmail: 1 }).fields).toContainEqual(
    expect.objectContaining({ id: 'bol::p', value: false }),
  );
});
