import { dayOf } from './date-literals.ts';
import type { OrgTables, StoredValues } from './org-tables.ts';
import type { RowWrites } from './row-writes.ts';

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

/** What a conversion writes with. */
interface ConversionMeans {
  readonly tables: OrgTables;
  readonly insert: RowWrites['insert'];
}

const CLOSE_AFTER_MS = 90 * 86_400_000;

const contactOf = (lead: StoredValues, accountId: string) => {
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

/** The lead stays, closed; its tasks move to the contact, its memberships name both. */
export const convert = (
  { tables, insert }: ConversionMeans,
  id: string,
  into: ConversionTarget,
  at: number,
): Conversion => {
  const lead = tables.catalog.get('Lead');
  const row = tables.get(lead, id);
  const company = { Name: String(row['Company']), Industry: row['Industry'] === null ? null : String(row['Industry']) };
  const accountId = into.accountId ?? insert('Account', company);
  const contactId = into.contactId ?? insert('Contact', contactOf(row, accountId));
  let opportunityId: string | null = null;
  if (into.opportunity !== undefined) {
    opportunityId = insert('Opportunity', {
      Name: into.opportunity,
      AccountId: accountId,
      StageName: 'Prospecting',
      CloseDate: dayOf(at + CLOSE_AFTER_MS),
    });
    insert('OpportunityContactRole', { OpportunityId: opportunityId, ContactId: contactId, IsPrimary: true });
  }
  const converted = {
    IsConverted: 1,
    Status: 'Closed - Converted',
    ConvertedDate: dayOf(at),
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
    ConvertedOpportunityId: opportunityId,
  };
  tables.set(lead, id, { ...converted, ...tables.stamps(lead, at, 'user') });
  tables.changeWhere(tables.catalog.get('Task'), 'WhoId', id, { WhoId: contactId, AccountId: accountId }, at);
  tables.changeWhere(tables.catalog.get('CampaignMember'), 'LeadId', id, { ContactId: contactId }, at);
  return { accountId, contactId, opportunityId };
};
