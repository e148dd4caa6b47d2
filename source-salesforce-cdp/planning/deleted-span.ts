import type { DeletedState } from './state.ts';

/** `/deleted` goes back 15 days; an hour less, so that the request does not come too late for its own start. */
const LISTED_MS = 15 * 24 * 3_600_000 - 3_600_000;

/** `/deleted` refuses spans of a minute or less, seconds cut off. */
const SHORTEST_SPAN_MS = 2 * 60_000;

/**
 * What to ask `/deleted` for, from where it was read last; `missed` when that lies further back than it can list.
 * Undefined while too little time has passed to ask.
 */
export const deletedSpan = (
  covered: Date,
  to: Date,
): { readonly start: Date; readonly end: Date; readonly missed: boolean } | undefined => {
  const earliest = to.getTime() - LISTED_MS;
  if (to.getTime() - covered.getTime() < SHORTEST_SPAN_MS) return undefined;
  return {
    start: new Date(Math.max(earliest, covered.getTime())),
    end: to,
    missed: covered.getTime() < earliest,
  };
};

/**
 * Where a first read leaves `/deleted`: a transaction that was open at its end may still commit deletions of some minutes
 * before, as the look-back assumes of other changes.
 */
export const deletedFromFirstRead = (to: Date, lookbackMs: number): DeletedState => ({
  covered: new Date(to.getTime() - lookbackMs),
  ids: new Map(),
});
