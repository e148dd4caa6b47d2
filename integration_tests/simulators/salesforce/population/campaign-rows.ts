import { CAMPAIGN_TYPES } from '../campaign-objects.ts';
import { dayOf } from '../date-literals.ts';
import { idOf } from '../ids.ts';
import { contactId } from './contact-rows.ts';
import type { Draws, RowValues } from './draws.ts';

/** Makes the campaign with this number. */
export const createCampaignRow =
  ({ below, chance, day, maybe, pick, pools }: Draws): ((number: number) => RowValues) =>
  (number) => ({
    Name: `${pick(pools.titles)} ${number}`.slice(0, 80),
    Type: pick(CAMPAIGN_TYPES),
    Status: pick(['Planned', 'In Progress', 'Completed']),
    StartDate: day(-500, 0),
    EndDate: day(0, 100),
    BudgetedCost: maybe(0.7, () => below(100) * 1000),
    IsActive: chance(0.6) ? 1 : 0,
  });

/** Makes the campaign member with this number: a lead or a contact, in one campaign after the other. */
export const createCampaignMemberRow = (
  { below, chance }: Draws,
  { campaigns, contacts, leads }: { readonly campaigns: number; readonly contacts: number; readonly leads: number },
): ((number: number, at: number) => RowValues) => {
  return (number, at) => {
    const isLead = leads > 0 && chance(0.4);
    const hasResponded = chance(0.3);
    return {
      CampaignId: idOf('701', 1 + (number % campaigns)),
      LeadId: isLead ? idOf('00Q', 1 + below(leads)) : null,
      ContactId: isLead ? null : contactId(1 + below(contacts)),
      Status: hasResponded ? 'Responded' : 'Sent',
      FirstRespondedDate: hasResponded ? dayOf(at) : null,
    };
  };
};
