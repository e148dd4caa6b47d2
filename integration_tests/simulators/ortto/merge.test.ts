import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeOrganizations, mergePeople } from './merge.ts';
import { Refusal } from './refusal.ts';
import { activityPictures, snapshot } from './snapshot.ts';
import { ana, instanceWith, merge, only, rowsOf } from './fixtures/merges.ts';

const refusal = (act: () => unknown): { status: number; message: string; details: unknown } => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, message: error.message, details: error.details };
    throw error;
  }
  throw new Error('Nothing was refused');
};

test('only a row that names it changes the email permission of an existing person, and each change leaves an activity', () => {
  const permission = fc.option(fc.boolean(), { nil: undefined });
  fc.assert(
    fc.property(fc.array(permission, { minLength: 1, maxLength: 6 }), (sequence) => {
      const instance = instanceWith();
      let subscribed: boolean | undefined;
      const flips: string[] = [];
      for (const given of sequence) {
        merge(instance, [{ fields: { ...ana, ...(given !== undefined && { 'bol::p': given }) } }]);
        const after: boolean = given ?? subscribed ?? true;
        if (after !== subscribed) flips.push(after ? 'act::s-all' : 'act::u-all');
        subscribed = after;
      }
      expect(only(instance)?.fields['bol::p']).toBe(subscribed);
      expect(activityPictures(instance, 'permission').map(({ activityId }) => activityId)).toEqual(flips);
    }),
  );
});

test('null clears no permission, and a new person is subscribed to email and not to SMS', () => {
  const instance = instanceWith();
  merge(instance, [{ fields: ana }]);
  merge(instance, [{ fields: { ...ana, 'bol::p': null, 'bol::sp': null } }]);
  expect(only(instance)?.fields).toEqual({ ...ana, 'bol::p': true, 'bol::sp': false });
});

test('the snapshot of equal data is equal whatever the order, the ids and the clock', () => {
  const rows = fc.uniqueArray(fc.record({ email: fc.emailAddress(), first: fc.string() }), {
    selector: ({ email }) => email.toLowerCase(),
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      rows.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const snapshots = [list, shuffled].map((people, run) => {
          const instance = instanceWith({ now: () => run * 1_000_000 });
          for (const { email, first } of people) {
            const fields = Object.entries({ 'str::email': email, 'str::first': first });
            merge(instance, [{ fields: Object.fromEntries(run === 0 ? fields : fields.toReversed()) }]);
          }
          return snapshot(instance);
        });
        expect(JSON.stringify(snapshots[0])).toBe(JSON.stringify(snapshots[1]));
      },
    ),
  );
});

test.each([
  ['an unknown field', { 'str::nope': 'x' }],
  ['a number for text', { 'str::first': 7 }],
  ['text for a number', { 'dtz::b': '2024-01-01' }],
  ['a day that does not exist', { 'dtz::b': { year: 2023, month: 2, day: 29, timezone: 'UTC' } }],
  ['a place that is bare text', { 'geo::city': 'Oslo' }],
  ['a bare phone number', { 'phn::phone': '61401234567' }],
  ['a multi-select that is no list', { 'sst:cm:topics': 'a' }],
  ['a read-only field', { 'idt::o': '10690a4fa7a17e5f70915100' }],
  ['text past 255 characters', { 'str::first': 'x'.repeat(256) }],
])('a row with %s is invalid, alone a 400 with details', (_, fields) => {
  const instance = instanceWith();
  const good = { fields: { 'str::email': 'good@corp.test' } };
  expect(merge(instance, [{ fields: { ...ana, ...fields } }, good])).toEqual([
    { status: 'invalid', error: expect.stringContaining(Object.keys(fields)[0] ?? '') },
    { status: 'created', person_id: expect.stringMatching(/^00[0-9a-f]{22}$/) },
  ]);
  expect(refusal(() => merge(instance, [{ fields: { ...ana, ...fields } }]))).toMatchObject({
    status: 400,
    details: [{ status: 'invalid' }],
  });
  expect(only(instance)?.fields).toMatchObject(good.fields);
});

test.each([
  [
    { phone: '+61 401 234 567', parse_with_country_code: true },
    { c: '61', n: '401234567' },
  ],
  [
    { phone: '12025550123', parse_with_country_code: true },
    { c: '1', n: '2025550123' },
  ],
  [
    { phone: '4930123456', parse_with_country_code: true },
    { c: '49', n: '30123456' },
  ],
  [
    { phone: '353861234567', parse_with_country_code: true },
    { c: '353', n: '861234567' },
  ],
  [
    { c: '44', n: '07700900123' },
    { c: '44', n: '7700900123' },
  ],
  [{ phone: '2025550123' }, { c: '1', n: '2025550123' }],
])('phone %j is read back as %j', (given, stored) => {
  const instance = instanceWith();
  merge(instance, [{ fields: { ...ana, 'phn::phone': given } }]);
  expect(only(instance)?.fields['phn::phone']).toEqual(stored);
});

