import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { ledgerOf, logs, record, rejections, liveWrite, salesforceId, state, stateIds } from './destination-run.ts';
import type { WriteOptions } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Who is who in Ortto: conversions, deletions, organizations, activities.

const ortto = useOrtto();

const contactId = (number: number) => salesforceId('003', number);
const leadId = (number: number) => salesforceId('00Q', number);
const accountId = (number: number) => salesforceId('001', number);
const CONTACT_FIELD = 'str:cm:salesforce-contact-id';
const LEAD_FIELD = 'str:cm:salesforce-lead-id';

const streams = {
  Account: ['Id', 'Name', 'IsDeleted'],
  Lead: ['Id', 'Email', 'LastName', 'IsConverted', 'ConvertedContactId', 'IsDeleted', 'MasterRecordId'],
  Contact: ['Id', 'Email', 'LastName', 'AccountId', 'IsDeleted', 'MasterRecordId'],
  Task: ['Id', 'WhoId', 'Subject', 'CreatedDate', 'IsDeleted'],
};
const contact = (number: number, more: JsonObject = {}) =>
  record('Contact', { Id: contactId(number), Email: `p${number}@x.test`, LastName: `C${number}`, ...more });
const lead = (number: number, more: JsonObject = {}) =>
  record('Lead', { Id: leadId(number), Email: `p${number}@x.test`, LastName: `L${number}`, ...more });
const account = (number: number, more: JsonObject = {}) =>
  record('Account', { Id: accountId(number), Name: `Acme ${number}`, ...more });

const sync = (lines: readonly string[], options: Partial<WriteOptions> = {}) =>
  liveWrite(ortto, { streams, lines, ...options });
const converted = (number: number, to: number) =>
  lead(number, { IsConverted: true, ConvertedContactId: contactId(to) });

test('a converted lead hands its person to the contact, though the email changed meanwhile', async () => {
  await sync([lead(1)]);
  const run = await sync([converted(1, 7), contact(7, { Email: 'new@x.test' })]);
  expect(ledgerOf(run, 'Lead')).toMatchObject({ received: 1, merged: 1 });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ received: 1, merged: 1 });
  expect(ortto.cdp.people()).toMatchObject([
    { fields: { 'str::email': 'new@x.test', [LEAD_FIELD]: leadId(1), [CONTACT_FIELD]: contactId(7) } },
  ]);
});

test('a converted lead that nobody has, or whose contact has a person already, creates and changes nobody', async () => {
  await sync([lead(1, { Email: 'lead@x.test' }), contact(7)]);
  const before = JSON.stringify(ortto.cdp.people());
  const run = await sync([converted(1, 7), converted(2, 8)]);
  expect(ledgerOf(run, 'Lead')).toMatchObject({ skipped: { conversion_conflict: 1, converted: 1 } });
  expect(JSON.stringify(ortto.cdp.people())).toBe(before);
});

test('two leads converted into one contact give it one person', async () => {
  await sync([lead(1, { Email: 'one@x.test' }), lead(2, { Email: 'two@x.test' })]);
  const run = await sync([converted(1, 7), converted(2, 7), contact(7)]);
  expect(ledgerOf(run, 'Lead')).toMatchObject({ merged: 1, skipped: { conversion_conflict: 1 } });
  expect(ortto.cdp.peopleWith(CONTACT_FIELD, contactId(7))).toHaveLength(1);
  expect(ortto.cdp.people()).toHaveLength(2);
});

test('two contacts who share an address remain two people, in both orders of arrival', async () => {
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    ortto.reset();
    await sync(order.map((number) => contact(number, { Email: 'family@x.test' })));
    expect(ortto.cdp.people()).toHaveLength(2);
  }
});

test('under "any" they take turns on one person, and that is counted', async () => {
  const lines = [1, 2].map((number) => contact(number, { Email: 'family@x.test' }));
  const run = await sync(lines, { config: { people: { find_strategy: 'any' } } });
  expect(ortto.cdp.people()).toHaveLength(1);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, merged: 1, shared: 1 });
});

test('with deletions archived, the person who carries the id is archived, and comes back when the record does', async () => {
  const config = { deleted_records: 'archive' };
  await sync([account(1), contact(1), contact(2)], { config });
  const gone = await sync(
    [account(1, { IsDeleted: true }), contact(1, { IsDeleted: true }), contact(9, { IsDeleted: true })],
    {
      config,
    },
  );
  expect(ledgerOf(gone, 'Contact')).toMatchObject({ deleted: 1, skipped: { not_in_ortto: 1 } });
  expect(ledgerOf(gone, 'Account')).toMatchObject({ deleted: 1 });
  expect(ortto.cdp.people().map(({ archived }) => archived)).toEqual([true, false]);
  await sync([account(1), contact(1)], { config });
  expect(ortto.cdp.people().map(({ archived }) => archived)).toEqual([false, false]);
  expect(ortto.cdp.organizations().map(({ archived }) => archived)).toEqual([false]);
});

test('a deletion is ignored by default', async () => {
  await sync([contact(1)]);
  const run = await sync([contact(1, { IsDeleted: true })]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ skipped: { deleted: 1 } });
  expect(ortto.cdp.people()).toMatchObject([{ archived: false }]);
});

