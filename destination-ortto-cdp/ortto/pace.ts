// How fast requests may be sent: arithmetic only. Time is passed in as milliseconds of one clock, chance as a number in [0, 1).

/**
 * The share of the allowed rate that is used. Ortto's clock sees requests a little closer together than ours does; at the
 * full rate, that jitter alone would now and then put an eleventh request into a second, and a refusal costs seconds. At ten
 * requests per second this absorbs 40 ms.
 */
const HEADROOM = 0.96;

/** Timers fire late. Delays up to this are caught up, to keep the rate; catching up more would cause a burst. */
const CATCH_UP_MS = 20;

/** When the next request is due and when the one after it may follow. Evenly spaced: idle time earns no burst. */
export const nextSlot = (
  due: number,
  now: number,
  requestsPerSecond: number,
): { readonly waitMs: number; readonly due: number } => {
  const at = Math.max(due, now - CATCH_UP_MS);
  return { waitMs: Math.max(0, at - now), due: at + 1000 / (requestsPerSecond * HEADROOM) };
};

/** Ortto bans an address for 15 s after 15 bad requests in 15 s. */
const BAD_WINDOW_MS = 15_000;
/** The bad requests we allow in that window. */
const BAD_BUDGET = 10;

export interface Concurrency {
  /** Requests that may be under way at once. */
  readonly limit: number;
  /** Good answers since the limit last changed. */
  readonly good: number;
}

/** Ortto fails synchronous merges beyond an unpublished concurrency, so we start low and work our way up. */
export const startConcurrency: Concurrency = { limit: 2, good: 0 };

/** Never more requests under way than may turn out bad at once. */
const MAX_CONCURRENCY = BAD_BUDGET;

/** After twice `limit` good answers in a row, one more request may be under way; a throttled or failed one halves the limit. */
export const adapt = ({ limit, good }: Concurrency, outcome: 'good' | 'bad' | 'overloaded'): Concurrency => {
  if (outcome === 'overloaded') return { limit: Math.max(1, Math.floor(limit / 2)), good: 0 };
  if (outcome === 'bad') return { limit, good };
  return good + 1 >= limit * 2 ? { limit: Math.min(MAX_CONCURRENCY, limit + 1), good: 0 } : { limit, good: good + 1 };
};

/** The bad answers (their times, oldest first) that still count toward a ban. */
export const recentBad = (bad: readonly number[], now: number): readonly number[] =>
  bad.filter((at) => now - at <= BAD_WINDOW_MS);

/**
 * Time until another request may start: 0 for at once, undefined while that depends on one under way. Every request under
 * way may turn out bad, so it counts along with the recent bad ones.
 */
export const admission = (
  { limit }: Concurrency,
  underWay: number,
  bad: readonly number[],
  now: number,
): number | undefined => {
  const recent = recentBad(bad, now);
  if (underWay >= limit) return undefined;
  if (underWay + recent.length < BAD_BUDGET) return 0;
  const [oldest] = recent;
  // Most of what is under way turns out good, long before an old bad answer is forgotten.
  return underWay > 0 || oldest === undefined ? undefined : oldest + BAD_WINDOW_MS + 1 - now;
};

const MAX_ATTEMPTS = 10;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 60_000;
/** Advice is followed up to this; a longer wait means "not in this sync". */
const MAX_ADVICE_MS = 10 * 60_000;

/**
 * The wait before attempt number `attempt + 1` (`attempt` counts from 1), or undefined to give up. The server's advice is a
 * minimum; our own schedule doubles, with jitter so that requests that failed together are not retried together.
 */
export const backoffMs = (attempt: number, advisedMs: number | undefined, chance: number): number | undefined => {
  if (attempt >= MAX_ATTEMPTS || (advisedMs ?? 0) > MAX_ADVICE_MS) return undefined;
  const own = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + chance / 2);
  return Math.round(Math.max(own, advisedMs ?? 0));
};
