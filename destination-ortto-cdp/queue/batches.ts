import type { Queue, Waiting } from './queue.ts';
import type { Outcome } from './task.ts';

export interface BatchesOptions<Item> {
  readonly queue: Queue<Item>;
  /** One outcome per item, in order. */
  readonly deliver: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** Called with the outcomes of a delivered batch. */
  readonly settle: (items: readonly Item[], outcomes: readonly Outcome[]) => void;
  /** Called when a batch has ended, whether or not it was delivered. */
  readonly ended: (items: readonly Item[]) => void;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Called when a batch has ended or something has failed. */
  readonly wake: () => void;
}

/** Sends what waits in the queue, several batches at once. No call blocks. */
export interface Batches {
  /** Starts the batches that are due or, with `flush`, everything that may be sent; this holds until the next call. */
  pump(flush: boolean): void;
  /** More input has arrived, so batches that are not full wait for more. */
  expectMore(): void;
  /** Starts no further batch. */
  stop(): void;
  /** Stops because something has failed. The first failure is kept. */
  readonly fail: (error: unknown) => void;
  readonly underWay: number;
  readonly stopped: boolean;
  /** The first failure. */
  readonly failure: unknown;
}

/** A few more than the requests that may be under way, so that the next batch is ready when one finishes. */
const MAX_BATCHES = 12;

export const createBatches = <Item>(options: BatchesOptions<Item>): Batches => {
  const { queue, deliver, settle, ended, clock, wake } = options;
  let underWay = 0;
  let stopped = false;
  let flushing = false;
  let failure: unknown;

  const fail = (error: unknown) => {
    failure ??= error;
    stopped = true;
    wake();
  };

  const send = async (batch: readonly Waiting<Item>[]) => {
    const items = batch.map(({ item }) => item);
    underWay += 1;
    try {
      const outcomes = await deliver(items);
      if (outcomes.length !== items.length) throw new Error(`${outcomes.length} outcomes for ${items.length} records`);
      settle(items, outcomes);
    } catch (error) {
      fail(error);
    }
    underWay -= 1;
    queue.done(batch);
    ended(items);
    pump(flushing);
    wake();
  };

  const next = () => (stopped || underWay >= MAX_BATCHES ? undefined : queue.take(clock(), flushing));

  const pump = (flush: boolean) => {
    flushing = flush;
    for (let batch = next(); batch !== undefined; batch = next()) void send(batch);
  };

  return {
    pump,
    expectMore() {
      flushing = false;
    },
    stop() {
      stopped = true;
    },
    fail,
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
