import { adapt, admission, nextSlot, recentBad, startConcurrency } from './pace.ts';

/** Every request passes through it: it enforces the rate, the concurrency and the bad-request budget. */
export interface Gate {
  /** Resolves when a request may be sent, in the order of the calls. Each must be followed by one `leave`. */
  enter(): Promise<void>;
  /** How the request went. `pauseMs` holds back all requests: the server's advice concerns the account, not one call. */
  leave(outcome: 'good' | 'bad' | 'overloaded', pauseMs?: number): void;
}

export const createGate = (requestsPerSecond: number, clock: () => number = () => performance.now()): Gate => {
  const waiters: (() => void)[] = [];
  let concurrency = startConcurrency;
  let underWay = 0;
  let bad: readonly number[] = [];
  let due = 0;
  let timer: NodeJS.Timeout | undefined;

  const admit = (): void => {
    while (waiters.length > 0 && timer === undefined) {
      const now = clock();
      const room = admission(concurrency, underWay, bad, now);
      if (room === undefined) return;
      const slot = nextSlot(due, now, requestsPerSecond);
      const waitMs = Math.max(room, slot.waitMs);
      if (waitMs > 0) {
        timer = setTimeout(() => {
          timer = undefined;
          admit();
        }, waitMs);
        return;
      }
      due = slot.due;
      underWay += 1;
      waiters.shift()?.();
    }
  };

  return {
    enter: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        admit();
      }),
    leave(outcome, pauseMs) {
      const now = clock();
      underWay -= 1;
      concurrency = adapt(concurrency, outcome);
      bad = outcome === 'bad' ? [...recentBad(bad, now), now] : bad;
      if (pauseMs !== undefined) due = Math.max(due, now + pauseMs);
      admit();
    },
  };
};
