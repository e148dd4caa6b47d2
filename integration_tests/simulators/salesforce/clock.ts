/** The org's own time. It runs with the machine's unless frozen, from wherever it was set. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The current second: what Salesforce stamps rows with. */
  readonly second: () => number;
  advance(ms: number): void;
  set(to: Date): void;
  freeze(): void;
  unfreeze(): void;
}

export const createClock = (start: Date): Clock => {
  let base = start.getTime();
  let since = performance.now();
  let frozen = false;
  const now = (): number => Math.floor(frozen ? base : base + performance.now() - since);
  const restart = (at: number): void => {
    base = at;
    since = performance.now();
  };
  return {
    now,
    second: () => Math.floor(now() / 1000) * 1000,
    advance: (ms) => restart(now() + ms),
    set: (to) => restart(to.getTime()),
    freeze: () => {
      restart(now());
      frozen = true;
    },
    unfreeze: () => {
      restart(now());
      frozen = false;
    },
  };
};
