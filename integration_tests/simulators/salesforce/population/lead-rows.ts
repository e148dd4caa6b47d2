import { dayOf } from '../date-literals.ts';
import { idOf } from '../ids.ts';
import * as people from '../people-objects.ts';
import { accountId } from './account-rows.ts';
import { contactId, mail, type ContactsSoFar } from './contact-rows.ts';
import type { Draws, RowValues } from './draws.ts';

/** Makes the lead with this number; a fifth of them were converted into one of the contacts. */
export const createLeadRow = (
  draws: Draws,
  { userId, contacts }: { readonly userId: string; readonly contacts: number },
  { accountOf, emailOf, nameOf }: ContactsSoFar,
): ((number: number, at: number) => RowValues) => {
  const { address, below, cents, chance, companyName, day, maybe, note, phone, pick, pools, severalOf, text } = draws;
  return (number, at) => {
    const isConverted = contacts > 0 && chance(0.2);
    const target = isConverted ? 1 + below(contacts) : 0;
    const [first, last] = nameOf[target] ?? [pick(pools.firstNames), text(pools.lastNames, 80)];
    const company = accountOf[target] ?? 0;
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
      OwnerId: chance(0.1) ? idOf('00G', 1) : userId,
      HasOptedOutOfEmail: chance(0.06) ? 1 : 0,
      IsConverted: isConverted ? 1 : 0,
      ConvertedDate: isConverted ? dayOf(at) : null,
      ConvertedContactId: isConverted ? contactId(target) : null,
      ConvertedAccountId: company === 0 ? null : accountId(company),
      Lead_Score__c: maybe(0.8, () => below(101)),
      Newsletter__c: chance(0.3) ? 1 : 0,
      Product_Interest__c: maybe(0.6, () => severalOf(people.INTERESTS)),
      Demo_Date__c: maybe(0.3, () => day(-200, 60)),
      Budget__c: maybe(0.4, () => cents(20_000)),
      Region__c: maybe(0.7, () => pick(people.REGIONS)),
    };
  };
};
