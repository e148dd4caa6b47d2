import { expect, test } from 'vitest';
import { createClock } from './clock.ts';
import type { Org } from './org.ts';
import { createOrg } from './org.ts';
import { standardObjects } from './objects.ts';
import { field } from './schema.ts';

const open = (): Org => {
  const clock = createClock(new Date('2026-01-01T00:00:00Z'));
  clock.freeze();
  return createOrg(standardObjects, clock);
};
const T0 = '2026-01-01T00:00:00.000Z';
const T1 = '2026-01-01T00:00:10.000Z';

test('a change moves the timestamps to the current second, an insert sets them all', () => {
  const org = open();
  const id = org.insert('Contact', { LastName: 'Adams', FirstName: 'Ann', Email: '' });
  expect(org.row('Contact', id)).toMatchObject({
    Name: 'Ann Adams',
    Email: null,
    IsDeleted: false,
    CreatedDate: T0,
    SystemModstamp: T0,
    MailingAddress: null,
  });
  org.clock.advance(10_999);
  org.update('Contact', id.slice(0, 15), { MailingCity: 'Lyon', Birthdate: new Date('1990-05-06T10:00:00Z') });
  expect(org.row('Contact', id)).toMatchObject({
    CreatedDate: T0,
    LastModifiedDate: T1,
    SystemModstamp: T1,
    Birthdate: '1990-05-06',
    MailingAddress: { city: 'Lyon', street: null },
  });
});

test('what Salesforce would refuse to store is refused', () => {
  const org = open();
  expect(() => org.insert('Contact', { FirstName: 'Only' })).toThrow('LastName is required');
  expect(() => org.insert('Contact', { LastName: 'x'.repeat(81) })).toThrow('too large');
  expect(() => org.insert('Contact', { LastName: 'x', Greeting__c: 'hi' })).toThrow('cannot be written');
  expect(() => org.insert('Contact', { LastName: 'x', Nope: 1 })).toThrow('no field Nope');
});

test('a late commit is invisible until it is due, and keeps its old timestamp', () => {
  const org = open();
  const id = org.insert('Contact', { LastName: 'Late' }, { visibleAfterMs: 10_000 });
  const early = org.insert('Contact', { LastName: 'Early' });
  org.update('Contact', early, { Title: 'Boss' }, { visibleAfterMs: 5000 });
  expect(org.count('Contact')).toBe(1);
  expect(org.openSince()).toBe(Date.parse(T0));
  expect(() => org.remove('Contact', early)).toThrow('UNABLE_TO_LOCK_ROW');
  org.clock.advance(6000);
  expect(org.row('Contact', early)).toMatchObject({ Title: 'Boss', SystemModstamp: T0 });
  org.clock.advance(4000);
  expect(org.row('Contact', id)).toMatchObject({ SystemModstamp: T0 });
  expect(org.openSince()).toBeUndefined();
});

test('a deletion also deletes what belongs to the row, and undelete brings exactly that back', () => {
  const org = open();
  const account = org.insert('Account', { Name: 'Acme' });
  const gone = org.insert('Contact', { LastName: 'Gone before', AccountId: account });
  const contact = org.insert('Contact', { LastName: 'Inside', AccountId: account });
  const outside = org.insert('Contact', { LastName: 'Outside' });
  org.remove('Contact', gone);
  org.clock.advance(10_000);
  org.remove('Account', account);
  expect(org.row('Contact', contact)).toMatchObject({ IsDeleted: true, SystemModstamp: T1 });
  expect(org.row('Contact', outside)).toMatchObject({ IsDeleted: false, SystemModstamp: T0 });
  org.undelete('Account', account);
  expect(org.row('Contact', contact)).toMatchObject({ IsDeleted: false });
  expect(org.row('Contact', gone)).toMatchObject({ IsDeleted: true });
});

test('a hard deletion leaves no row', () => {
  const org = open();
  const id = org.insert('Contact', { LastName: 'Gone' });
  org.hardRemove('Contact', id);
  expect(org.row('Contact', id)).toBeUndefined();
});

