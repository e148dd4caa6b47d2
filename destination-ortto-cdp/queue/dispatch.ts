import type { IncomingRecord, IncomingState, Log } from '../../airbyte/connector.ts';
import type { StateMessage } from '../../airbyte/protocol.ts';
import { createQueue } from './queue.ts';
import type { Waiting } from './queue.ts';
import { createCheckpoint } from './checkpoint.ts';
import type { Place } from './checkpoint.ts';
import type { Fate, Ledger } from './ledger.ts';
import type { StreamMapping } from '../mapping/plan.ts';
import { createOrder } from './stream-order.ts';
import { createRefusalRuns, oneReason } from './refusal-runs.ts';
import type { Refused } from './refusal-runs.ts';
import type { Task } from './task.ts';
import type { Mapped } from '../records/mapped.ts';

/** A record that was received and is not settled. */
interface Ticket {
  readonly stream: string;
  /** Names it in the ledger: its Salesforce id, or the number of its line. */
  readonly id: string;
  readonly place: Place;
}

interface Job {
  readonly ticket: Ticket;
  readonly task: Task;
  /** It was held back once already. */
  readonly isHeld: boolean;
}

/** What becomes of a record: nothing to send, or a task. */
export type Sorted = Extract<Mapped, { kind: 'skip' | 'reject' }> | { readonly kind: 'task'; readonly task: Task };

/** What became of a task. */
export interface Outcome {
  readonly fate: Fate;
  /** The record counts as settled for its states only then; the fate stands at once. */
  readonly until?: Promise<void> | undefined;
  /** Whom it is about is not in Ortto; if they may still come, it is worth another try then. */
  readonly isAbsent?: true;
}

export interface DispatchOptions {
  /** What becomes of a record; throws for one of a stream outside the catalog. */
  readonly sort: (record: IncomingRecord) => Sorted;
  /** Delivers a batch of one kind and stream; one outcome per task, in order. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
  /** Called when a stream is over, as far as it can be seen. */
  readonly over: (stream: string) => void;
  /** What becomes of the records of each stream of the catalog. */
  readonly kinds: ReadonlyMap<string, StreamMapping['kind']>;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly clock: () => number;
  /** Called whenever states have become free, room has been made, or something has failed. */
  readonly wake: () => void;
}

/**
 * Takes records and states in arrival order, sends batches, and settles every record once. No call of it waits: what is
 * under way goes on by itself and calls `wake`.
 */
export interface Dispatch {
  record(item: IncomingRecord): void;
  state(item: IncomingState): void;
  /** Sends what is due; with `flush` everything that may go now. */
  pump(flush: boolean): void;
  /** No more input comes: what was held back goes now. */
  end(): void;
  /** No batch is begun any more. */
  stop(): void;
  /** Settles the refusals that were withheld. After the last batch. */
  finish(): void;
  /** The states that may leave now, in order; each is given once. */
  free(): StateMessage[];
  readonly waiting: number;
  readonly underWay: number;
  readonly stopped: boolean;
  /** The first thing that went wrong; no batch is begun after it. */
  readonly failure: unknown;
}

/** A few more than may be under way at Ortto, so that the next one is ready when a place becomes free. */
const MAX_BATCHES = 12;

/** Events that wait for people who may still come; more would take the memory that batches need. */
const MOST_HELD = 20_000;

/** What a record that is refused before it is sent counts for in a run of refused batches. */
const SHARE = 0.01;

