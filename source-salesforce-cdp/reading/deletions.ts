import { lineHead, lineTail } from '../records/layout.ts';
import type { Envelope } from '../records/layout.ts';
import type { Selection } from '../planning/selection.ts';
import { STATE_ENTRIES } from '../planning/state.ts';
import type { DeletedState } from '../planning/state.ts';

/** A row that `/deleted` lists. */
export interface DeletedRow {
  readonly id: string;
  readonly deletedDate: Date;
}

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

/** Ids sent as deleted in one read; more would be sent once more by the next one, which harms nobody. */
const SENT_ENTRIES = 50_000;

/** Which ids have been sent as deleted and may still be listed: those of the state, and those met in this read. */
export interface SentDeletions {
  deleted(id: string, cursor: string): void;
  /** Listed rows not sent as deleted before, each once. */
  unsent(listed: readonly DeletedRow[]): DeletedRow[];
  /** For the state, once everything before `covered` has been listed and sent. */
  remembered(covered: Date): DeletedState;
}

export const createSentDeletions = (before: DeletedState): SentDeletions => {
  const sent = new Map(before.ids);
  return {
    deleted: (id, cursor) => {
      const date = new Date(cursor);
      if (date >= before.covered && sent.size < SENT_ENTRIES) sent.set(id, date);
    },
    unsent: (listed) => {
      const found = [...new Map(listed.map((row) => [row.id, row])).values()].filter(({ id }) => !sent.has(id));
      for (const { id, deletedDate } of found) sent.set(id, deletedDate);
      return found;
    },
    remembered: (covered) => ({
      covered,
      ids: new Map(
        [...sent]
          .filter(([, date]) => date >= wholeSecond(covered))
          .sort(([, a], [, b]) => b.getTime() - a.getTime())
          .slice(0, STATE_ENTRIES),
      ),
    }),
  };
};

/** `/deleted` cuts seconds' fractions off its start. */
const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1_000) * 1_000);

/** RECORD lines `{Id, IsDeleted: true, <cursor>}`, for a stream that reads `IsDeleted`. */
export const tombstoneLines = (selection: Selection, envelope: Envelope, rows: readonly DeletedRow[]): Uint8Array => {
  const head = lineHead(envelope).slice(0, -1);
  const tail = lineTail(envelope, []);
  const lines = rows.map(({ id, deletedDate }) => {
    const cursor = selection.cursor === undefined ? {} : { [selection.cursor]: deletedDate.toISOString() };
    return `${head}${JSON.stringify({ Id: id, IsDeleted: true, ...cursor })}${tail}`;
  });
  return Buffer.from(lines.join(''));
};
