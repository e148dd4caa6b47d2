import { idOf } from '../ids.ts';
import * as people from '../people-objects.ts';
import type { Draws, RowValues } from './draws.ts';

export const accountId = (number: number): string => idOf('001', number);

/** Makes the account with this number. */
export const createAccountRow = (draws: Draws): ((number: number) => RowValues) => {
  const { address, below, chance, companyName, day, instantWithin, maybe, note, phone, pick, severalOf } = draws;
  return (number) => ({
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
    Markets__c: maybe(0.5, () => severalOf(people.MARKETS)),
    Portal__c: maybe(0.2, () => `https://portal.example/${number}?a=1&b=%20`),
    About__c: maybe(0.1, note),
    Office__Latitude__s: number % 9 === 0 ? below(180_000) / 1000 - 90 : null,
    Office__Longitude__s: number % 9 === 0 ? below(360_000) / 1000 - 180 : null,
  });
};
