import type { CustomField } from '../ortto/account-schema.ts';

/** The kinds of Salesforce record that become a person or an organization. */
export type IdKind = 'contact' | 'lead' | 'account';

/** The Ortto fields that hold Salesforce ids, by the kind of id. */
export type Identities = ReadonlyMap<IdKind, string>;

const OBJECT_NAMES: Readonly<Record<IdKind, string>> = { contact: 'Contact', lead: 'Lead', account: 'Account' };

/**
 * Taken from the catalog's mappings, or else from the fields that earlier syncs created in the account: activities and
 * deletions must reach people whose own stream is not selected.
 */
export const identitiesOf = (
  mapped: ReadonlyMap<string, string>,
  account: { readonly person: readonly CustomField[]; readonly organization: readonly CustomField[] },
): Identities =>
  new Map(
    (Object.entries(OBJECT_NAMES) as [IdKind, string][]).flatMap(([kind, object]) => {
      const fields = kind === 'account' ? account.organization : account.person;
      const created = fields.find(({ name }) => name.toLowerCase() === `salesforce ${kind} id`)?.id;
      const identity = mapped.get(object) ?? created;
      return identity === undefined ? [] : [[kind, identity] as const];
    }),
  );
