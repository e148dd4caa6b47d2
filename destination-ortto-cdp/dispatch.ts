import type { IncomingRecord, IncomingState } from '../airbyte/connector.ts';
import type { StateMessage } from '../airbyte/protocol.ts';
import { createQueue } from './batch.ts';
import type { Waiting } from './batch.ts';
import { createCheckpoint } from './checkpoint.ts';
import type { Place } from './checkpoint.ts';
import type { Fate, Ledger } from './ledger.ts';
import { createRefusalRun, oneReason } from './refusals.ts';
import type { Refused, RefusalRun } from './refusals.ts';
import type { Task } from './task.ts';
import type { Mapped } from './mapped.ts';

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
}

/** What becomes of a record: nothing to send, or a task. */
export type Sorted = Extract<Mapped, { kind: 'skip' | 'reject' }> | { readonly kind: 'task'; readonly task: Task };

/** What became of a task. */
export interface Outcome {
  readonly fate: Fate;
  /** The record counts as settled for its states only then; the fate stands at once. */
  readonly until?: Promise<void> | undefined;
}

export interface DispatchOptions {
  /** What becomes of a record; throws for one of a stream outside the catalog. */
  readonly sort: (record: IncomingRecord) => Sorted;
  /** Delivers a batch of one kind and stream; one outcome per task, in order. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
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

/** What a record that is refused before it is sent counts for in a run of refused batches. */
const SHARE = 0.01;

export const createDispatch = ({ sort, deliver, ledger, clock, wake }: DispatchOptions): Dispatch => {
  const queue = createQueue<Job>();
  const checkpoint = createCheckpoint();
  /** Runs of refusals by stream. Refusals by us and by Ortto are two: ours come while a batch is still on its way. */
  const runs = { us: new Map<string, RefusalRun<Ticket>>(), ortto: new Map<string, RefusalRun<Ticket>>() };
  let outbox: StateMessage[] = [];
  let underWay = 0;
  let stopped = false;
  let flushing = false;
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

  const runOf = (stream: string, by: 'us' | 'ortto'): RefusalRun<Ticket> => {
    const found = runs[by].get(stream);
    if (found !== undefined) return found;
    const run = createRefusalRun<Ticket>(stream);
    runs[by].set(stream, run);
    return run;
  };

  const close = (batch: readonly Waiting<Job>[], outcomes: readonly Outcome[]) => {
    if (outcomes.length !== batch.length) throw new Error(`${outcomes.length} outcomes for ${batch.length} records`);
    const [first] = batch;
    if (first === undefined) return;
    const run = runOf(first.item.ticket.stream, 'ortto');
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
      const ticket = batch[index]?.item.ticket;
      if (ticket !== undefined) settle(ticket, outcome);
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
      const place = checkpoint.join(namespace === undefined ? { name: stream } : { name: stream, namespace });
      const id = sorted.kind === 'task' ? sorted.task.id : sorted.id;
      const ticket: Ticket = { stream, id: id === undefined || id === '' ? `line ${line}` : id, place };
      const run = runOf(stream, 'us');
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
      const { group, keys, awaits, bytes } = task;
      flushing = false;
      if (queue.add({ group, keys, awaits, bytes, since: clock(), item: { ticket, task } })) pump(false);
    },
    state(item) {
      release(checkpoint.add(item.message));
    },
    pump,
    stop() {
      stopped = true;
    },
    finish() {
      for (const run of [...runs.us.values(), ...runs.ortto.values()]) reject(run.end());
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
