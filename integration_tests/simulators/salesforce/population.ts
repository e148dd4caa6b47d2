import type { Org } from './org.ts';
import * as people from './people-objects.ts';
import { accountId, createAccountRow } from './population/account-rows.ts';
import { createCampaignMemberRow, createCampaignRow } from './population/campaign-rows.ts';
import { contactId, createContactRow, type ContactsSoFar } from './population/contact-rows.ts';
import { createDraws, type Draws } from './population/draws.ts';
import { createLeadRow } from './population/lead-rows.ts';
import { createContactRoleRow, createOpportunityRow } from './population/opportunity-rows.ts';
import { createRowWriter, type RowWriter } from './population/row-writer.ts';
import { createSubscriptionRow } from './population/subscription-rows.ts';
import { createTaskRow } from './population/task-rows.ts';
import { transaction } from './store.ts';
import { TASK_STATUSES } from './task-object.ts';

/** How many rows of each kind; what is left out follows from `contacts`. */
export interface PopulationOptions {
  readonly seed: number;
  readonly contacts: number;
  readonly accounts?: number;
  readonly leads?: number;
  readonly opportunities?: number;
  readonly campaigns?: number;
  readonly tasks?: number;
  readonly subscriptions?: number;
  /** Some texts get a NUL byte. */
  readonly nulBytes?: boolean;
}

type Sizes = Readonly<Record<Exclude<keyof PopulationOptions, 'seed' | 'nulBytes'>, number>>;

const sizesOf = (options: PopulationOptions): Sizes => ({
  accounts: options.accounts ?? Math.ceil(options.contacts / 3),
  contacts: options.contacts,
  leads: options.leads ?? Math.ceil(options.contacts / 2),
  opportunities: options.opportunities ?? Math.ceil(options.contacts / 4),
  campaigns: options.campaigns ?? Math.min(60, Math.ceil(options.contacts / 100) + 3),
  tasks: options.tasks ?? options.contacts,
  subscriptions: options.subscriptions ?? Math.ceil(options.contacts / 5),
});

const writeUsers = ({ write }: RowWriter, { pick, pools }: Draws): void => {
  write('User', 3, (number) => ({
    Username: number === 1 ? 'integration@cdp.example' : `user${number}@cdp.example`,
    FirstName: pick(pools.firstNames),
    LastName: pick(pools.lastNames),
    Email: `user${number}@cdp.example`,
    IsActive: 1,
    UserType: 'Standard',
  }));
  write('Group', 1, () => ({ Name: 'Inbound leads', Type: 'Queue' }));
};

/** Rows of objects that a reader has to treat specially: no Bulk API, no SystemModstamp, no Id. */
const writeUnusualObjects = ({ write }: RowWriter, { maybe, pick }: Draws, size: Sizes): void => {
  write('Attachment', Math.ceil(size.contacts / 100), (number) => ({
    ParentId: contactId(number),
    Name: `file${number}.txt`,
    BodyLength: 5,
    Body: 'aGVsbG8=',
  }));
  write('AccountHistory', Math.ceil(size.accounts / 2), (number) => ({
    AccountId: accountId(number),
    Field: 'Rating',
    DataType: 'DynamicEnum',
    OldValue: maybe(0.5, () => pick(people.RATINGS)),
    NewValue: pick(people.RATINGS),
  }));
  write('TaskStatus', TASK_STATUSES.length, (number) => ({
    MasterLabel: TASK_STATUSES[number - 1] ?? null,
    SortOrder: number,
    IsClosed: TASK_STATUSES[number - 1] === 'Completed' ? 1 : 0,
  }));
  write('FormulaFunction', 3, (number) => ({
    DurableId: `FN${number}`,
    Name: ['ABS', 'AND', 'CASE'][number - 1] ?? null,
    ExampleString: null,
  }));
};

/**
 * Fills an empty org with companies and their people. The same seed and `now` give the same org, byte for byte.
 * Everything happened in the two years before `now`, the last of it an hour ago.
 */
export const populate = (org: Org, options: PopulationOptions): void => {
  const size = sizesOf(options);
  const draws = createDraws(org, options);
  const writer = createRowWriter(org, draws);
  const { write } = writer;
  const known: ContactsSoFar = { accountOf: [], emailOf: [], nameOf: [] };
  const primaryOf: number[] = [];
  const memberships = size.contacts === 0 || size.campaigns === 0 ? 0 : Math.ceil(size.contacts / 2);

  transaction(org.database(), () => {
    writeUsers(writer, draws);
    write('Account', size.accounts, createAccountRow(draws));
    write('Contact', size.contacts, createContactRow(draws, size.accounts, known));
    write('Lead', size.leads, createLeadRow(draws, { userId: org.userId, contacts: size.contacts }, known));
    write('Campaign', size.campaigns, createCampaignRow(draws));
    write('CampaignMember', memberships, createCampaignMemberRow(draws, size));
    write('Opportunity', size.opportunities, createOpportunityRow(draws, size, known, primaryOf));
    const roles = size.contacts === 0 ? 0 : size.opportunities * 2;
    write('OpportunityContactRole', roles, createContactRoleRow(draws, size.contacts, primaryOf));
    write('Task', size.tasks, createTaskRow(draws, size, known));
    write('Subscription__c', size.subscriptions, createSubscriptionRow(draws, size.contacts, known));
    writeUnusualObjects(writer, draws, size);
    writer.saveCounters();
  });
};
