/** Tries of one request, the first included. At the waits below that is about half a minute of trouble. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
/** A server that asks for more than this is better tried again by the next sync. */
const MAX_WAIT_MS = 120_000;

/**
 * Milliseconds to wait after the given failed attempt (from 1) before the next; undefined means give up.
 * The server's advice beats our own schedule, unless it asks for more than two minutes. `random` in [0, 1) spreads the
 * waits of requests that failed together.
 */
export const waitMs = (attempt: number, advisedMs: number | undefined, random: number): number | undefined => {
  if (attempt >= MAX_ATTEMPTS) return undefined;
  if (advisedMs !== undefined) return advisedMs > MAX_WAIT_MS ? undefined : Math.max(advisedMs, 0);
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.75 + random / 2);
};

/** Wait before the given poll of a job (from 1): quick at first, so that small jobs end soon, then up to five seconds. */
export const pollMs = (poll: number): number => Math.min(250 * 1.5 ** (poll - 1), 5_000);
