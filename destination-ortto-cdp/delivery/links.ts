import { createMembership } from './membership.ts';
import type { Member, MembershipOptions } from './membership.ts';
import type { KnownIds } from './known-ids.ts';

/** A person who is to belong to an account's organization; with null, to no account's. */
interface Link extends Member {
  readonly accountId: string | null;
}

type Join = Link & { readonly accountId: string };

export interface LinksOptions extends MembershipOptions {
  readonly organizations: KnownIds;
  /** The field in which people keep the id of their account; undefined when no stream writes it. */
  readonly accountOfPerson: string | undefined;
}

/**
 * Collects links from people to organizations, because one call links many people to one organization. What is added
 * resolves when its links have been made or turned out to be impossible; it never rejects: failures come out of `flush`.
 */
export interface Links {
  /** The account that a person's record names. */
  readonly add: (stream: string, link: Link) => Promise<void>;
  /** An organization was created or restored for the account: people who carry its id may be waiting for it. */
  readonly created: (stream: string, accountId: string) => Promise<void>;
  /** Makes the collected links of one stream, or of all. */
  readonly flush: (stream?: string) => Promise<void>;
  /** Links and organizations waiting to be flushed. */
  readonly waiting: (stream: string) => number;
}

interface Collected {
  readonly links: Map<string, Link>;
  readonly accounts: Set<string>;
  readonly done: PromiseWithResolvers<void>;
}

export const createLinks = (options: LinksOptions): Links => {
  const { ortto, organizations, ledger, accountIdentity, accountOfPerson } = options;
  const membership = createMembership(options);
  let collected = new Map<string, Collected>();
  /** How many collections hold the person: their own record links them, so no organization has to look for them. */
  const ownLinks = new Map<string, number>();

  const ofStream = (stream: string): Collected => {
    const existing = collected.get(stream);
    if (existing !== undefined) return existing;
    const fresh: Collected = { links: new Map(), accounts: new Set(), done: Promise.withResolvers() };
    collected.set(stream, fresh);
    return fresh;
  };

  const count = (personId: string, by: 1 | -1): void => {
    const left = (ownLinks.get(personId) ?? 0) + by;
    if (left > 0) ownLinks.set(personId, left);
    else ownLinks.delete(personId);
  };

  const organizationIds = async (
    stream: string,
    accountIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>> => {
    const known = new Map(
      accountIds.flatMap((id) => {
        const orttoId = organizations.get(id);
        return orttoId === undefined ? [] : [[id, orttoId] as const];
      }),
    );
    const conditions = accountIds.filter((id) => !known.has(id)).map((value) => ({ fieldId: accountIdentity, value }));
    if (conditions.length === 0) return known;
    for (const { id, fields } of await ortto.find(stream, 'organization', conditions, [accountIdentity])) {
      known.set(String(fields[accountIdentity]), id);
    }
    return known;
  };

  /** People who carry the ids of organizations that have just been created and whom no record of their own links. */
  const waitingPeople = async (stream: string, accounts: ReadonlySet<string>): Promise<readonly Join[]> => {
    if (accountOfPerson === undefined || accounts.size === 0) return [];
    const conditions = [...accounts].map((value) => ({ fieldId: accountOfPerson, value }));
    const found = await ortto.find(stream, 'person', conditions, [accountOfPerson]);
    return found
      .filter(({ id }) => !ownLinks.has(id))
      .map(({ id, fields }) => ({ accountId: String(fields[accountOfPerson]), personId: id, isNew: false }));
  };

  const make = async (stream: string, { links, accounts, done }: Collected): Promise<void> => {
    const own = [...links.values()];
    const joining = [...(await waitingPeople(stream, accounts)), ...own.filter(isJoin)];
    const orttoIds = await organizationIds(stream, [...new Set(joining.map(({ accountId }) => accountId))]);
    const possible = joining.flatMap(({ personId, isNew, accountId }) => {
      const organizationId = orttoIds.get(accountId);
      return organizationId === undefined ? [] : [{ personId, isNew, organizationId }];
    });
    if (possible.length < joining.length) ledger.note(stream, 'link_waiting', joining.length - possible.length);
    await membership.leave(
      stream,
      own.filter((each) => !isJoin(each)),
    );
    await membership.join(stream, possible);
    for (const personId of links.keys()) count(personId, -1);
    done.resolve();
  };

  return {
    add(stream, link) {
      const { links, done } = ofStream(stream);
      if (!links.has(link.personId)) count(link.personId, 1);
      links.set(link.personId, link);
      return done.promise;
    },
    created(stream, accountId) {
      const { accounts, done } = ofStream(stream);
      accounts.add(accountId);
      return done.promise;
    },
    async flush(stream) {
      const due = [...collected].filter(([each]) => stream === undefined || each === stream);
      collected = new Map([...collected].filter(([each]) => !due.some(([other]) => other === each)));
      for (const [each, what] of due) await make(each, what);
    },
    waiting: (stream) => {
      const what = collected.get(stream);
      return what === undefined ? 0 : what.links.size + what.accounts.size;
    },
  };
};

const isJoin = (link: Link): link is Join => link.accountId !== null;