test('a person who stands for another record, or whose record was merged, stays and loses the deleted id only', async () => {
  const config = { deleted_records: 'archive' };
  await sync([lead(1)], { config });
  await sync([converted(1, 7), contact(7), contact(8)], { config });
  const run = await sync(
    [lead(1, { IsDeleted: true }), contact(8, { IsDeleted: true, MasterRecordId: contactId(7) })],
    { config },
  );
  expect(ledgerOf(run, 'Lead')).toMatchObject({ deleted: 0, skipped: { lives_on: 1 } });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ deleted: 0, skipped: { merged_in_salesforce: 1 } });
  expect(ortto.cdp.people().map(({ archived }) => archived)).toEqual([false, false]);
  expect(ortto.cdp.peopleWith(LEAD_FIELD, leadId(1))).toEqual([]);
  expect(ortto.cdp.peopleWith(CONTACT_FIELD, contactId(8))).toEqual([]);
});

const task = (number: number, who: string, daysAgo = 3) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: who,
    Subject: `Call ${number}`,
    CreatedDate: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
  });

test('tasks become activities of people who exist, in this run or before, and never create one', async () => {
  await sync([lead(5)]);
  const lines = [
    contact(1),
    task(1, contactId(1)),
    task(2, leadId(5)),
    task(3, contactId(99)),
    task(4, contactId(1), 200),
    state('Task', 1),
  ];
  const run = await sync(lines);
  expect(ledgerOf(run, 'Task')).toMatchObject({
    received: 4,
    recorded: 2,
    skipped: { no_person: 1, older_than_90_days: 1 },
  });
  expect(ortto.cdp.people()).toHaveLength(2);
  expect(ortto.cdp.activities()).toHaveLength(2);
  expect(stateIds(run)).toEqual([1]);
  await sync(lines);
  expect(ortto.cdp.activities()).toHaveLength(2);
});

test('the fifty-first event of one activity, person and day is rejected', async () => {
  const lines = [contact(1), ...Array.from({ length: 53 }, (_, number) => task(number, contactId(1)))];
  const run = await sync(lines);
  expect(ledgerOf(run, 'Task')).toMatchObject({ recorded: 50, rejected: { too_many_a_day: 3 } });
  expect(rejections(run)).toHaveLength(3);
});

test('activities of organizations need a definition that Ortto has no call to make', async () => {
  const run = await sync(
    [
      account(1),
      record('Visit__c', {
        Id: salesforceId('006', 1),
        Account__c: accountId(1),
        CreatedDate: new Date().toISOString(),
      }),
    ],
    { streams: { Account: streams.Account, Visit__c: ['Id', 'Account__c', 'CreatedDate'] } },
  );
  expect(ledgerOf(run, 'Visit__c')).toMatchObject({ rejected: { no_definition: 1 } });
  expect(logs(run, 'WARN').filter((text) => text.includes('not defined in Ortto'))).toHaveLength(1);
});

test('a custom object goes to the one person its records name; the field is logged once, and what to do about several', async () => {
  const fields = ['Id', 'Member__c', 'Friend__c', 'CreatedDate'];
  const visit = (number: number, more: JsonObject) =>
    record('Visit__c', { Id: salesforceId('006', number), CreatedDate: new Date().toISOString(), ...more });
  const run = await sync(
    [
      contact(1),
      ...[1, 2, 3].map((number) => visit(number, { Member__c: contactId(1) })),
      ...[4, 5].map((number) => visit(number, { Member__c: contactId(1), Friend__c: contactId(2) })),
    ],
    { streams: { Contact: streams.Contact, Visit__c: fields } },
  );
  expect(ledgerOf(run, 'Visit__c')).toMatchObject({ recorded: 3, rejected: { several_ids: 2 } });
  expect(logs(run, 'INFO').filter((text) => text.includes('Member__c identifies'))).toHaveLength(1);
  expect(logs(run, 'WARN').filter((text) => text.includes('Member__c, Friend__c; in objects, set'))).toHaveLength(1);
});

test('"Import new records only" leaves whoever exists as they are', async () => {
  await sync([account(1), contact(1)]);
  const config = { people: { merge_strategy: 'ignore' }, organizations: { merge_strategy: 'ignore' } };
  const run = await sync(
    [account(1, { Name: 'Other' }), account(2), contact(1, { LastName: 'Other' }), contact(2), state('Contact', 1)],
    { config },
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, skipped: { exists: 1 } });
  expect(ledgerOf(run, 'Account')).toMatchObject({ created: 1, skipped: { exists: 1 } });
  expect(ortto.cdp.people().map(({ fields }) => fields['str::last'])).toEqual(['C1', 'C2']);
  expect(ortto.cdp.organizations().map(({ fields }) => fields['str:o:name'])).toEqual(['Acme 1', 'Acme 2']);
  expect(stateIds(run)).toEqual([1]);
});

test('"Import and merge new records only" fills what is empty and replaces nothing', async () => {
  await sync([contact(1, { LastName: null })]);
  const config = { people: { merge_strategy: 'append_only' } };
  await sync([contact(1, { LastName: 'Filled', Email: 'other@x.test' })], { config });
  expect(ortto.cdp.people()).toMatchObject([{ fields: { 'str::last': 'Filled', 'str::email': 'p1@x.test' } }]);
});

test('where nobody new may be created, those who exist are updated and the others skipped', async () => {
  await sync([account(1), contact(1)]);
  const config = { people: { create_new: false }, organizations: { create_new: false } };
  const run = await sync(
    [account(1, { Name: 'New name' }), account(2), contact(1, { LastName: 'New' }), contact(2), state('Contact', 1)],
    { config },
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 0, merged: 1, skipped: { not_in_ortto: 1 } });
  expect(ledgerOf(run, 'Account')).toMatchObject({ created: 0, merged: 1, skipped: { not_in_ortto: 1 } });
  expect(ortto.cdp.people()).toMatchObject([{ fields: { 'str::last': 'New' } }]);
  expect(ortto.cdp.organizations()).toMatchObject([{ fields: { 'str:o:name': 'New name' } }]);
});
