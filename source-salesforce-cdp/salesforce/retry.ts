/** Attempts at one request, including the first. With the waits below they span about half a minute. */
const MAX_ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
/** When the server asks for a longer wait than this, the next sync is a better time to try again. */
const MAX_WAIT_MS = 120_000;

/**
 * Milliseconds to wait after the given failed attempt (counted from 1); undefined means give up.
 * The server's advice takes precedence over our own schedule, unless it asks for more than two minutes. `random` in [0, 1) spreads the
 * waits of requests that failed together.
 */
export const waitMs = (attempt: number, advisedMs: number | undefined, random: number): number | undefined => {
  if (attempt >= MAX_ATTEMPTS) return undefined;
  if (advisedMs !== undefined) return advisedMs > MAX_WAIT_MS ? undefined : Math.max(advisedMs, 0);
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.75 + random / 2);
};

/** Wait before the given poll of a job (counted from 1): short at first, so that small jobs finish quickly, then up to five seconds. */
export const pollMs = (poll: number): number => Math.min(250 * 1.5 ** (poll - 1), 5_000);
