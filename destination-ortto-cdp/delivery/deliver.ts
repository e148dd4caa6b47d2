import type { Log } from '../../airbyte/connector.ts';
import type { DestinationConfig } from '../config.ts';
import type { Prepared } from '../mapping/prepare.ts';
import type { Ortto } from '../ortto/api.ts';
import type { Ledger } from '../queue/ledger.ts';
import { rejectedFate } from '../queue/settlement.ts';
import type { Outcome, Task } from '../queue/task.ts';
import type { Write } from '../records/mapped.ts';
import { createActivityDelivery } from './activities.ts';
import { createBackgroundLinks } from './background-links.ts';
import { deliverHandOvers } from './hand-overs.ts';
import type { HandOver } from './hand-overs.ts';
import { createConsent } from './consent.ts';
import { deliverOptOuts, deliverWrites } from './insistent-writes.ts';
import { createKnownIds } from './known-ids.ts';
import type { KnownIds } from './known-ids.ts';
import { createLinksOfWrites } from './links-of-writes.ts';
import { createLinks } from './links.ts';
import { createRemovals } from './removals.ts';
import type { Tombstone } from './removals.ts';
import { createSelectOptions } from './select-options.ts';
import { createTurns } from './turns.ts';

export interface DelivererOptions extends Prepared {
  readonly ortto: Ortto;
  readonly config: DestinationConfig;
  readonly ledger: Ledger;
  readonly log: Log;
  /** The links of a stream are made once this many are waiting. */
  readonly maxWaitingLinks: number;
  /** When links that were made are checked, in milliseconds after the previous check. */
  readonly linkLooksMs: readonly number[];
  /** It is decided about the implied opt-outs of a stream once this many are waiting. */
  readonly maxWaitingOptOuts: number;
  /** Called when something done alongside the batches has failed. */
  readonly onFailure: (error: unknown) => void;
}

/** Delivers batches of any kind to Ortto and remembers which Ortto id each Salesforce id has. */
export interface Deliverer {
  /** One outcome per task, in order. All tasks are of one stream and one kind. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
  /** Starts what waits for the end of a stream, links and implied opt-outs, once nothing more of it is under way. */
  readonly streamEnded: (stream: string) => void;
  /** Does what still waits. */
  readonly finish: () => Promise<void>;
}

