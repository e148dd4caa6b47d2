import { idOf } from '../ids.ts';
import * as people from '../people-objects.ts';
import { accountId } from './account-rows.ts';
import type { Draws, RowValues } from './draws.ts';

export const contactId = (number: number): string => idOf('003', number);

/** What later rows need to know of the contacts, by their number. */
export interface ContactsSoFar {
  /** The number of the contact's account; 0 without one. */
  readonly accountOf: number[];
  readonly emailOf: (string | null)[];
  readonly nameOf: (readonly [first: string, last: string])[];
}

export const mail = (first: string, last: string, number: number, host: string): string =>
  // Names in another script leave nothing between two dots, and such an address is none.
  `${first}.${last}.${number}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]/g, '')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^\./, '') + `@${host}`;

/** Makes the contact with this number and notes it. Some share the family name and email of the contact before. */
export const createContactRow = (
  draws: Draws,
  accounts: number,
  { accountOf, emailOf, nameOf }: ContactsSoFar,
): ((number: number) => RowValues) => {
  const { address, below, cents, chance, day, instantWithin, maybe, note, phone, pick, pools, severalOf, text } = draws;
  return (number) => {
    const isFamily = number > 1 && chance(0.04);
    const previous = nameOf[number - 1];
    const first = pick(pools.firstNames);
    const last = isFamily && previous !== undefined ? previous[1] : text(pools.lastNames, 80);
    const company = isFamily ? (accountOf[number - 1] ?? 0) : chance(0.95) ? 1 + below(accounts) : 0;
    const own = maybe(0.92, () => mail(first, last, number, `company${company}.example`));
    const email = isFamily ? (emailOf[number - 1] ?? null) : own;
    nameOf[number] = [first, last];
    accountOf[number] = accounts === 0 ? 0 : company;
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
      Interests__c: maybe(0.6, () => severalOf(people.INTERESTS)),
      Tier__c: maybe(0.6, () => pick(people.TIERS)),
      Notes__c: maybe(0.15, note),
      LinkedIn__c: maybe(0.2, () => `https://social.example/in/${number}`),
      External_Key__c: String(number).padStart(6, '0'),
    };
  };
};
