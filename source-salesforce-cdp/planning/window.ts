/** The half-open time span of one query, on the stream's cursor: `from` is included, `to` is not. */
export interface Window {
  /** Absent: from the beginning of time. */
  readonly from?: Date;
  /**
   * Absent: no end. A full refresh has no end, since a row that changes during the read must not drop out of it; an
   * incremental read has one, and such a row is read by the next.
   */
  readonly to?: Date;
}

/** Rows of one transaction share a second, and a window of less than a minute would cost a job for very few rows. */
const SHORTEST_WINDOW_MS = 60_000;

/** Salesforce was founded in 1999, so no row is older; with it a window without `from` can be halved too. */
const FIRST_ROW = Date.UTC(1999, 0, 1);

/**
 * The two halves of a window, the earlier first, split at a whole second; `now` replaces an absent end. Undefined when they
 * would be shorter than a minute.
 */
export const halve = (window: Window, now: Date): readonly [Window, Window] | undefined => {
  const end = (window.to ?? now).getTime();
  const start = window.from?.getTime() ?? FIRST_ROW;
  if (end - start < 2 * (SHORTEST_WINDOW_MS + 1_000)) return undefined;
  const middle = new Date(Math.floor((start + end) / 2_000) * 1_000);
  return [
    { ...window, to: middle },
    { ...window, from: middle },
  ];
};

/**
 * Where an incremental read begins: the look-back before the cursor, for rows that became visible after their timestamp, but
 * never before the start date.
 */
export const incrementStart = (cursor: Date, lookbackMs: number, startDate: Date | undefined): Date =>
  new Date(Math.max(cursor.getTime() - lookbackMs, startDate?.getTime() ?? Number.NEGATIVE_INFINITY));
