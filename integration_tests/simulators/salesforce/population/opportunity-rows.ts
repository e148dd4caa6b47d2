import { idOf } from '../ids.ts';
import { ROLES, STAGES } from '../opportunity-objects.ts';
import * as people from '../people-objects.ts';
import { accountId } from './account-rows.ts';
import { contactId, type ContactsSoFar } from './contact-rows.ts';
import type { Draws, RowValues } from './draws.ts';

interface Sizes {
  readonly contacts: number;
  readonly campaigns: number;
}

/** The primary contact of an opportunity, by the opportunity's number; 0 without one. */
type PrimaryContacts = number[];

/** Makes the opportunity with this number and notes its primary contact. */
export const createOpportunityRow = (
  draws: Draws,
  { contacts, campaigns }: Sizes,
  { accountOf }: ContactsSoFar,
  primaryOf: PrimaryContacts,
): ((number: number, at: number) => RowValues) => {
  const { below, cents, chance, companyName, day, maybe, note, pick, pools, text } = draws;
  return (number, at) => {
    const person = contacts === 0 ? 0 : 1 + below(contacts);
    const company = accountOf[person] ?? 0;
    primaryOf[number] = chance(0.9) ? person : 0;
    return {
      IsDeleted: chance(0.01) ? 1 : 0,
      AccountId: company === 0 ? null : accountId(company),
      Name: `${companyName(number)} deal`.slice(0, 120),
      Description: maybe(0.1, note),
      StageName: pick(STAGES)[0],
      Amount: maybe(0.9, () => cents(200_000)),
      CloseDate: day(-400, 200),
      Type: maybe(0.6, () => 'New Customer'),
      NextStep: maybe(0.3, () => text(pools.sentences, 255)),
      LeadSource: maybe(0.4, () => pick(people.SOURCES)),
      CampaignId: campaigns > 0 && chance(0.3) ? idOf('701', 1 + below(campaigns)) : null,
      ContactId: primaryOf[number] === 0 ? null : contactId(primaryOf[number] ?? 0),
      LastStageChangeDate: at,
      Renewal__c: chance(0.2) ? 1 : 0,
      Discount__c: maybe(0.2, () => below(3000) / 100),
    };
  };
};

/** Makes the contact role with this number: two for each opportunity. */
export const createContactRoleRow = (
  { below, maybe, pick }: Draws,
  contacts: number,
  primaryOf: Readonly<PrimaryContacts>,
): ((number: number) => RowValues) => {
  return (number) => {
    // Two roles a deal; the odd ones are primary where the deal has a primary contact.
    const deal = Math.ceil(number / 2);
    const primary = primaryOf[deal] ?? 0;
    const isPrimary = number % 2 === 1 && primary !== 0;
    return {
      OpportunityId: idOf('006', deal),
      ContactId: contactId(isPrimary ? primary : 1 + below(contacts)),
      Role: maybe(0.8, () => pick(ROLES)),
      IsPrimary: isPrimary ? 1 : 0,
    };
  };
};
