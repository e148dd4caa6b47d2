import type { Log } from '../../airbyte/connector.ts';
import type { Ortto } from '../ortto/api.ts';
import type { DestinationConfig, FindStrategy } from '../config.ts';
import { deliverWrites, lookUp } from './writes.ts';
import type { Delivered } from './writes.ts';
import type { Outcome } from '../queue/dispatch.ts';
import { createEvents } from './events.ts';
import type { Prepared } from '../mapping/prepare.ts';
import { deliverHandOvers } from './hand-overs.ts';
import type { HandOver } from './hand-overs.ts';
import type { Fate, Ledger } from '../queue/ledger.ts';
import { createLinks } from './links.ts';
import type { Write } from '../records/mapped.ts';
import { createOptions } from './select-options.ts';
import { createRegistry } from './known-ids.ts';
import { createRemovals } from './removals.ts';
import type { Tombstone } from './removals.ts';
import type { Task } from '../queue/task.ts';

export interface CourierOptions extends Prepared {
  readonly ortto: Ortto;
  readonly config: DestinationConfig;
  readonly ledger: Ledger;
  readonly log: Log;
  /** Links of a stream are made when so many wait. */
  readonly mostLinks: number;
  /** Something done beside the batches has failed. */
  readonly onFailure: (error: unknown) => void;
}

/** Brings batches of any kind to Ortto, and remembers who is who there. */
export interface Courier {
  /** One outcome per task, in order. The tasks are of one stream and kind. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
  /** Begins to make the links of a stream of which nothing more is on its way. */
  readonly over: (stream: string) => void;
  /** Makes the links that still wait. */
  readonly finish: () => Promise<void>;
}

export const createCourier = (options: CourierOptions): Courier => {
  const { ortto, config, mappings, identities, defined, ledger, log, mostLinks, onFailure } = options;
  const hasEvents = mappings.some(({ kind }) => kind === 'activity');
  const sharing = (settings: { findStrategy: FindStrategy }) => settings.findStrategy !== 'next_if_previous_empty';
  const people = createRegistry({ ids: hasEvents, owners: sharing(config.people) });
  const organizations = createRegistry({
    ids: hasEvents || config.linkPeopleToOrganizations,
    owners: sharing(config.organizations),
  });
  const deliverEvents = createEvents({ ortto, people, organizations, identities, defined });
  const removals = createRemovals(ortto, identities);
  const ensureOptions = createOptions(ortto);
  const accountIdentity = identities.get('account');
  const accountOfPerson = mappings.flatMap((each) => (each.kind === 'entity' ? (each.account?.id ?? []) : []))[0];
  const links =
    config.linkPeopleToOrganizations && accountIdentity !== undefined
      ? createLinks({ ortto, organizations, ledger, log, accountIdentity, accountOfPerson })
      : undefined;

  /** Whether the record says where its person belongs. Who is new belongs nowhere yet, so nothing need be undone. */
  const placesPerson = ({ mapping, accountId }: Write, fate: Fate | undefined): boolean =>
    links !== undefined &&
    mapping.target === 'person' &&
    ((fate?.kind === 'created' && typeof accountId === 'string') ||
      (fate?.kind === 'merged' && accountId !== undefined));

  /** The end of what the record's states must wait for, where there is more than the write itself. */
  const linked = (one: Write, { fate, orttoId }: Delivered, isBack: boolean): Promise<void> | undefined => {
    const { mapping, id, accountId = null } = one;
    const isNew = fate.kind === 'created';
    if (mapping.target === 'organization') return isNew || isBack ? links?.created(mapping.stream, id) : undefined;
    if (orttoId === undefined || !placesPerson(one, fate)) return undefined;
    return links?.add(mapping.stream, { accountId, personId: orttoId, isNew });
  };

  const write = async (writes: readonly Write[]): Promise<readonly Outcome[]> => {
    const [restored] = await Promise.all([removals.restore(writes), ensureOptions(writes)]);
    const delivered = await locateForLinks(writes, await deliverWrites(ortto, config, writes));
    return delivered.map((each, index) => {
      const one = writes[index];
      if (one === undefined) return each;
      const { stream, target } = one.mapping;
      const registry = target === 'person' ? people : organizations;
      const { orttoId } = each;
      if (orttoId !== undefined && registry.set(one.id, orttoId).shared) ledger.note(stream, 'shared', 1);
      return { fate: each.fate, until: linked(one, each, restored.has(one.id)) };
    });
  };

  /** Looks up people whom a link needs and whose verdict did not name them. */
  const locateForLinks = async (
    writes: readonly Write[],
    delivered: readonly Delivered[],
  ): Promise<readonly Delivered[]> => {
    const lost = writes.filter((one, index) => {
      const { fate, orttoId } = delivered[index] ?? {};
      return orttoId === undefined && placesPerson(one, fate);
    });
    if (lost.length === 0) return delivered;
    const found = await lookUp(ortto, lost);
    return delivered.map((each, index) => {
      const one = writes[index];
      return { ...each, orttoId: each.orttoId ?? (one && found.get(one)) };
    });
  };

  const background = new Set<Promise<void>>();

  /** Makes links beside the batches: thousands of calls must not hold back the states of other streams. */
  const flush = (stream: string) => {
    const work = (links?.flush(stream) ?? Promise.resolve()).catch(onFailure).finally(() => background.delete(work));
    background.add(work);
  };

  const waitingLinks = (stream: string): number => links?.waiting(stream) ?? 0;

  const flushFull = async (stream: string): Promise<void> => {
    if (waitingLinks(stream) >= mostLinks) flush(stream);
    // Two lots of links are enough to hold in memory.
    if (background.size > 1 && waitingLinks(stream) >= mostLinks / 2) await Promise.all(background);
  };

  const handOver = async (works: readonly HandOver[]): Promise<readonly Outcome[]> => {
    const outcomes = await deliverHandOvers(ortto, works);
    return outcomes.map(({ fate, orttoId }, index) => {
      const work = works[index];
      if (work !== undefined && orttoId !== undefined) {
        people.set(work.id, orttoId);
        people.set(work.contactId, orttoId);
      }
      return { fate };
    });
  };

  const remove = async (works: readonly Tombstone[]): Promise<readonly Outcome[]> => {
    for (const { mapping, id } of works) (mapping.target === 'person' ? people : organizations).forget(id);
    return (await removals.remove(works)).map((fate) => ({ fate }));
  };

  return {
    async deliver(tasks) {
      const works = tasks.map(({ work }) => work);
      const writes = works.flatMap((work) => (work.kind === 'write' ? [work.write] : []));
      const handOvers = works.flatMap((work) => (work.kind === 'hand_over' ? [work] : []));
      const tombstones = works.flatMap((work) => (work.kind === 'tombstone' ? [work] : []));
      const activities = works.flatMap((work) => (work.kind === 'activity' ? [work.activity] : []));
      const outcomes = [
        ...(writes.length > 0 ? await write(writes) : []),
        ...(handOvers.length > 0 ? await handOver(handOvers) : []),
        ...(tombstones.length > 0 ? await remove(tombstones) : []),
        ...(activities.length > 0 ? await deliverEvents(activities) : []),
      ];
      await flushFull(tasks[0]?.stream ?? '');
      return outcomes;
    },
    over(stream) {
      if (waitingLinks(stream) > 0) flush(stream);
    },
    async finish() {
      await Promise.all(background);
      await links?.flush();
    },
  };
};
