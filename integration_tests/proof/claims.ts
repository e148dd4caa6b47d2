import type { CdpContent, CdpEntity } from './cdp.ts';

// What must be true of a CDP after a sync, derived from the org alone. Nothing here knows how the connectors work.

type Row = Readonly<Record<string, unknown>>;

/** The org as it was when a sync began. */
export interface OrgPicture {
  readonly accounts: readonly Row[];
  readonly contacts: readonly Row[];
  readonly leads: readonly Row[];
}

export interface Claim {
  readonly text: string;
  /** How many rows or people the claim was checked for. */
  readonly checked: number;
  /** Salesforce or Ortto ids for which it does not hold, each with the reason. */
  readonly counterexamples: readonly string[];
}

/** Which CDP field holds which Salesforce field, for the values the proof compares. */
const CONTACT_VALUES = {
  'str::first': 'FirstName',
  'str::last': 'LastName',
  'str::email': 'Email',
  'Job title': 'Title',
};
const LEAD_VALUES = { ...CONTACT_VALUES, Company: 'Company' };
const ACCOUNT_VALUES = { 'str:o:name': 'Name', 'str:o:website': 'Website', 'int:o:employees': 'NumberOfEmployees' };

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : JSON.stringify(value));

/** An address is one whatever its case; Ortto has room for 255 characters of any other text. */
const expectedValue = (field: string, value: unknown): string =>
  field === 'str::email' ? text(value).toLowerCase() : Array.from(text(value)).slice(0, 255).join('').trim();

const isLiving = (row: Row): boolean => row['IsDeleted'] !== true;

export const prove = (org: OrgPicture, before: OrgPicture | undefined, cdp: CdpContent): Claim[] => {
  const byField = (entities: readonly CdpEntity[], field: string | undefined): Map<string, CdpEntity[]> =>
    Map.groupBy(
      entities.filter((entity) => field !== undefined && entity.fields[field] !== undefined),
      (entity) => String(entity.fields[field ?? '']),
    );
  const people = {
    Contact: byField(cdp.people, cdp.personFields.get('Salesforce contact ID')),
    Lead: byField(cdp.people, cdp.personFields.get('Salesforce lead ID')),
  };
  const organizations = byField(cdp.organizations, cdp.organizationFields.get('Salesforce account ID'));

  const seen = (rows: readonly Row[], earlier: readonly Row[] | undefined): Set<string> =>
    new Set([...rows, ...(earlier ?? [])].filter(isLiving).map((row) => String(row['Id'])));

  /** Each row has exactly one entity that carries its id and its values. */
  const arrived = (
    what: string,
    rows: readonly Row[],
    found: ReadonlyMap<string, readonly CdpEntity[]>,
    values: Readonly<Record<string, string>>,
    fieldIds: ReadonlyMap<string, string>,
  ): Claim => ({
    text: what,
    checked: rows.length,
    counterexamples: rows.flatMap((row) => {
      const id = String(row['Id']);
      const [entity, ...others] = found.get(id) ?? [];
      if (!entity) return [`${id}: nobody carries this id`];
      if (others.length > 0) return [`${id}: ${others.length + 1} carry this id`];
      return Object.entries(values).flatMap(([target, source]) => {
        const value = row[source];
        if (value === null || value === undefined) return [];
        const field = fieldIds.get(target) ?? target;
        const expected = expectedValue(field, value);
        return expected === text(entity.fields[field] ?? '') ? [] : [`${id}: ${target} is not that of ${source}`];
      });
    }),
  });

  const contacts = org.contacts.filter(isLiving);
  const openLeads = org.leads.filter((row) => isLiving(row) && row['IsConverted'] !== true);
  const contactIds = new Set(contacts.map((row) => String(row['Id'])));
  // A lead's values are its person's own only while no contact has joined that person: the contact is read later.
  const isShared = (row: Row): boolean =>
    (people.Lead.get(String(row['Id'])) ?? []).some((person) =>
      contactIds.has(String(person.fields[cdp.personFields.get('Salesforce contact ID') ?? ''])),
    );
  const openBefore = new Set(
    (before?.leads ?? []).filter((row) => isLiving(row) && row['IsConverted'] !== true).map((row) => row['Id']),
  );
  const converted = org.leads.filter(
    (row) => isLiving(row) && row['IsConverted'] === true && openBefore.has(row['Id']),
  );
  const known = {
    Contact: seen(org.contacts, before?.contacts),
    Lead: seen(
      org.leads.filter((row) => row['IsConverted'] !== true),
      before?.leads,
    ),
  };
  const holders = new Set([...people.Contact.values(), ...people.Lead.values()].flat().map(({ id }) => id));

  return [
    arrived(
      'Every account is one organization, with its values',
      org.accounts.filter(isLiving),
      organizations,
      ACCOUNT_VALUES,
      cdp.organizationFields,
    ),
    arrived('Every contact is one person, with its values', contacts, people.Contact, CONTACT_VALUES, cdp.personFields),
    arrived('Every open lead is one person', openLeads, people.Lead, {}, cdp.personFields),
    arrived(
      '… with its own values, unless a contact shares the person',
      openLeads.filter((row) => !isShared(row)),
      people.Lead,
      LEAD_VALUES,
      cdp.personFields,
    ),
    {
      text: 'A lead converted since the last sync has handed its person to its contact',
      checked: converted.length,
      counterexamples: converted.flatMap((row) => {
        const [person] = people.Lead.get(String(row['Id'])) ?? [];
        const [contact] = people.Contact.get(String(row['ConvertedContactId'])) ?? [];
        return person && person.id === contact?.id ? [] : [`${String(row['Id'])}: lead and contact are not one person`];
      }),
    },
    {
      text: 'Nobody is in the CDP whom Salesforce did not send',
      checked: cdp.people.length + cdp.organizations.length,
      counterexamples: [
        ...cdp.people.filter(({ id }) => !holders.has(id)).map(({ id }) => `${id}: carries no Salesforce id`),
        ...(['Contact', 'Lead'] as const).flatMap((kind) =>
          [...people[kind].keys()]
            .filter((id) => !known[kind].has(id))
            .map((id) => `${id}: was never a living ${kind}`),
        ),
      ],
    },
    {
      text: 'Nobody who opted out of email is subscribed',
      checked: contacts.filter((row) => row['HasOptedOutOfEmail'] === true).length,
      counterexamples: contacts
        .filter((row) => row['HasOptedOutOfEmail'] === true)
        .filter((row) =>
          (people.Contact.get(String(row['Id'])) ?? []).some((person) => person.fields['bol::p'] !== false),
        )
        .map((row) => `${String(row['Id'])}: is subscribed`),
    },
    {
      text: 'Every contact belongs to the organization of its account',
      checked: contacts.filter((row) => organizations.has(String(row['AccountId']))).length,
      counterexamples: contacts.flatMap((row) => {
        const [organization] = organizations.get(String(row['AccountId'])) ?? [];
        const [person] = people.Contact.get(String(row['Id'])) ?? [];
        return !organization || person?.fields['idt::o'] === organization.id
          ? []
          : [`${String(row['Id'])}: is in another organization or none`];
      }),
    },
  ];
};
