import { expect, test } from 'vitest';
import type { AirbyteStream, RecordMessage } from '../../airbyte/protocol.ts';
import type { StreamChoice } from './messages.ts';
import { expectClean, startWorld, type World } from './world.ts';

// A user who ticks some fields of each stream. The cursor is not among them: the source sends it all the same, and Airbyte
// takes it out.

const TICKED: Readonly<Record<string, string>> = {
  Account:
    'Id IsDeleted MasterRecordId Name Type BillingCity BillingState BillingPostalCode BillingCountry Website Industry NumberOfEmployees Health__c Seats__c',
  Lead: 'Id IsDeleted MasterRecordId IsConverted ConvertedContactId HasOptedOutOfEmail LastName FirstName Title Company City Country Email Lead_Score__c',
  Contact:
    'Id IsDeleted MasterRecordId AccountId HasOptedOutOfEmail LastName FirstName Email Title MailingCity MailingCountry Birthdate Tier__c Loyalty_Points__c',
  Campaign: 'Id IsDeleted Name ParentId Type Status StartDate EndDate ExpectedRevenue IsActive OwnerId CreatedDate',
  CampaignMember:
    'Id IsDeleted CampaignId LeadId ContactId Status HasResponded CreatedDate FirstRespondedDate LeadOrContactId Campaign',
  Opportunity:
    'Id IsDeleted AccountId Name StageName Amount Probability CloseDate Type IsClosed IsWon CampaignId CreatedDate LastStageChangeDate ContactId',
  OpportunityContactRole: 'Id OpportunityId ContactId Role IsPrimary CreatedDate IsDeleted',
  Task: 'Id WhoId WhatId Subject ActivityDate Status Priority IsDeleted AccountId IsClosed CreatedDate TaskSubtype CompletedDateTime',
  Subscription__c:
    'Id IsDeleted Name CreatedDate Contact__c Account__c Plan__c Monthly_Fee__c Seats__c Started__c Renews_At__c Active__c',
};

/** What Ortto has of a person when that is what comes, the connector's ids and Ortto's own permissions included. */
const PERSON_FIELDS =
  'bol::p bol::sp dtz::b geo::city geo::country int:cm:lead-score int:cm:loyalty-points str::email str::first str::last str:cm:company str:cm:job-title str:cm:salesforce-account-id str:cm:salesforce-contact-id str:cm:salesforce-lead-id str:cm:tier';
const ORGANIZATION_FIELDS =
  'geo:o:city geo:o:country geo:o:region int:o:employees int:oc:health int:oc:seats str:o:industry str:o:name str:o:postal str:o:website str:oc:account-type str:oc:salesforce-account-id';

const ticked = ({ name }: AirbyteStream): StreamChoice => ({
  sync_mode: 'incremental',
  destination_sync_mode: 'append_dedup',
  fields: (TICKED[name] ?? '').split(' '),
});

const inWorld = async (options: Parameters<typeof startWorld>[0], act: (world: World) => Promise<void>) => {
  const world = await startWorld(options);
  try {
    await act(world);
  } finally {
    await world.close();
  }
};

interface Entity {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
const fieldsOf = (entities: readonly Entity[]): string =>
  [...new Set(entities.flatMap(({ fields }) => Object.keys(fields)))].sort().join(' ');

/** What entities have beside the fields named. */
const beside = (entities: readonly Entity[], names: string): unknown => {
  const named = new Set(names.split(' '));
  return entities.map(({ id, fields }) => [id, Object.entries(fields).filter(([name]) => !named.has(name))]);
};

test('With some fields selected, nothing else reaches the destination, and people and organizations carry only those', async () => {
  await inWorld({ choose: ticked }, async (world) => {
    const handed = new Map<string, Set<string>>();
    const report = await world.sync({
      onForwarded: (line) => {
        const message = JSON.parse(line) as { type: string } | RecordMessage;
        if (!('record' in message)) return;
        const { stream, data } = message.record;
        handed.set(stream, new Set([...(handed.get(stream) ?? []), ...Object.keys(data)]));
      },
    });
    expectClean(report);
    expect(await world.faults()).toEqual([]);
    const keys = Array.from(handed, ([stream, names]) => [stream, [...names].sort()]);
    const expected = Object.entries(TICKED).map(([stream, names]) => [stream, names.split(' ').sort()]);
    expect(Object.fromEntries(keys)).toEqual(Object.fromEntries(expected));
    expect(fieldsOf(world.ortto.cdp.people())).toBe(PERSON_FIELDS);
    expect(fieldsOf(world.ortto.cdp.organizations())).toBe(ORGANIZATION_FIELDS);
  });
});

test('A field that is no longer selected stays as it is in Ortto, and follows Salesforce again once it is selected', async () => {
  await inWorld({}, async (world) => {
    expectClean(await world.sync());
    const { org } = world.salesforce;
    const { cdp } = world.ortto;
    const contact = org.rows('Contact').find((row) => typeof row['Email'] === 'string' && row['IsDeleted'] !== true);
    const id = contact?.['Id'] as string;
    const person = () => cdp.peopleWith('str:cm:salesforce-contact-id', id)[0]?.fields;
    const [before, rest] = [person(), beside(cdp.people(), PERSON_FIELDS)];
    org.clock.advance(3_600_000);
    org.update('Contact', id, { Title: 'Head Baker', Department: 'Ovens', Salutation: 'Dr.' });
    org.clock.advance(60_000);

    expectClean(await world.syncAs(ticked));
    expect(person()).toEqual({ ...before, 'str:cm:job-title': 'Head Baker' });
    expect(beside(cdp.people(), PERSON_FIELDS)).toEqual(rest);
    expect(await world.faults()).toEqual([]);

    expectClean(await world.sync());
    expect(person()).toMatchObject({ 'str:cm:department': 'Ovens', 'str:cm:salutation': 'Dr.' });
    expect(await world.faults()).toEqual([]);
  });
});

test('A stream whose Id is not selected ends the sync with a sentence for the user, before anything is written', async () => {
  await inWorld({ contacts: 40 }, async (world) => {
    const keyless = (stream: AirbyteStream): StreamChoice => ({
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
      fields: (TICKED[stream.name] ?? '').split(' ').filter((field) => stream.name !== 'Contact' || field !== 'Id'),
    });
    const report = await world.syncAs(keyless);
    expect(report.exits.destination).toBe(1);
    expect(report.failures).toEqual([
      expect.objectContaining({
        failure_type: 'config_error',
        message: expect.stringContaining('Contact: the stream has no field Id'),
      }),
    ]);
    expect(report.complaints).toEqual([]);
    expect(world.saved.states()).toEqual([]);
    expect([world.ortto.cdp.people(), world.ortto.cdp.organizations()]).toEqual([[], []]);
  });
});
