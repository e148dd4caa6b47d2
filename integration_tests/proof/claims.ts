import { arrivalClaims } from './arrival.ts';
import type { Claim } from './claim.ts';
import { gatherEvidence, idOf, type Evidence } from './evidence.ts';
import type { OrgPicture } from './org-picture.ts';
import type { CdpContent } from './read-cdp.ts';

// What must be true of a CDP after a sync, derived from the org alone. Nothing here knows how the connectors work.

const handOverClaim = ({ converted, people }: Evidence): Claim => ({
  text: 'A lead converted since the last sync has handed its person to its contact',
  checked: converted.length,
  counterexamples: converted.flatMap((row) => {
    const [person] = people.Lead.get(idOf(row)) ?? [];
    const [contact] = people.Contact.get(String(row['ConvertedContactId'])) ?? [];
    return person && person.id === contact?.id ? [] : [`${idOf(row)}: lead and contact are not one person`];
  }),
});

const originClaim = ({ cdp, people, organizations, sent }: Evidence): Claim => {
  const found = { Contact: people.Contact, Lead: people.Lead, Account: organizations };
  const withId = new Set(Object.values(found).flatMap((byId) => [...byId.values()].flat().map(({ id }) => id)));
  return {
    text: 'Every person and organization in the CDP came from Salesforce',
    checked: cdp.people.length + cdp.organizations.length,
    counterexamples: [
      ...[...cdp.people, ...cdp.organizations]
        .filter(({ id }) => !withId.has(id))
        .map(({ id }) => `${id}: has no Salesforce id`),
      ...(['Contact', 'Lead', 'Account'] as const).flatMap((kind) =>
        [...found[kind].keys()].filter((id) => !sent[kind].has(id)).map((id) => `${id}: was never a living ${kind}`),
      ),
    ],
  };
};

const consentClaim = ({ contacts, people }: Evidence): Claim => {
  const optedOut = contacts.filter((row) => row['HasOptedOutOfEmail'] === true);
  return {
    text: 'Nobody who opted out of email is subscribed',
    checked: optedOut.length,
    counterexamples: optedOut
      .filter((row) => (people.Contact.get(idOf(row)) ?? []).some((person) => person.fields['bol::p'] !== false))
      .map((row) => `${idOf(row)}: is subscribed`),
  };
};

const membershipClaim = ({ contacts, people, organizations }: Evidence): Claim => ({
  text: 'Every contact belongs to the organization of its account',
  checked: contacts.filter((row) => organizations.has(String(row['AccountId']))).length,
  counterexamples: contacts.flatMap((row) => {
    const [organization] = organizations.get(String(row['AccountId'])) ?? [];
    const [person] = people.Contact.get(idOf(row)) ?? [];
    return !organization || person?.fields['idt::o'] === organization.id
      ? []
      : [`${idOf(row)}: is in another organization or none`];
  }),
});

/** Checks a CDP against the org as it was when the last sync began, and `before` an earlier one. */
export const prove = (org: OrgPicture, before: OrgPicture | undefined, cdp: CdpContent): Claim[] => {
  const evidence = gatherEvidence(org, before, cdp);
  return [
    ...arrivalClaims(evidence),
    handOverClaim(evidence),
    originClaim(evidence),
    consentClaim(evidence),
    membershipClaim(evidence),
  ];
};

/** What does not hold, each as a sentence; empty when every claim does. */
export const unproven = (claims: readonly Claim[]): string[] =>
  claims.flatMap(({ text, counterexamples }) => counterexamples.map((example) => `${text}: ${example}`));
