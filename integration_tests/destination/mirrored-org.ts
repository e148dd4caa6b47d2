import { Readable } from 'node:stream';
import { readInput } from '../../airbyte/input.ts';
import type { ConfiguredCatalog, JsonObject } from '../../airbyte/protocol.ts';
import { parseConfig } from '../../destination-ortto-cdp/config.ts';
import { DEFAULT_LIMITS, write } from '../../destination-ortto-cdp/write.ts';
import { catalogOf, configOf, record, salesforceId, state } from './destination-run.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';

// Three days of an org that has a bit of everything, brought into an Ortto; the connector runs in this process, since there
// are many positions to try.

const streams = {
  Account: ['Id', 'Name', 'Website', 'Interests__c', 'IsDeleted'],
  Lead: ['Id', 'Email', 'LastName', 'City', 'IsConverted', 'ConvertedContactId', 'IsDeleted', 'HasOptedOutOfEmail'],
  Contact: [
    'Id',
    'Email',
    'FirstName',
    'LastName',
    'MailingCity',
    'AccountId',
    'Interests__c',
    'Score__c',
    'IsDeleted',
    'HasOptedOutOfEmail',
  ],
  Task: ['Id', 'WhoId', 'Subject', 'CreatedDate'],
};

export const config: JsonObject = {
  deleted_records: 'archive',
  modify_system_fields: { mode: 'selected', fields: ['email', 'last_name', 'email_permission'] },
  organizations: { match_by: ['salesforce_id', 'name'], merge_strategy: 'overwrite_existing' },
  objects: [
    { stream: 'Contact', fields: [{ from: 'Score__c', to: 'Score', rule: 'if_empty' }] },
    { stream: 'Account', fields: [{ from: 'Website', to: 'website', rule: 'if_empty' }] },
  ],
};

const contactId = (number: number) => salesforceId('003', number);
const leadId = (number: number) => salesforceId('00Q', number);
const accountId = (number: number) => salesforceId('001', number);

const contact = (number: number, more: JsonObject = {}) =>
  record('Contact', {
    Id: contactId(number),
    Email: `c${number}@x.test`,
    FirstName: `First ${number}`,
    LastName: `Last ${number}`,
    MailingCity: 'Oslo',
    AccountId: accountId(number % 3),
    Interests__c: ['Billing', 'API'],
    Score__c: number,
    IsDeleted: false,
    HasOptedOutOfEmail: number === 3,
    ...more,
  });
const lead = (number: number, more: JsonObject = {}) =>
  record('Lead', {
    Id: leadId(number),
    Email: `l${number}@x.test`,
    LastName: `Lead ${number}`,
    City: 'Bergen',
    HasOptedOutOfEmail: false,
    ...more,
  });
const account = (number: number, more: JsonObject = {}) =>
  record('Account', {
    Id: accountId(number),
    Name: `Acme ${number}`,
    Website: `https://${number}.test`,
    Interests__c: ['a', 'b'],
    ...more,
  });
const task = (number: number, who: string) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: who,
    Subject: 'Call',
    CreatedDate: new Date(Date.now() - 86_400_000).toISOString(),
  });

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const days = [
  [
    ...numbers(3).map((number) => account(number)),
    ...numbers(5).map((number) => lead(number)),
    ...numbers(12).map((number) => contact(number)),
    task(1, contactId(1)),
    task(2, leadId(2)),
    state('Contact', 1),
    state('Task', 2),
  ],
  [
    account(1, { Website: 'https://new.test', Interests__c: ['b', 'c'] }),
    lead(1, { IsConverted: true, ConvertedContactId: contactId(20) }),
    lead(9, { IsConverted: true, ConvertedContactId: contactId(21) }),
    contact(1, {
      FirstName: 'Changed',
      LastName: 'Changed',
      Interests__c: ['Support'],
      Score__c: 99,
      MailingCity: 'Rome',
    }),
    contact(2, { Email: 'moved@x.test', HasOptedOutOfEmail: true, Score__c: null }),
    contact(20, { Email: 'l1@x.test' }),
    contact(5, { IsDeleted: true }),
    contact(6, { Id: 'not an id' }),
    contact(7, { Score__c: 'many', Email: 'c7@x.test' }),
    task(3, contactId(20)),
    task(4, contactId(77)),
    state('Contact', 3),
    state('Task', 4),
  ],
  [
    contact(5),
    contact(4, { AccountId: accountId(2) }),
    lead(3, { IsDeleted: true }),
    state('Contact', 5),
    state('Lead', 6),
  ],
];

/** Looks for links at once: this Ortto shows them as soon as it has them. */
const LIMITS = { ...DEFAULT_LIMITS, linkLooksMs: [0, 1, 1] };

/** Three syncs, one after the other; the states that came back and the rejections that were told. */
export const live = async (ortto: OrttoSimulator, settings: JsonObject) => {
  const states: unknown[] = [];
  const rejected: string[] = [];
  const ledgers: string[] = [];
  for (const day of days) {
    const log = {
      error: () => {},
      debug: () => {},
      warn: (text: string) => {
        if (text.startsWith('rejected')) rejected.push(text);
      },
      info: (text: string) => {
        if (text.startsWith('ledger')) ledgers.push(text);
      },
    };
    const { signal } = new AbortController();
    const input = {
      config: configOf(ortto, settings),
      catalog: catalogOf(streams, 'append_dedup') as unknown as ConfiguredCatalog,
      input: readInput(Readable.from([Buffer.from(day.join('\n'))]), signal),
      log,
      signal,
    };
    for await (const message of write(parseConfig(input.config), input, LIMITS)) states.push(message.state['id']);
    await ortto.cdp.settled();
  }
  return { states: new Set(states), rejected, ledgers };
};

const idsOf = (fields: JsonObject): string =>
  JSON.stringify([fields['str:cm:salesforce-contact-id'], fields['str:cm:salesforce-lead-id']]);

/** The CDP without Ortto's own ids. */
export const picture = (ortto: OrttoSimulator) => {
  const name = (id: string | undefined) =>
    ortto.cdp.organizations().find((each) => each.id === id)?.fields['str:o:name'];
  const byId = new Map(ortto.cdp.people().map(({ id, fields }) => [id, fields]));
  return {
    people: ortto.cdp
      .people()
      .toSorted((a, b) => (idsOf(a.fields) < idsOf(b.fields) ? -1 : 1))
      .map(({ fields, archived, organizationId }) => ({ fields, archived, organization: name(organizationId) })),
    organizations: ortto.cdp
      .organizations()
      .map(({ fields, archived, members }) => ({ fields, archived, members: members?.length })),
    activities: ortto.cdp
      .activities()
      .map(({ activityId, entityId }) => `${activityId} ${String(byId.get(entityId)?.['str::email'])}`)
      .toSorted(),
  };
};
