import type { DeletedState } from './state.ts';

/** `/deleted` goes back 15 days; an hour less, so that the start is still in range when the request arrives. */
const LISTED_MS = 15 * 24 * 3_600_000 - 3_600_000;

/** `/deleted` refuses spans of a minute or less, and ignores seconds. */
const SHORTEST_SPAN_MS = 2 * 60_000;

/**
 * The span to ask `/deleted` for, from where it was last read; `missed` when that is further back than it can list. Undefined
 * while too little time has passed.
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
 * Where a first read leaves `/deleted`: the look-back before its end, since a transaction that was then open may still commit
 * deletions with an earlier timestamp.
 */
export const deletedFromFirstRead = (to: Date, lookbackMs: number): DeletedState => ({
  covered: new Date(to.getTime() - lookbackMs),
  ids: new Map(),
});
