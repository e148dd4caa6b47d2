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
  /** Settled when nobody is alone or waits to be. */
  let lonely: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return {
    async together(act) {
      while (waiting > 0) await lonely;
      const work = act();
      begun.add(work);
      try {
        return await work;
      } finally {
        begun.delete(work);
      }
    },
    async alone(act) {
      waiting += 1;
      const before = lonely;
      const work = (async () => {
        await before;
        await Promise.allSettled(begun);
        try {
          return await act();
        } finally {
          waiting -= 1;
        }
      })();
      lonely = work.catch(() => {});
      return work;
    },
  };
};
