import { PLANS } from '../subscription-object.ts';
import { accountId } from './account-rows.ts';
import { contactId, type ContactsSoFar } from './contact-rows.ts';
import { DAY, type Draws, type RowValues } from './draws.ts';

/** Makes the row of the custom object with this number. */
export const createSubscriptionRow =
  (
    { below, cents, chance, day, maybe, note, now, pick }: Draws,
    contacts: number,
    { accountOf }: ContactsSoFar,
  ): ((number: number) => RowValues) =>
  (number) => {
    const person = contacts === 0 ? 0 : 1 + below(contacts);
    const company = accountOf[person] ?? 0;
    return {
      Name: `SUB-${String(number).padStart(6, '0')}`,
      IsDeleted: chance(0.01) ? 1 : 0,
      Contact__c: person === 0 || chance(0.05) ? null : contactId(person),
      Account__c: company === 0 ? null : accountId(company),
      Plan__c: pick(PLANS),
      Monthly_Fee__c: maybe(0.8, () => cents(500)),
      Seats__c: 1 + below(50),
      Started__c: day(-700, 0),
      Renews_At__c: maybe(0.5, () => now + below(300) * DAY),
      Active__c: chance(0.8) ? 1 : 0,
      Remarks__c: maybe(0.1, note),
    };
  };
