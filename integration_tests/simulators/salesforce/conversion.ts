import { dayOf } from './date-literals.ts';
import type { OrgObject } from './catalog.ts';
import type { Stored } from './store.ts';

// What becomes of a lead when a salesperson converts it.

export interface ConversionTarget {
  readonly accountId?: string;
  readonly contactId?: string;
  /** The name of an opportunity to open. */
  readonly opportunity?: string;
}

export interface Conversion {
  readonly accountId: string;
  readonly contactId: string;
  readonly opportunityId: string | null;
}

interface Means {
  insert(object: string, values: Readonly<Record<string, string | boolean | null>>): string;
  get(object: OrgObject, id: string): Readonly<Record<string, Stored>>;
  /** Changes a row and moves its timestamps. */
  change(object: OrgObject, id: string, values: Readonly<Record<string, Stored>>, at: number): void;
  /** Changes all rows whose field has this value, and moves their SystemModstamp. */
  changeWhere(object: OrgObject, field: string, id: string, values: Readonly<Record<string, Stored>>, at: number): void;
  object(name: string): OrgObject;
}

const CLOSE_AFTER_MS = 90 * 86_400_000;

const contactOf = (lead: Readonly<Record<string, Stored>>, accountId: string) => {
  const text = (name: string): string | null => (typeof lead[name] === 'string' ? lead[name] : null);
  return {
    AccountId: accountId,
    FirstName: text('FirstName'),
    LastName: text('LastName'),
    Email: text('Email'),
    Phone: text('Phone'),
    MobilePhone: text('MobilePhone'),
    Title: text('Title'),
    LeadSource: text('LeadSource'),
    MailingCity: text('City'),
    MailingCountry: text('Country'),
    HasOptedOutOfEmail: lead['HasOptedOutOfEmail'] === 1,
    Newsletter__c: lead['Newsletter__c'] === 1,
  };
};

/** The lead stays, closed; its tasks go over to the contact, its memberships name both. */
export const convert = (means: Means, id: string, into: ConversionTarget, at: number): Conversion => {
  const lead = means.object('Lead');
  const row = means.get(lead, id);
  const company = { Name: String(row['Company']), Industry: row['Industry'] === null ? null : String(row['Industry']) };
  const accountId = into.accountId ?? means.insert('Account', company);
  const contactId = into.contactId ?? means.insert('Contact', contactOf(row, accountId));
  let opportunityId: string | null = null;
  if (into.opportunity !== undefined) {
    opportunityId = means.insert('Opportunity', {
      Name: into.opportunity,
      AccountId: accountId,
      StageName: 'Prospecting',
      CloseDate: dayOf(at + CLOSE_AFTER_MS),
    });
    means.insert('OpportunityContactRole', { OpportunityId: opportunityId, ContactId: contactId, IsPrimary: true });
  }
  const converted = {
    IsConverted: 1,
    Status: 'Closed - Converted',
    ConvertedDate: dayOf(at),
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
    ConvertedOpportunityId: opportunityId,
  };
  means.change(lead, id, converted, at);
  means.changeWhere(means.object('Task'), 'WhoId', id, { WhoId: contactId, AccountId: accountId }, at);
  means.changeWhere(means.object('CampaignMember'), 'LeadId', id, { ContactId: contactId }, at);
  return { accountId, contactId, opportunityId };
};
