/** The half-open time span of one query, on the stream's cursor: from the first instant on, up to the second. */
export interface Window {
  /** Absent: from the beginning of time. */
  readonly from?: Date;
  /**
   * Absent: whatever there is. A full refresh has no end, for a row that changes while it is read must not fall out of it;
   * an incremental read has one, and the row is read by the next.
   */
  readonly to?: Date;
}

/** Rows of one transaction share a second; a window below a minute would cost a job for next to nothing. */
const SHORTEST_WINDOW_MS = 60_000;

/** Salesforce was founded in 1999; no row is older, so that a window without `from` can be halved too. */
const FIRST_ROW = Date.UTC(1999, 0, 1);

/**
 * Two windows that together are this one, the earlier first, cut at a whole second; `now` stands for an end that is absent.
 * Undefined when they would be shorter than a minute.
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
 * Where an incremental read begins: the cursor less the look-back, for rows that became visible after their time, but
 * never before the start date.
 */
export const incrementStart = (cursor: Date, lookbackMs: number, startDate: Date | undefined): Date =>
  new Date(Math.max(cursor.getTime() - lookbackMs, startDate?.getTime() ?? Number.NEGATIVE_INFINITY));
