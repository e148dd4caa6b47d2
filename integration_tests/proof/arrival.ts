import type { Claim } from './claim.ts';
import { idOf, type ById, type Evidence } from './evidence.ts';
import type { Row } from './org-picture.ts';

// That every row of the org is one entity of the CDP, with its values.

/** Which CDP field holds which Salesforce field, for the values that are compared. */
const CONTACT_VALUES = {
  'str::first': 'FirstName',
  'str::last': 'LastName',
  'str::email': 'Email',
  'Job title': 'Title',
};
const LEAD_VALUES = { ...CONTACT_VALUES, Company: 'Company' };
const ACCOUNT_VALUES = { 'str:o:name': 'Name', 'str:o:website': 'Website', 'int:o:employees': 'NumberOfEmployees' };

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : JSON.stringify(value));

/** An address is the same in any case; Ortto has room for 255 characters of any other text. */
const expectedValue = (field: string, value: unknown): string =>
  field === 'str::email' ? text(value).toLowerCase() : Array.from(text(value)).slice(0, 255).join('').trim();

/** Each row has exactly one entity with its id and its values. */
const arrived = (
  what: string,
  rows: readonly Row[],
  found: ById,
  values: Readonly<Record<string, string>>,
  fieldIds: ReadonlyMap<string, string>,
): Claim => ({
  text: what,
  checked: rows.length,
  counterexamples: rows.flatMap((row) => {
    const id = idOf(row);
    const [entity, ...others] = found.get(id) ?? [];
    if (!entity) return [`${id}: nothing in the CDP has this id`];
    if (others.length > 0) return [`${id}: ${others.length + 1} have this id`];
    return Object.entries(values).flatMap(([target, source]) => {
      const value = row[source];
      if (value === null || value === undefined) return [];
      const field = fieldIds.get(target) ?? target;
      const expected = expectedValue(field, value);
      return expected === text(entity.fields[field] ?? '') ? [] : [`${id}: ${target} is not the value of ${source}`];
    });
  }),
});

export const arrivalClaims = ({ cdp, people, organizations, accounts, contacts, openLeads }: Evidence): Claim[] => {
  const contactIds = new Set(contacts.map(idOf));
  const contactField = cdp.personFields.get('Salesforce contact ID') ?? '';
  // A lead's values are its person's own only while no contact has joined that person: the contact is read later.
  const isShared = (row: Row): boolean =>
    (people.Lead.get(idOf(row)) ?? []).some((person) => contactIds.has(String(person.fields[contactField])));
  const unshared = openLeads.filter((row) => !isShared(row));
  const { personFields, organizationFields } = cdp;
  return [
    arrived(
      'Every account is one organization, with its values',
      accounts,
      organizations,
      ACCOUNT_VALUES,
      organizationFields,
    ),
    arrived('Every contact is one person, with its values', contacts, people.Contact, CONTACT_VALUES, personFields),
    arrived('Every open lead is one person', openLeads, people.Lead, {}, personFields),
    arrived(
      '… with its own values, unless a contact shares the person',
      unshared,
      people.Lead,
      LEAD_VALUES,
      personFields,
    ),
  ];
};
