import type { SavedJob } from '../planning/state.ts';

/** Where an interrupted read of a window continues. */
interface Position {
  readonly job?: SavedJob;
  readonly afterId?: string;
}

/** What reading a window yields, in order. */
export type Progress =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly count: number }
  /** Every line so far is before this position; an empty position means that the window must be read again. */
  | { readonly kind: 'reached'; readonly position: Position }
  /** How many rows are still to come in this window, as far as Salesforce knows. */
  | { readonly kind: 'estimate'; readonly rows: number }
  /** Time has passed, and there is nothing else to report. */
  | { readonly kind: 'waiting' };
