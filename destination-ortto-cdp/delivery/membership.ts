import type { Log } from '../../airbyte/connector.ts';
import type { Ortto } from '../ortto/api.ts';
import { createConfirmedLinks } from './confirmed-links.ts';
import { inParallel } from './in-parallel.ts';
import { createIdMemory, ORTTO_ID } from './id-memory.ts';
import type { Ledger } from '../queue/ledger.ts';
import { MAX_KNOWN_IDS } from './known-ids.ts';

/** A person, by Ortto id. */
export interface Member {
  readonly personId: string;
  /** Created by this run: they belong nowhere yet, so there is no need to ask. */
  readonly isNew: boolean;
}

export interface MembershipOptions {
  readonly ortto: Ortto;
  readonly ledger: Ledger;
  readonly log: Log;
  /** When links that were made are checked, in milliseconds after the previous check. */
  readonly linkLooksMs: readonly number[];
  /** The field in which organizations keep their Salesforce id. */
  readonly accountIdentity: string;
}

/** Who belongs to which organization in Ortto. A person belongs to at most one; links that are already right cost no call. */
export interface Membership {
  /** Moves people into the organizations with these Ortto ids, out of any other, and notes it in the ledger. */
  readonly join: (stream: string, people: readonly (Member & { readonly organizationId: string })[]) => Promise<void>;
  /** Takes people out of organizations that represent a Salesforce account; they stay in any other organization. */
  readonly leave: (stream: string, people: readonly Member[]) => Promise<void>;
}

/** Few enough that the body of a call stays small. */
const PEOPLE_PER_CALL = 500;
const IDS_PER_LOOK_UP = 150;

export const createMembership = ({
  ortto,
  ledger,
  log,
  linkLooksMs,
  accountIdentity,
}: MembershipOptions): Membership => {
  /** The organization each person was linked to in this run. */
  const linkedTo = createIdMemory(ORTTO_ID, ORTTO_ID, MAX_KNOWN_IDS);
  const confirmedLinks = createConfirmedLinks({ ortto, log, looksMs: linkLooksMs });

  /** The people who may belong somewhere. */
  const mayBelong = <Some extends Member>(people: readonly Some[]): Some[] =>
    people.filter(({ isNew, personId }) => !isNew || linkedTo.get(personId) !== undefined);

  const organizationsOf = (stream: string, people: readonly Member[]): Promise<ReadonlyMap<string, string>> =>
    confirmedLinks.organizationsOf(stream, idsOf(people));

  const unlink = async (
    stream: string,
    people: readonly Member[],
    current: ReadonlyMap<string, string>,
  ): Promise<void> => {
    const leaving = Map.groupBy(people, ({ personId }) => current.get(personId));
    await inParallel([...leaving], async ([organizationId, group]) => {
      if (organizationId === undefined) return;
      for (const ids of inParts(idsOf(group), PEOPLE_PER_CALL)) await ortto.unlink(stream, organizationId, ids);
    });
  };

  /** Links as many people as there is room for: after a refusal the first half is tried, down to a single person. */
  const link = async (stream: string, organizationId: string, people: readonly Member[]): Promise<void> => {
    let size = PEOPLE_PER_CALL;
    for (let rest = people; rest.length > 0;) {
      const some = rest.slice(0, size);
      const confirmed = await confirmedLinks.link(stream, organizationId, idsOf(some));
      if (confirmed !== undefined) {
        if (confirmed.linked.length > 0) ledger.note(stream, 'linked', confirmed.linked.length);
        if (confirmed.missing.length > 0) ledger.note(stream, 'link_refused', confirmed.missing.length);
        for (const personId of confirmed.linked) linkedTo.set(personId, organizationId);
        rest = rest.slice(some.length);
      } else if (some.length === 1) {
        ledger.note(stream, 'link_refused', rest.length);
        return;
      } else {
        size = Math.ceil(some.length / 2);
      }
    }
  };

  const organizationsOfAccounts = async (
    stream: string,
    organizationIds: readonly string[],
  ): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (const ids of inParts(organizationIds, IDS_PER_LOOK_UP)) {
      for (const { id, fields } of await ortto.getByIds(stream, 'organization', ids, [accountIdentity])) {
        if (typeof fields[accountIdentity] === 'string') found.add(id);
      }
    }
    return found;
  };

  return {
    async join(stream, people) {
      const candidates = people.filter(({ personId, organizationId }) => linkedTo.get(personId) !== organizationId);
      const current = await organizationsOf(stream, mayBelong(candidates));
      const misplaced = candidates.filter(({ personId, organizationId }) => current.get(personId) !== organizationId);
      await unlink(stream, misplaced, current);
      const groups = Map.groupBy(misplaced, ({ organizationId }) => organizationId);
      await inParallel([...groups], ([organizationId, group]) => link(stream, organizationId, group));
    },
    async leave(stream, people) {
      const current = await organizationsOf(stream, mayBelong(people));
      const ofAccounts = await organizationsOfAccounts(stream, [...new Set(current.values())]);
      const leaving = people.filter(({ personId }) => ofAccounts.has(current.get(personId) ?? ''));
      await unlink(stream, leaving, current);
      for (const { personId } of leaving) linkedTo.forget(personId);
      if (leaving.length > 0) ledger.note(stream, 'unlinked', leaving.length);
    },
  };
};

const idsOf = (people: readonly Member[]): string[] => people.map(({ personId }) => personId);

function* inParts<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
