/**
 * Keeps work that may concern anybody apart from all other work: what was begun together is finished first, and what comes
 * meanwhile waits. Work that waits for its turn must not be waited for within a turn.
 */
export interface Turns {
  /** Beside others of this kind. */
  readonly together: <Result>(act: () => Promise<Result>) => Promise<Result>;
  readonly alone: <Result>(act: () => Promise<Result>) => Promise<Result>;
}

export const createTurns = (): Turns => {
  const begun = new Set<Promise<unknown>>();
  /** The last that is alone, or waits to be; never rejects. */
  let last: Promise<unknown> = Promise.resolve();

  return {
    async together(act) {
      let passed: Promise<unknown>;
      do {
        passed = last;
        await passed;
      } while (passed !== last);
      const work = act();
      begun.add(work);
      try {
        return await work;
      } finally {
        begun.delete(work);
      }
    },
    async alone(act) {
      const before = last;
      const work = (async () => {
        await before;
        await Promise.allSettled(begun);
        return act();
      })();
      last = work.catch(() => {});
      return work;
    },
  };
};
