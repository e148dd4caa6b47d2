import { dayOf } from '../date-literals.ts';
import { idOf } from '../ids.ts';
import { TASK_STATUSES } from '../task-object.ts';
import { accountId } from './account-rows.ts';
import { contactId, type ContactsSoFar } from './contact-rows.ts';
import { DAY, type Draws, type RowValues } from './draws.ts';

/** Makes the task with this number, about a lead or a contact. Those completed more than a year ago are archived. */
export const createTaskRow = (
  { below, chance, maybe, note, now, pick, pools, text }: Draws,
  { contacts, leads }: { readonly contacts: number; readonly leads: number },
  { accountOf }: ContactsSoFar,
): ((number: number, at: number) => RowValues) => {
  return (number, at) => {
    const isLead = leads > 0 && chance(0.3);
    const person = contacts === 0 ? 0 : 1 + below(contacts);
    const company = isLead ? 0 : (accountOf[person] ?? 0);
    const status = pick(TASK_STATUSES);
    const isCompleted = status === 'Completed';
    return {
      IsDeleted: chance(0.01) ? 1 : 0,
      WhoId: isLead ? idOf('00Q', 1 + below(leads)) : person === 0 ? null : contactId(person),
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
};
