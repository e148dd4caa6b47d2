import type { SavedJob } from '../planning/state.ts';

/** From where an interrupted read of a window goes on. */
interface Position {
  readonly job?: SavedJob;
  readonly afterId?: string;
}

/** What the reading of one window gives, in order. */
export type Progress =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly count: number }
  /** Every line so far belongs before this position; an empty one means that the window must be read again. */
  | { readonly kind: 'reached'; readonly position: Position }
  /** How many rows are still to come in this window, as far as Salesforce knows. */
  | { readonly kind: 'estimate'; readonly rows: number }
  /** Nothing but the passing of time. */
  | { readonly kind: 'waiting' };
