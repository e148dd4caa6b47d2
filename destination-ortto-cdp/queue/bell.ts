/** Lets one waiter sleep until something happens; a ring while it is awake is not lost. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, or at once if it has rung since the previous call. */
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
