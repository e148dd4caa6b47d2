import type { Queue, Waiting } from './queue.ts';
import type { Outcome } from './task.ts';

export interface BatchesOptions<Item> {
  readonly queue: Queue<Item>;
  /** One outcome per item, in order. */
  readonly deliver: (items: readonly Item[]) => Promise<readonly Outcome[]>;
  /** What became of a batch. */
  readonly settle: (items: readonly Item[], outcomes: readonly Outcome[]) => void;
  /** A batch has ended, delivered or not. */
  readonly ended: (items: readonly Item[]) => void;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Called when a batch has ended or something has failed. */
  readonly wake: () => void;
}

/** Sends what waits in the queue, several batches at once. No call waits. */
export interface Batches {
  /** Begins the batches that are due; with `flush` everything that may go, until the next call. */
  pump(flush: boolean): void;
  /** More input has come: batches that are not full wait for it. */
  expectMore(): void;
  /** No further batch is begun. */
  stop(): void;
  /** Something has failed: stops, and keeps the first failure. */
  readonly fail: (error: unknown) => void;
  readonly underWay: number;
  readonly stopped: boolean;
  /** The first thing that went wrong. */
  readonly failure: unknown;
}

/** A few more than may be under way at Ortto, so that the next one is ready when a place becomes free. */
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
