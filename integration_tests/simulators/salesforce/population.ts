// Past 250 lines: one maker per object, each a table of fields; they share ids, so they stay together.
import type { Org } from './org.ts';
import { dayOf } from './date-literals.ts';
import { idOf } from './ids.ts';
import * as people from './people-objects.ts';
import { NASTY_TEXTS, createPools, createRandom } from './pools.ts';
import type { FieldDefinition } from './schema.ts';
import * as sales from './sales-objects.ts';
import type { Stored } from './store.ts';
import { inserter, isStored, transaction } from './store.ts';

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

type Values = Record<string, Stored>;

const DAY = 86_400_000;

/** Rows are written in runs that share a second, as bulk changes leave them. */
const RUN = 40;

/**
 * Fills an empty org with companies and their people. The same seed and `now` give the same org, byte for byte.
 * Everything happened in the two years before `now`, the last of it an hour ago.
 */
export const populate = (org: Org, options: PopulationOptions): void => {
  const random = createRandom(options.seed);
  const pools = createPools(options.seed);
  const database = org.database();
  const now = Math.floor(org.now() / 1000) * 1000;
  const size = {
    accounts: options.accounts ?? Math.ceil(options.contacts / 3),
    contacts: options.contacts,
    leads: options.leads ?? Math.ceil(options.contacts / 2),
    opportunities: options.opportunities ?? Math.ceil(options.contacts / 4),
    campaigns: options.campaigns ?? Math.min(60, Math.ceil(options.contacts / 100) + 3),
    tasks: options.tasks ?? options.contacts,
    subscriptions: options.subscriptions ?? Math.ceil(options.contacts / 5),
  };

  const { chance, pick, below } = random;
  const maybe = <T>(probability: number, value: () => T): T | null => (chance(probability) ? value() : null);
  const text = (from: readonly string[], length: number): string =>
    (chance(0.03) ? pick(NASTY_TEXTS) : pick(from)).slice(0, length);
  const note = (): string => (options.nulBytes === true && chance(0.1) ? `nul\0byte` : text(pools.sentences, 32_000));
  const cents = (limit: number): number => below(limit * 100) / 100;
  const instantWithin = (days: number): number => now - 3_600_000 - below(days * 86_400) * 1000;
  const day = (fromDays: number, toDays: number): string => dayOf(now + (fromDays + below(toDays - fromDays)) * DAY);
  const options2 = (from: readonly string[]): string => from.filter(() => chance(0.4)).join(';') || pick(from);
  const phone = (): string => `+1 ${200 + below(800)} ${200 + below(800)} ${String(below(10_000)).padStart(4, '0')}`;
  const count: Record<string, number> = {};

  /** Inserts `n` rows; `make` gets the row's number (from 1) and the second of its last change. */
  const write = (name: string, n: number, make: (number: number, at: number) => Values): void => {
    const object = org.catalog.get(name);
    const fields: readonly FieldDefinition[] = object.fields.filter(isStored);
    const columns = fields.map((field) => field.name);
    const defaults: readonly Stored[] = fields.map((field) => (field.type === 'boolean' ? 0 : null));
    const insert = inserter(database, name, columns);
    const prefix = object.definition.keyPrefix ?? '000';
    const deletion = database.prepare('INSERT OR IGNORE INTO deletions VALUES (?, ?, ?)');
    let at = instantWithin(730);
    for (let number = 1; number <= n; number += 1) {
      if (number % RUN === 1) at = instantWithin(chance(0.2) ? 20 : 730);
      const id = idOf(prefix, number);
      const created = at - below(300) * DAY;
      const row: Values = {
        Id: id,
        CreatedDate: created,
        CreatedById: org.userId,
        LastModifiedDate: at,
        LastModifiedById: org.userId,
        SystemModstamp: at,
        OwnerId: org.userId,
        ...make(number, at),
      };
      insert(columns.map((column, index) => row[column] ?? defaults[index] ?? null));
      if (row['IsDeleted'] === 1) deletion.run(name, id, at);
    }
    count[prefix] = n;
  };

  const accountOf: number[] = [];
  const emailOf: (string | null)[] = [];
  const nameOf: (readonly [string, string])[] = [];
  const contactId = (number: number): string => idOf('003', number);
  const accountId = (number: number): string => idOf('001', number);
  const address = (prefix: string): Values => {
    if (chance(0.25)) return {};
    const place = pick(pools.places);
    const isPlaced = chance(0.2);
    return {
      [`${prefix}Street`]: text(pools.streets, 255),
      [`${prefix}City`]: place.city,
      [`${prefix}State`]: maybe(0.8, () => place.state),
      [`${prefix}PostalCode`]: chance(0.1) ? '01234' : place.code,
      [`${prefix}Country`]: place.country,
      [`${prefix}Latitude`]: isPlaced ? below(180_000) / 1000 - 90 : null,
      [`${prefix}Longitude`]: isPlaced ? below(360_000) / 1000 - 180 : null,
      [`${prefix}GeocodeAccuracy`]: isPlaced ? 'Zip' : null,
    };
  };
  const companyName = (number: number): string =>
    number % 17 === 0 ? `${pick(NASTY_TEXTS)} ${number}` : `${pools.companies[number % pools.companies.length]}`;
  const mail = (first: string, last: string, number: number, host: string): string =>
    `${first}.${last}.${number}`.toLowerCase().replaceAll(/[^a-z0-9.]/g, '') + `@${host}`;

  const account = (number: number): Values => ({
    IsDeleted: chance(0.01) ? 1 : 0,
    Name: companyName(number),
    Type: maybe(0.8, () => pick(people.ACCOUNT_TYPES)),
    ParentId: number > 10 && chance(0.05) ? accountId(1 + below(number - 1)) : null,
    ...address('Billing'),
    ...(chance(0.3) ? address('Shipping') : {}),
    Phone: maybe(0.7, phone),
    AccountNumber: maybe(0.6, () => String(below(100_000)).padStart(8, '0')),
    Website: maybe(0.7, () => `https://www.company${number}.example`),
    Industry: maybe(0.8, () => pick(people.INDUSTRIES)),
    AnnualRevenue: maybe(0.7, () => below(5000) * 100_000),
    NumberOfEmployees: maybe(0.7, () => below(20_000)),
    Ownership: maybe(0.4, () => pick(['Public', 'Private'])),
    Description: maybe(0.3, note),
    Rating: maybe(0.5, () => pick(people.RATINGS)),
    AccountSource: maybe(0.4, () => pick(people.SOURCES)),
    Segment__c: maybe(0.7, () => pick(people.SEGMENTS)),
    Is_Reference__c: chance(0.1) ? 1 : 0,
    Health__c: maybe(0.6, () => below(10_001) / 100),
    Seats__c: maybe(0.5, () => below(2000) / 2),
    Contract_End__c: maybe(0.4, () => day(-200, 700)),
    Last_Review__c: maybe(0.4, () => instantWithin(300)),
    Opens_At__c: maybe(0.2, () => `${String(6 + below(6)).padStart(2, '0')}:30:00.000Z`),
    Markets__c: maybe(0.5, () => options2(people.MARKETS)),
    Portal__c: maybe(0.2, () => `https://portal.example/${number}?a=1&b=%20`),
    About__c: maybe(0.1, note),
    Office__Latitude__s: number % 9 === 0 ? below(180_000) / 1000 - 90 : null,
    Office__Longitude__s: number % 9 === 0 ? below(360_000) / 1000 - 180 : null,
  });

  const contact = (number: number): Values => {
    const isFamily = number > 1 && chance(0.04);
    const previous = nameOf[number - 1];
    const first = pick(pools.firstNames);
    const last = isFamily && previous !== undefined ? previous[1] : text(pools.lastNames, 80);
    const company = isFamily ? (accountOf[number - 1] ?? 0) : chance(0.95) ? 1 + below(size.accounts) : 0;
    const own = maybe(0.92, () => mail(first, last, number, `company${company}.example`));
    const email = isFamily ? (emailOf[number - 1] ?? null) : own;
    nameOf[number] = [first, last];
    accountOf[number] = size.accounts === 0 ? 0 : company;
    emailOf[number] = email;
    const isMerged = number > 20 && chance(0.005);
    return {
      IsDeleted: isMerged || chance(0.02) ? 1 : 0,
      MasterRecordId: isMerged ? contactId(1 + below(number - 1)) : null,
      AccountId: accountOf[number] === 0 ? null : accountId(company),
      FirstName: maybe(0.97, () => first),
      LastName: last,
      Salutation: maybe(0.3, () => pick(['Mr.', 'Ms.', 'Dr.'])),
      ...address('Mailing'),
      ...(chance(0.1) ? address('Other') : {}),
      Phone: maybe(0.6, phone),
      MobilePhone: maybe(0.5, phone),
      HomePhone: maybe(0.1, phone),
      Email: email,
      Title: maybe(0.7, () => text(pools.titles, 128)),
      Department: maybe(0.5, () => text(pools.departments, 80)),
      LeadSource: maybe(0.5, () => pick(people.SOURCES)),
      Birthdate: maybe(0.4, () => day(-25_000, -7000)),
      Description: maybe(0.2, note),
      HasOptedOutOfEmail: chance(0.08) ? 1 : 0,
      DoNotCall: chance(0.05) ? 1 : 0,
      EmailBouncedReason: number % 97 === 0 ? '550 5.1.1 user unknown' : null,
      EmailBouncedDate: number % 97 === 0 ? instantWithin(100) : null,
      Newsletter__c: chance(0.4) ? 1 : 0,
      Loyalty_Points__c: maybe(0.6, () => cents(10_000)),
      Lifetime_Value__c: maybe(0.6, () => (chance(0.02) ? 12_345_678.9 : cents(50_000))),
      Engagement__c: maybe(0.5, () => below(10_001) / 100),
      Member_Since__c: maybe(0.5, () => day(-3000, 0)),
      Last_Purchase__c: maybe(0.5, () => instantWithin(500)),
      Interests__c: maybe(0.6, () => options2(people.INTERESTS)),
      Tier__c: maybe(0.6, () => pick(people.TIERS)),
      Notes__c: maybe(0.15, note),
      LinkedIn__c: maybe(0.2, () => `https://social.example/in/${number}`),
      External_Key__c: String(number).padStart(6, '0'),
    };
  };

  const lead = (number: number, at: number): Values => {
    const isConverted = size.contacts > 0 && chance(0.2);
    const target = isConverted ? 1 + below(size.contacts) : 0;
    const [first, last] = nameOf[target] ?? [pick(pools.firstNames), text(pools.lastNames, 80)];
    const account_ = accountOf[target] ?? 0;
    const own = (): string => mail(first, last, number, 'leads.example');
    return {
      IsDeleted: !isConverted && chance(0.02) ? 1 : 0,
      FirstName: first,
      LastName: last,
      Title: maybe(0.5, () => text(pools.titles, 128)),
      Company: companyName(number + 7),
      ...address(''),
      Phone: maybe(0.5, phone),
      MobilePhone: maybe(0.3, phone),
      Email: isConverted ? (emailOf[target] ?? null) : maybe(0.93, own),
      Website: maybe(0.3, () => `https://lead${number}.example`),
      Description: maybe(0.1, note),
      LeadSource: maybe(0.7, () => pick(people.SOURCES)),
      Status: isConverted
        ? 'Closed - Converted'
        : pick(people.LEAD_STATUSES.filter((one) => one !== 'Closed - Converted')),
      Industry: maybe(0.5, () => pick(people.INDUSTRIES)),
      Rating: maybe(0.5, () => pick(people.RATINGS)),
      AnnualRevenue: maybe(0.3, () => below(1000) * 100_000),
      NumberOfEmployees: maybe(0.3, () => below(5000)),
      OwnerId: chance(0.1) ? idOf('00G', 1) : org.userId,
      HasOptedOutOfEmail: chance(0.06) ? 1 : 0,
      IsConverted: isConverted ? 1 : 0,
      ConvertedDate: isConverted ? dayOf(at) : null,
      ConvertedContactId: isConverted ? contactId(target) : null,
      ConvertedAccountId: account_ === 0 ? null : accountId(account_),
      Lead_Score__c: maybe(0.8, () => below(101)),
      Newsletter__c: chance(0.3) ? 1 : 0,
      Product_Interest__c: maybe(0.6, () => options2(people.INTERESTS)),
      Demo_Date__c: maybe(0.3, () => day(-200, 60)),
      Budget__c: maybe(0.4, () => cents(20_000)),
      Region__c: maybe(0.7, () => pick(people.REGIONS)),
    };
  };

  const primaryOf: number[] = [];
  const opportunity = (number: number, at: number): Values => {
    const person = size.contacts === 0 ? 0 : 1 + below(size.contacts);
    const company = accountOf[person] ?? 0;
    primaryOf[number] = chance(0.9) ? person : 0;
    return {
      IsDeleted: chance(0.01) ? 1 : 0,
      AccountId: company === 0 ? null : accountId(company),
      Name: `${companyName(number)} deal`.slice(0, 120),
      Description: maybe(0.1, note),
      StageName: pick(sales.STAGES)[0],
      Amount: maybe(0.9, () => cents(200_000)),
      CloseDate: day(-400, 200),
      Type: maybe(0.6, () => 'New Customer'),
      NextStep: maybe(0.3, () => text(pools.sentences, 255)),
      LeadSource: maybe(0.4, () => pick(people.SOURCES)),
      CampaignId: size.campaigns > 0 && chance(0.3) ? idOf('701', 1 + below(size.campaigns)) : null,
      ContactId: primaryOf[number] === 0 ? null : contactId(primaryOf[number] ?? 0),
      LastStageChangeDate: at,
      Renewal__c: chance(0.2) ? 1 : 0,
      Discount__c: maybe(0.2, () => below(3000) / 100),
    };
  };

  const role = (number: number): Values => {
    // Two roles a deal; the odd ones are primary where the deal has a primary contact.
    const deal = Math.ceil(number / 2);
    const primary = primaryOf[deal] ?? 0;
    const isPrimary = number % 2 === 1 && primary !== 0;
    return {
      OpportunityId: idOf('006', deal),
      ContactId: contactId(isPrimary ? primary : 1 + below(size.contacts)),
      Role: maybe(0.8, () => pick(sales.ROLES)),
      IsPrimary: isPrimary ? 1 : 0,
    };
  };

  const member = (number: number, at: number): Values => {
    const isLead = size.leads > 0 && chance(0.4);
    const hasResponded = chance(0.3);
    return {
      CampaignId: idOf('701', 1 + (number % size.campaigns)),
      LeadId: isLead ? idOf('00Q', 1 + below(size.leads)) : null,
      ContactId: isLead ? null : contactId(1 + below(size.contacts)),
      Status: hasResponded ? 'Responded' : 'Sent',
      FirstRespondedDate: hasResponded ? dayOf(at) : null,
    };
  };

  const task = (number: number, at: number): Values => {
    const isLead = size.leads > 0 && chance(0.3);
    const person = size.contacts === 0 ? 0 : 1 + below(size.contacts);
    const company = isLead ? 0 : (accountOf[person] ?? 0);
    const status = pick(sales.TASK_STATUSES);
    const isCompleted = status === 'Completed';
    return {
      IsDeleted: chance(0.01) ? 1 : 0,
      WhoId: isLead ? idOf('00Q', 1 + below(size.leads)) : person === 0 ? null : contactId(person),
      WhatId: company === 0 || chance(0.5) ? null : accountId(company),
      AccountId: company === 0 ? null : accountId(company),
      Subject: text(pools.subjects, 255),
      ActivityDate: maybe(0.8, () => dayOf(at + below(30) * DAY)),
      Status: status,
      Priority: pick(['High', 'Normal', 'Normal', 'Low']),
      Description: maybe(0.3, note),
      IsArchived: isCompleted && at < now - 365 * DAY ? 1 : 0,
      CallDurationInSeconds: maybe(0.1, () => below(3600)),
      TaskSubtype: number % 3 === 0 ? 'Call' : 'Task',
      CompletedDateTime: isCompleted ? at : null,
    };
  };

  transaction(database, () => {
    write('User', 3, (number) => ({
      Username: number === 1 ? 'integration@cdp.example' : `user${number}@cdp.example`,
      FirstName: pick(pools.firstNames),
      LastName: pick(pools.lastNames),
      Email: `user${number}@cdp.example`,
      IsActive: 1,
      UserType: 'Standard',
    }));
    write('Group', 1, () => ({ Name: 'Inbound leads', Type: 'Queue' }));
    write('Account', size.accounts, account);
    write('Contact', size.contacts, contact);
    write('Lead', size.leads, lead);
    write('Campaign', size.campaigns, (number) => ({
      Name: `${pick(pools.titles)} ${number}`.slice(0, 80),
      Type: pick(sales.CAMPAIGN_TYPES),
      Status: pick(['Planned', 'In Progress', 'Completed']),
      StartDate: day(-500, 0),
      EndDate: day(0, 100),
      BudgetedCost: maybe(0.7, () => below(100) * 1000),
      IsActive: chance(0.6) ? 1 : 0,
    }));
    write('CampaignMember', size.contacts === 0 || size.campaigns === 0 ? 0 : Math.ceil(size.contacts / 2), member);
    write('Opportunity', size.opportunities, opportunity);
    write('OpportunityContactRole', size.contacts === 0 ? 0 : size.opportunities * 2, role);
    write('Task', size.tasks, task);
    write('Subscription__c', size.subscriptions, (number) => {
      const person = size.contacts === 0 ? 0 : 1 + below(size.contacts);
      const company = accountOf[person] ?? 0;
      return {
        Name: `SUB-${String(number).padStart(6, '0')}`,
        IsDeleted: chance(0.01) ? 1 : 0,
        Contact__c: person === 0 || chance(0.05) ? null : contactId(person),
        Account__c: company === 0 ? null : accountId(company),
        Plan__c: pick(sales.PLANS),
        Monthly_Fee__c: maybe(0.8, () => cents(500)),
        Seats__c: 1 + below(50),
        Started__c: day(-700, 0),
        Renews_At__c: maybe(0.5, () => now + below(300) * DAY),
        Active__c: chance(0.8) ? 1 : 0,
        Remarks__c: maybe(0.1, note),
      };
    });
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
    write('TaskStatus', sales.TASK_STATUSES.length, (number) => ({
      MasterLabel: sales.TASK_STATUSES[number - 1] ?? null,
      SortOrder: number,
      IsClosed: sales.TASK_STATUSES[number - 1] === 'Completed' ? 1 : 0,
    }));
    write('FormulaFunction', 3, (number) => ({
      DurableId: `FN${number}`,
      Name: ['ABS', 'AND', 'CASE'][number - 1] ?? null,
      ExampleString: null,
    }));
    const counter = database.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?)');
    for (const [prefix, last] of Object.entries(count)) counter.run(prefix, last);
  });
};
