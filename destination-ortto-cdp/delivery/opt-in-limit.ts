import type { Limit } from '../config.ts';

/** What has come of a stream in this attempt. */
export interface ImpliedCount {
  /** Records whose person was in Ortto already. */
  readonly existed: number;
  /** Those of them who would lose a permission only because their value is not in `opted_in_when`. */
  readonly implied: number;
}

/** Whether so many opt-outs are a mistake in the list rather than people's wish: more than the limit's records and its percentage. */
export const isBeyond = ({ existed, implied }: ImpliedCount, { records, percent }: Limit): boolean =>
  implied > records && implied * 100 > percent * existed;
