/** Lets one waiter sleep until something has happened; what happens while it is awake is not missed. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, or at once when it has rung since the last time. */
  readonly next: () => Promise<void>;
}

export const createBell = (): Bell => {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async next() {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      wake = undefined;
      rung = false;
    },
  };
};
