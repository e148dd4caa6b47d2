import { lineHead, lineTail } from '../records/layout.ts';
import type { Envelope } from '../records/layout.ts';
import type { Selection } from '../planning/selection.ts';
import { STATE_ENTRIES } from '../planning/state.ts';
import type { DeletedState } from '../planning/state.ts';
import type { DeletedRow } from '../salesforce/rest.ts';

/** Most ids remembered as deleted in one read; any others may be sent once more by the next one, which is harmless. */
const MAX_SENT = 50_000;

/** Ids that have been sent as deleted and may still be listed: those in the state, and those of this read. */
export interface SentDeletions {
  deleted(id: string, cursor: string): void;
  /** Listed rows that have not been sent as deleted before, each once. */
  unsent(listed: readonly DeletedRow[]): DeletedRow[];
  /** For the state, once everything before `covered` has been listed and sent. */
  remembered(covered: Date): DeletedState;
}

export const createSentDeletions = (before: DeletedState): SentDeletions => {
  const sent = new Map(before.ids);
  return {
    deleted: (id, cursor) => {
      const date = new Date(cursor);
      if (date >= before.covered && sent.size < MAX_SENT) sent.set(id, date);
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

/** `/deleted` ignores fractions of a second in its start. */
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
