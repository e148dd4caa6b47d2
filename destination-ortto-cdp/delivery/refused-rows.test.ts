import { expect, test } from 'vitest';
import { ACCOUNT_ID, CONTACT_ID, contacts } from '../fixtures/contact-mapping.ts';
import { mapRecord } from '../records/map-record.ts';
import type { RejectReason } from '../reasons.ts';
import { withoutRefused } from './refused-rows.ts';
import type { Trial } from './refused-rows.ts';

const DATA = { Id: CONTACT_ID, Email: 'a@b.co', FirstName: 'Ana', HasOptedOutOfEmail: true, AccountId: ACCOUNT_ID };

const trial = (keys = contacts.keys): Trial => {
  const mapped = mapRecord({ ...contacts, keys }, DATA, 0);
  if (mapped.kind !== 'write') throw new Error(`expected a write, got ${mapped.kind}`);
  return { write: mapped.write, refused: [], isNew: false };
};
const refusing = (refusedField: string | undefined, reason: RejectReason = 'invalid') => ({
  fate: { kind: 'rejected', reason } as const,
  orttoId: undefined,
  refusedField,
});

test('the field that Ortto names is left out under its Salesforce name, and so is the key it may be', () => {
  const next = withoutRefused(trial(), refusing('str::email'));
  expect(next?.refused).toEqual([{ field: 'Email', reason: 'refused' }]);
  expect(next?.write.keys.map(({ fieldId }) => fieldId)).toEqual([contacts.identity]);
  expect(next?.write.fields.map(({ id }) => id)).toEqual(['str::first', 'bol::p', 'str:cm:salesforce-account-id']);
  expect(withoutRefused(trial(), refusing('str:cm:salesforce-account-id'))?.refused).toEqual([
    { field: 'AccountId', reason: 'refused' },
  ]);
});

test.each([
  ["the record's own id", trial(), refusing(contacts.identity)],
  ['the last match key', trial(['str::email']), refusing('str::email')],
  ['an opt-out', trial(), refusing('bol::p')],
  ['a field the row does not have', trial(), refusing('str::last')],
  ['no field at all', trial(), refusing(undefined)],
  ['a suppressed address', trial(), refusing('str::email', 'suppressed')],
  [
    'a fourth field',
    { ...trial(), refused: Array.from({ length: 3 }, () => ({ field: 'F', reason: 'refused' }) as const) },
    refusing('str::first'),
  ],
])('where Ortto refuses %s nothing more is tried', (_, given, attempt) => {
  expect(withoutRefused(given, attempt)).toBeUndefined();
});

test('what was written needs no other try, and who was new stays new', () => {
  expect(withoutRefused(trial(), { fate: { kind: 'merged' }, orttoId: '00a' })).toBeUndefined();
  expect(withoutRefused(trial(), { ...refusing('str::first'), isNew: true })?.isNew).toBe(true);
});