test('a person is merged by id alone, and its keys can change then', () => {
  const instance = instanceWith();
  const [created] = merge(instance, [{ fields: ana }]);
  const byId = { merge_by: ['str::person_id'] };
  const id = created?.['person_id'];
  expect(merge(instance, [{ fields: { 'str::person_id': id, 'str::email': 'b@corp.test' } }], byId)).toEqual([
    { person_id: id, status: 'merged' },
  ]);
  expect(merge(instance, [{ fields: { 'str::email': 'b@corp.test' } }])[0]?.['person_id']).toBe(id);
  expect(merge(instance, [{ fields: ana }])[0]?.['status']).toBe('created');
  expect(
    refusal(() => merge(instance, [{ fields: { 'str::person_id': id } }], { merge_by: ['str::person_id', 'str::ei'] })),
  ).toMatchObject({ status: 400 });
  expect(refusal(() => merge(instance, [{ fields: { 'str::person_id': 'no-id' } }], byId)).message).toContain(
    'the length must be 12 or 24 + 2 for hex but it is 7',
  );
});

test('a key is compared with its alternative fields as well', () => {
  const instance = instanceWith();
  merge(instance, [{ fields: { ...ana, 'str::ei': 'old@corp.test' } }]);
  const row = { fields: { 'str::email': 'old@corp.test' } };
  expect(merge(instance, [row], { merge_by_alt_fields: { 'str::email': ['str::ei'] } })[0]?.['status']).toBe('merged');
});

test('a suppressed email stops a new person where the list is checked, and nobody who exists', () => {
  const instance = instanceWith();
  instance.suppressed.add('ana@corp.test');
  const asking = { suppression_list_field_id: 'str::email' };
  expect(refusal(() => merge(instance, [{ fields: ana }], asking))).toEqual({
    status: 400,
    message: 'No valid contacts provided (Email is suppressed)',
    details: [{ status: 'suppressed', error: 'Email is suppressed' }],
  });
  expect(merge(instance, [{ fields: ana }])[0]?.['status']).toBe('created');
  expect(merge(instance, [{ fields: ana }], asking)[0]?.['status']).toBe('merged');
});

test('tags come and go with a row', () => {
  const instance = instanceWith();
  merge(instance, [{ fields: ana, tags: ['cold', 'salesforce'] }]);
  merge(instance, [{ fields: ana, tags: ['hot'], unset_tags: ['cold', 'never'] }]);
  expect(only(instance)?.tags).toEqual(['hot', 'salesforce']);
});

test('queued rows answer nothing but queued, and bad ones vanish into the log', () => {
  const instance = instanceWith();
  expect(merge(instance, [{ fields: { 'str::nope': 1 } }], { async: true })).toEqual([{ status: 'queued' }]);
  expect(instance.log).toEqual([expect.stringContaining('str::nope')]);
});

test('accounts merge by name or a custom id, need merge_by, and answer account_id', () => {
  const instance = instanceWith();
  const accounts = [{ fields: { 'str:o:name': 'Acme', 'str:oc:salesforce-account-id': '001' } }];
  expect(refusal(() => mergeOrganizations(instance, { accounts })).status).toBe(400);
  const answer = mergeOrganizations(instance, { accounts, merge_by: ['str:oc:salesforce-account-id'] });
  expect(rowsOf(answer, 'accounts')).toEqual([
    { account_id: expect.stringMatching(/^10[0-9a-f]{22}$/), status: 'created' },
  ]);
  const again = mergeOrganizations(instance, { organizations: accounts, merge_by: ['str:o:name'] }, 'organizations');
  expect(rowsOf(again, 'organizations')).toEqual([
    { organization_id: rowsOf(answer, 'accounts')[0]?.['account_id'], status: 'merged' },
  ]);
});

test.each([
  ['no rows', { people: [] }],
  ['rows that are no list', { people: {} }],
  ['more than 100 rows', { people: Array.from({ length: 101 }, () => ({ fields: ana })) }],
  ['four keys', { people: [{ fields: ana }], merge_by: ['str::email', 'str::ei', 'str::first', 'str::last'] }],
  ['a key that is no text', { people: [{ fields: ana }], merge_by: ['dtz::b'] }],
  ['an unknown key', { people: [{ fields: ana }], merge_by: ['str::nope'] }],
  ['an unknown strategy', { people: [{ fields: ana }], merge_strategy: 4 }],
])('a call with %s is refused as a whole', (_, body) => {
  expect(refusal(() => mergePeople(instanceWith(), body)).status).toBe(400);
});

test('the person past the contact limit is refused with 507, those before are in', () => {
  const instance = instanceWith({ limits: { contacts: 1 } });
  const people = [{ fields: ana }, { fields: ana }, { fields: { 'str::email': 'b@corp.test' } }];
  expect(refusal(() => merge(instance, people)).status).toBe(507);
  expect(only(instance)?.fields).toMatchObject(ana);
});
