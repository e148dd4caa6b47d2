/** The half-open time span of one query, on the stream's cursor; without `from` it starts at the beginning of time. */
export interface Window {
  readonly from?: Date;
  readonly to: Date;
}

/** A window is not cut below this: rows of one transaction share a second, and a job costs more than a minute's rows. */
export const SHORTEST_WINDOW_MS = 60_000;

/** Salesforce was founded in 1999; no row is older, so that a window without `from` can be halved too. */
const FIRST_ROW = Date.UTC(1999, 0, 1);

/** Two windows that together are this one, the earlier first, cut at a whole second; undefined when it is too short. */
export const halve = ({ from, to }: Window): readonly [Window, Window] | undefined => {
  const start = from?.getTime() ?? Math.min(FIRST_ROW, to.getTime());
  if (to.getTime() - start < 2 * SHORTEST_WINDOW_MS) return undefined;
  const middle = new Date(Math.floor((start + to.getTime()) / 2_000) * 1_000);
  return [
    { ...(from && { from }), to: middle },
    { from: middle, to },
  ];
};

/**
 * Where an incremental read begins: the cursor less the look-back, for rows that became visible after their time, but
 * never before the start date. Undefined means the beginning of time.
 */
export const beginning = (
  cursor: Date | undefined,
  lookbackMs: number,
  startDate: Date | undefined,
): Date | undefined =>
  cursor === undefined
    ? startDate
    : new Date(Math.max(cursor.getTime() - lookbackMs, startDate?.getTime() ?? Number.NEGATIVE_INFINITY));
