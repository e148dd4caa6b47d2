import type { SalesforceSimulator } from '../simulators/salesforce.ts';

type Org = SalesforceSimulator['org'];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const livingIds = (org: Org, object: string, isWanted: (row: Readonly<Record<string, unknown>>) => boolean): string[] =>
  org
    .rows(object)
    .filter((row) => row['IsDeleted'] !== true && isWanted(row))
    .map((row) => text(row['Id']))
    .sort();

/** A working day in the org: what a team enters, corrects, deletes and converts. Returns what was done, to be printed. */
export const workADay = (org: Org): string[] => {
  const contacts = livingIds(org, 'Contact', (row) => typeof row['Email'] === 'string');
  const leads = livingIds(org, 'Lead', (row) => row['IsConverted'] !== true && typeof row['Email'] === 'string');
  const [account = ''] = livingIds(org, 'Account', () => true);
  const amount = Math.max(3, Math.round(contacts.length / 50));
  const [leaving = '', optingOut = '', moving = '', ...others] = contacts;
  const [converting = '', rated = ''] = leads;

  const company = org.insert('Account', { Name: 'Nordlicht Bäckerei GmbH', Website: 'https://nordlicht.example' });
  for (let number = 1; number <= amount; number += 1) {
    org.insert('Contact', {
      FirstName: 'Robin',
      LastName: `Neumann ${number}`,
      Email: `robin.neumann.${number}@nordlicht.example`,
      Title: 'Baker',
      AccountId: number % 2 === 0 ? company : account,
    });
  }
  for (const id of others.slice(0, amount)) org.update('Contact', id, { Title: 'Head of “Everything”, EMEA' });
  org.update('Contact', optingOut, { HasOptedOutOfEmail: true });
  org.update('Contact', moving, { Email: 'new.address@nordlicht.example', AccountId: company });
  org.remove('Contact', leaving);
  org.update('Account', account, { Name: 'Renamed & Sons, Ltd.' });
  org.update('Lead', rated, { Rating: 'Hot' });
  org.convertLead(converting, { accountId: company });
  const [deal = ''] = livingIds(org, 'Opportunity', (row) => contacts.includes(text(row['ContactId'])));
  const [task = ''] = livingIds(
    org,
    'Task',
    (row) => row['IsClosed'] !== true && contacts.includes(text(row['WhoId'])),
  );
  org.update('Opportunity', deal, { StageName: 'Closed Won' });
  org.update('Task', task, { Status: 'Completed' });

  return [
    `${amount} new contacts, some of them in a new account`,
    `${amount} contacts with a new job title`,
    'one contact who opted out of email, one with a new address and account, one deleted',
    'one account renamed, one lead rated, one lead converted into a contact',
    'one opportunity won, one task completed',
  ];
};
