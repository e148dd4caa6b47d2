import type { Log } from '../airbyte/connector.ts';
import { organizationOfPerson } from './calls.ts';
import type { Ortto } from './calls.ts';
import type { Ledger } from './ledger.ts';
import { createIdMemory, ORTTO_ID } from './id-memory.ts';
import { REMEMBERED } from './registry.ts';
import type { Registry } from './registry.ts';

/** A person who is to belong to the organization of an account. */
interface Link {
  readonly accountId: string;
  readonly personId: string;
  /** Created by this run, so that they belong nowhere yet and need not be asked about. */
  readonly isNew: boolean;
}

export interface LinksOptions {
  readonly ortto: Ortto;
  readonly organizations: Registry;
  readonly ledger: Ledger;
  readonly log: Log;
  /** Field in which organizations keep their Salesforce id. */
  readonly accountIdentity: string;
  /** Field in which people keep the id of their account; undefined when no stream writes it. */
  readonly accountOfPerson: string | undefined;
}

/**
 * Collects links person → organization, since one call links many people to one organization. What is added resolves when
 * its links are made, or are known not to be makeable; it never rejects, a failure comes out of `flush`.
 */
export interface Links {
  /** A person of the stream belongs to the account. */
  readonly add: (stream: string, link: Link) => Promise<void>;
  /** An organization has been created for the account: people who carry its id may have been waiting for it. */
  readonly created: (stream: string, accountId: string) => Promise<void>;
  /** Makes the collected links, of one stream or of all. */
  readonly flush: (stream?: string) => Promise<void>;
  /** Links and organizations that wait to be flushed. */
  readonly waiting: (stream: string) => number;
}

interface Collected {
  readonly links: Map<string, Link>;
  readonly accounts: Set<string>;
  readonly done: PromiseWithResolvers<void>;
}

/** People of one call: far below the 3,000 an organization takes, so that a full one refuses few. */
const PEOPLE_A_CALL = 500;
const IDS_A_LOOK_UP = 150;

export const createLinks = (options: LinksOptions): Links => {
  const { ortto, organizations, ledger, log, accountIdentity, accountOfPerson } = options;
  let collected = new Map<string, Collected>();
  /** The organization each person was linked to in this run. */
  const made = createIdMemory(ORTTO_ID, ORTTO_ID, REMEMBERED);
  let sampled = false;

  const ofStream = (stream: string): Collected => {
    const existing = collected.get(stream);
    if (existing !== undefined) return existing;
    const fresh: Collected = { links: new Map(), accounts: new Set(), done: Promise.withResolvers() };
    collected.set(stream, fresh);
    return fresh;
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

  /** The people who carry the ids of organizations that have just been created. */
  const latecomers = async (stream: string, accounts: ReadonlySet<string>): Promise<readonly Link[]> => {
    if (accountOfPerson === undefined || accounts.size === 0) return [];
    const conditions = [...accounts].map((value) => ({ fieldId: accountOfPerson, value }));
    const found = await ortto.find(stream, 'person', conditions, [accountOfPerson]);
    return found.map(({ id, fields }) => ({
      accountId: String(fields[accountOfPerson]),
      personId: id,
      isNew: false,
    }));
  };

  /** Without the links that are right already; whoever is in another organization is taken out of it. */
  const needed = async (
    stream: string,
    links: readonly Link[],
    orttoIds: ReadonlyMap<string, string>,
  ): Promise<readonly Link[]> => {
    const open = links.filter(({ personId, accountId }) => made.get(personId) !== orttoIds.get(accountId));
    const asked = open.filter(({ isNew, personId }) => !isNew || made.get(personId) !== undefined);
    const current = await organizationsOf(
      stream,
      asked.map(({ personId }) => personId),
    );
    const wrong = open.filter(({ personId, accountId }) => current.get(personId) !== orttoIds.get(accountId));
    const leaving = Map.groupBy(wrong, ({ personId }) => current.get(personId));
    await inParallel([...leaving], async ([organization, people]) => {
      const ids = people.map(({ personId }) => personId);
      if (organization !== undefined) await ortto.unlink(stream, organization, ids);
    });
    return wrong;
  };

  const organizationsOf = async (stream: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const current = new Map<string, string>();
    for (let start = 0; start < ids.length; start += IDS_A_LOOK_UP) {
      const part = ids.slice(start, start + IDS_A_LOOK_UP);
      for (const { id, fields } of await ortto.getByIds(stream, 'person', part, [organizationOfPerson])) {
        const value = fields[organizationOfPerson];
        if (typeof value === 'string') current.set(id, value);
      }
    }
    return current;
  };

  const link = async (stream: string, orttoId: string, people: readonly string[]): Promise<void> => {
    for (let start = 0; start < people.length; start += PEOPLE_A_CALL) {
      const part = people.slice(start, start + PEOPLE_A_CALL);
      const linked = await ortto.link(stream, orttoId, part);
      ledger.note(stream, linked ? 'linked' : 'link_refused', part.length);
      if (linked) for (const personId of part) made.set(personId, orttoId);
      if (linked && !sampled) {
        sampled = true;
        await sample(stream, orttoId, part.slice(0, 1));
      }
    }
  };

  /** The call says yes to anything, so one link of a run is read back. */
  const sample = async (stream: string, orttoId: string, ids: readonly string[]): Promise<void> => {
    const current = await organizationsOf(stream, ids);
    if (ids.some((id) => current.get(id) !== orttoId)) {
      log.warn('Ortto accepted a link from a person to an organization but does not show it; links may be missing');
    }
  };

  const make = async (stream: string, { links, accounts, done }: Collected): Promise<void> => {
    const late = await latecomers(stream, accounts);
    const all = [...new Map([...late.map((each) => [each.personId, each] as const), ...links]).values()];
    const orttoIds = await organizationIds(stream, [...new Set(all.map(({ accountId }) => accountId))]);
    const possible = all.filter(({ accountId }) => orttoIds.has(accountId));
    if (possible.length < all.length) ledger.note(stream, 'link_waiting', all.length - possible.length);
    const groups = Map.groupBy(await needed(stream, possible, orttoIds), ({ accountId }) => accountId);
    await inParallel([...groups], async ([accountId, group]) => {
      const people = group.map(({ personId }) => personId);
      await link(stream, orttoIds.get(accountId) ?? '', people);
    });
    done.resolve();
  };

  return {
    add(stream, each) {
      const { links, done } = ofStream(stream);
      links.set(each.personId, each);
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
      // People first: whom they name is then known to be right when an organization asks who carries its id.
      for (const [each, what] of due.toSorted(([, a], [, b]) => b.links.size - a.links.size)) await make(each, what);
    },
    waiting: (stream) => {
      const what = collected.get(stream);
      return what === undefined ? 0 : what.links.size + what.accounts.size;
    },
  };
};

/** Links of several organizations at once, as many as the gate may let through. */
const WORKERS = 10;

const inParallel = async <Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> => {
  const rest = items.values();
  const work = async () => {
    for (const item of rest) await act(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
};