export const createDispatch = (options: DispatchOptions): Dispatch => {
  const { sort, deliver, over, kinds, log, ledger, clock, wake } = options;
  const queue = createQueue<Job>();
  const order = createOrder(kinds);
  const held: Job[] = [];
  const checkpoint = createCheckpoint();
  const runs = createRefusalRuns<Ticket>();
  let outbox: StateMessage[] = [];
  let underWay = 0;
  let stopped = false;
  let flushing = false;
  let ended = false;
  let failure: unknown;

  const release = (states: readonly StateMessage[]) => {
    if (states.length === 0) return;
    // Not spread into one push: a stream may have more states waiting than a call takes arguments.
    for (const state of states) outbox.push(state);
    wake();
  };

  const settle = ({ stream, id, place }: Ticket, { fate, until }: Outcome) => {
    ledger.settle(stream, id, fate);
    const leave = () => release(checkpoint.settle(place, fate.kind === 'rejected' ? 'rejected' : 'accepted'));
    if (until === undefined) leave();
    else void until.then(leave);
  };

  const reject = (refused: readonly Refused<Ticket>[]) => {
    for (const { item, ...fault } of refused) settle(item, { fate: { kind: 'rejected', ...fault } });
  };

  const join = (job: Job): boolean => {
    const { group, keys, awaits, bytes, stream } = job.task;
    order.opened(stream);
    return queue.add({ group, keys, awaits, bytes, since: clock(), item: job });
  };

  /** Keeps an event for when everybody has come; false when nothing more can be hoped for. */
  const hold = ({ ticket, task, isHeld }: Job): boolean => {
    if (isHeld || !order.mayFollow || held.length >= MOST_HELD) return false;
    const job = { ticket, task, isHeld: true };
    if (ended) join(job);
    else if (held.push(job) === MOST_HELD) log.warn(crowded(ticket.stream));
    return true;
  };

  const tellOver = () => {
    for (const stream of order.over()) over(stream);
  };

  const close = (batch: readonly Waiting<Job>[], outcomes: readonly Outcome[]) => {
    if (outcomes.length !== batch.length) throw new Error(`${outcomes.length} outcomes for ${batch.length} records`);
    const [first] = batch;
    if (first === undefined) return;
    const run = runs.of(first.item.ticket.stream, 'ortto');
    const refused = batch.flatMap(({ item }, index) => {
      const fate = outcomes[index]?.fate;
      return fate?.kind === 'rejected' ? [{ item: item.ticket, reason: fate.reason, field: fate.field }] : [];
    });
    if (refused.length === batch.length && oneReason(refused.map(({ reason }) => reason))) {
      reject(run.refuse(refused, 1));
      return;
    }
    reject(run.end());
    for (const [index, outcome] of outcomes.entries()) {
      const job = batch[index]?.item;
      if (job === undefined || (outcome.isAbsent && hold(job))) continue;
      settle(job.ticket, outcome);
    }
  };

  const send = async (batch: readonly Waiting<Job>[]) => {
    underWay += 1;
    try {
      close(batch, await deliver(batch.map(({ item }) => item.task)));
    } catch (error) {
      failure ??= error;
      stopped = true;
    }
    underWay -= 1;
    queue.done(batch);
    for (const { item } of batch) order.closed(item.task.stream);
    tellOver();
    pump(flushing);
    wake();
  };

  const next = () => (stopped || underWay >= MAX_BATCHES ? undefined : queue.take(clock(), flushing));

  const pump = (flush: boolean) => {
    flushing = flush;
    for (let batch = next(); batch !== undefined; batch = next()) void send(batch);
  };

  return {
    record(item) {
      const sorted = sort(item);
      const { stream, namespace, line } = item;
      ledger.receive(stream);
      if (order.came(stream, 'record')) tellOver();
      const place = checkpoint.join(namespace === undefined ? { name: stream } : { name: stream, namespace });
      const id = sorted.kind === 'task' ? sorted.task.id : sorted.id;
      const ticket: Ticket = { stream, id: id === undefined || id === '' ? `line ${line}` : id, place };
      const run = runs.of(stream, 'us');
      if (sorted.kind === 'reject') {
        const { reason, field, problems } = sorted;
        const also = problems.slice(1).map((problem) => `${problem.field ?? 'record'}: ${problem.reason}`);
        reject(run.refuse([{ item: ticket, reason, field, ...(also.length > 0 && { also }) }], SHARE));
        return;
      }
      reject(run.end());
      if (sorted.kind === 'skip') {
        settle(ticket, { fate: { kind: 'skipped', reason: sorted.reason } });
        return;
      }
      const { task } = sorted;
      if (task.cut.length > 0) ledger.cut(stream, task.cut);
      flushing = false;
      if (join({ ticket, task, isHeld: false })) pump(false);
    },
    state(item) {
      if (order.came(item.message.state.stream.stream_descriptor.name, 'state')) tellOver();
      release(checkpoint.add(item.message));
    },
    pump,
    end() {
      ended = true;
      for (const job of held.splice(0)) join(job);
    },
    stop() {
      stopped = true;
    },
    finish() {
      reject(runs.end());
    },
    free() {
      const states = outbox;
      outbox = [];
      return states;
    },
    get waiting() {
      return queue.size;
    },
    get underWay() {
      return underWay;
    },
    get stopped() {
      return stopped;
    },
    get failure() {
      return failure;
    },
  };
};

const crowded = (stream: string): string =>
  `${stream}: ${MOST_HELD} events are about people who have not come yet; more of them are skipped. Let the streams of people come first, or sync them on their own before.`;
