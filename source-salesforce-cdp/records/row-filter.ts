/** Decides which rows are sent as records. Times are texts as in the records. */
export interface RowFilter {
  /** Rows before this time may have been sent by an earlier read. */
  readonly repeatedBefore: string;
  /** Rows from this time on will be read again by the next one. */
  readonly rereadFrom: string;
  /** Whether to send the record, given as the bytes of its data. Called only for rows of these two time spans. */
  admit(id: string, cursor: string, data: Uint8Array): boolean;
  /** Called for every deleted row. */
  deleted(id: string, cursor: string): void;
}