export const createDeliverer = (options: DelivererOptions): Deliverer => {
  const { ortto, config, mappings, identities, defined, ledger, log, onFailure } = options;
  const { maxWaitingLinks, linkLooksMs, maxWaitingOptOuts } = options;
  const hasActivities = mappings.some(({ kind }) => kind === 'activity');
  const people = createKnownIds({ ids: hasActivities });
  const organizations = createKnownIds({ ids: hasActivities || config.linkPeopleToOrganizations });
  const deliverActivities = createActivityDelivery({ ortto, people, organizations, identities, defined });
  const removals = createRemovals(ortto, identities);
  const ensureOptions = createSelectOptions(ortto);
  const accountIdentity = identities.get('account');
  const accountOfPerson = mappings.flatMap((each) => (each.kind === 'entity' ? (each.account?.id ?? []) : []))[0];
  const links =
    config.linkPeopleToOrganizations && accountIdentity !== undefined
      ? createLinks({ ortto, organizations, ledger, log, linkLooksMs, accountIdentity, accountOfPerson })
      : undefined;
  const linksOfWrites = createLinksOfWrites(ortto, links);
  const background = createBackgroundLinks({ links, maxWaitingLinks, onFailure });
  const turns = createTurns();
  const limit = config.limits.optedInWhen;
  const consent = createConsent({ ortto, ledger, log, limit, turns, maxWaiting: maxWaitingOptOuts, onFailure });

  const know = ({ id, mapping: { stream, target } }: Write, orttoId: string | undefined): void => {
    const known = target === 'person' ? people : organizations;
    if (orttoId !== undefined && id !== '' && known.set(id, orttoId).shared) ledger.note(stream, 'shared', 1);
  };

  const write = async (writes: readonly Write[]): Promise<readonly Outcome[]> => {
    const [restored] = await Promise.all([removals.restore(writes), ensureOptions(writes)]);
    const delivered = await linksOfWrites.locate(writes, await deliverWrites(ortto, config, writes));
    const optOuts = await consent.hold(writes, delivered);
    return delivered.map((each, index) => {
      const one = writes[index];
      if (one === undefined) return each;
      know(one, each.orttoId);
      if (each.optOutSent === true) ledger.note(one.mapping.stream, 'opt_out_sent', 1);
      const { fate, refused, leftOut } = each;
      const link = linksOfWrites.add(one, each, restored.has(one.id));
      return { fate, refused, leftOut, until: both(link, optOuts[index]) };
    });
  };

  const optOut = async (works: readonly OptOut[]): Promise<readonly Outcome[]> => {
    const sent = await deliverOptOuts(
      ortto,
      config,
      works.map((work) => work.write),
    );
    return works.map(({ write: one, rejection }) => {
      know(one, sent.get(one)?.orttoId);
      if (sent.get(one)?.hasArrived === true) ledger.note(one.mapping.stream, 'opt_out_sent', 1);
      return { fate: rejectedFate(rejection) };
    });
  };

  const remove = async (works: readonly Tombstone[]): Promise<readonly Outcome[]> => {
    for (const { mapping, id } of works) (mapping.target === 'person' ? people : organizations).forget(id);
    return (await removals.remove(works)).map((fate) => ({ fate }));
  };

  const deliver = async (tasks: readonly Task[]): Promise<readonly Outcome[]> => {
    switch (tasks[0]?.work.kind) {
      case 'write':
        return write(worksOf(tasks, 'write').map((work) => work.write));
      case 'opt_out':
        return optOut(worksOf(tasks, 'opt_out'));
      case 'hand_over':
        return handOver(ortto, people, worksOf(tasks, 'hand_over'));
      case 'tombstone':
        return remove(worksOf(tasks, 'tombstone'));
      case 'activity':
        return deliverActivities(worksOf(tasks, 'activity').map((work) => work.activity));
      default:
        return [];
    }
  };

  return {
    async deliver(tasks) {
      const outcomes = await turns.together(() => deliver(tasks));
      const stream = tasks[0]?.stream ?? '';
      await consent.afterBatch(stream);
      await background.afterBatch(stream);
      return outcomes;
    },
    streamEnded(stream) {
      consent.streamEnded(stream);
      background.streamEnded(stream);
    },
    async finish() {
      await consent.finish();
      await background.finish();
      consent.refuse();
    },
  };
};

const handOver = async (ortto: Ortto, people: KnownIds, works: readonly HandOver[]): Promise<readonly Outcome[]> => {
  const outcomes = await deliverHandOvers(ortto, works);
  return outcomes.map(({ fate, orttoId }, index) => {
    const work = works[index];
    if (work !== undefined && orttoId !== undefined) {
      people.set(work.id, orttoId);
      people.set(work.contactId, orttoId);
    }
    return fate.kind === 'rejected' ? { fate, refused: 'whole' } : { fate };
  });
};

/** When both have resolved; undefined if there is neither. */
const both = (one: Promise<void> | undefined, other: Promise<void> | undefined): Promise<void> | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Promise.all([one, other]).then(() => undefined);
type OptOut = Task['work'] & { readonly kind: 'opt_out' };

/** The work of a batch's tasks. Throws unless they are all of one kind. */
const worksOf = <Kind extends Task['work']['kind']>(
  tasks: readonly Task[],
  kind: Kind,
): (Task['work'] & { readonly kind: Kind })[] =>
  tasks.map(({ work }) => {
    if (work.kind !== kind) throw new Error(`A batch holds ${kind} and ${work.kind}`);
    return work as Task['work'] & { readonly kind: Kind };
  });