test('a merge deletes the losers, names the winner and moves what pointed to them', () => {
  const org = open();
  const winner = org.insert('Contact', { LastName: 'Winner' });
  const loser = org.insert('Contact', { LastName: 'Loser' });
  const task = org.insert('Task', { WhoId: loser, Subject: 'Call' });
  org.clock.advance(10_000);
  org.merge('Contact', winner, [loser]);
  expect(org.row('Contact', loser)).toMatchObject({ IsDeleted: true, MasterRecordId: winner, SystemModstamp: T1 });
  expect(org.row('Task', task)).toMatchObject({ WhoId: winner, IsDeleted: false, SystemModstamp: T1 });
  expect(org.row('Contact', winner)).toMatchObject({ IsDeleted: false, MasterRecordId: null });
});

test('a conversion makes account, contact and deal, and moves tasks and memberships', () => {
  const org = open();
  const campaign = org.insert('Campaign', { Name: 'Spring' });
  const lead = org.insert('Lead', { LastName: 'Lee', Company: 'Lee & Co', Email: 'lee@x.example' });
  const task = org.insert('Task', { WhoId: lead });
  const member = org.insert('CampaignMember', { CampaignId: campaign, LeadId: lead, Status: 'Sent' });
  org.clock.advance(10_000);
  const { accountId, contactId, opportunityId } = org.convertLead(lead, { opportunity: 'First deal' });
  expect(org.row('Lead', lead)).toMatchObject({
    IsConverted: true,
    ConvertedDate: '2026-01-01',
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
    ConvertedOpportunityId: opportunityId,
    Status: 'Closed - Converted',
    SystemModstamp: T1,
  });
  expect(org.row('Contact', contactId)).toMatchObject({ Email: 'lee@x.example', AccountId: accountId });
  expect(org.row('Opportunity', opportunityId ?? '')).toMatchObject({ ContactId: contactId, IsClosed: false });
  expect(org.row('Task', task)).toMatchObject({ WhoId: contactId, SystemModstamp: T1 });
  expect(org.row('CampaignMember', member)).toMatchObject({ LeadOrContactId: contactId, LeadId: lead });
});

test('what follows from a change follows: stage dates, responses, completions, the one primary role', () => {
  const org = open();
  const one = org.insert('Contact', { LastName: 'One' });
  const two = org.insert('Contact', { LastName: 'Two' });
  const deal = org.insert('Opportunity', {
    Name: 'Deal',
    StageName: 'Prospecting',
    CloseDate: '2026-05-01',
    Amount: 200,
  });
  const first = org.insert('OpportunityContactRole', { OpportunityId: deal, ContactId: one, IsPrimary: true });
  org.clock.advance(10_000);
  org.insert('OpportunityContactRole', { OpportunityId: deal, ContactId: two, IsPrimary: true });
  expect(org.row('Opportunity', deal)).toMatchObject({ ContactId: two, SystemModstamp: T1, LastStageChangeDate: T0 });
  expect(org.row('OpportunityContactRole', first)).toMatchObject({ IsPrimary: false, SystemModstamp: T1 });
  org.update('Opportunity', deal, { StageName: 'Closed Won' });
  expect(org.row('Opportunity', deal)).toMatchObject({
    IsWon: true,
    Probability: 100,
    ExpectedRevenue: 200,
    FiscalQuarter: 2,
    LastStageChangeDate: T1,
  });
  const task = org.insert('Task', { WhoId: one });
  org.update('Task', task, { Status: 'Completed' });
  expect(org.row('Task', task)).toMatchObject({ IsClosed: true, CompletedDateTime: T1 });
});

test('a new field is empty in old rows; a removed one is gone', () => {
  const org = open();
  const id = org.insert('Contact', { LastName: 'Old' });
  org.addField('Contact', field('boolean', 'Vip__c', 'VIP', { required: true }));
  expect(org.row('Contact', id)).toMatchObject({ Vip__c: false });
  org.update('Contact', id, { Vip__c: true });
  expect(org.row('Contact', id)).toMatchObject({ Vip__c: true });
  org.removeField('Contact', 'Vip__c');
  expect(org.row('Contact', id)).not.toHaveProperty('Vip__c');
});
