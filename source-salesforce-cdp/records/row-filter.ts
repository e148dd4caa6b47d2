/** What is asked about the rows of a read before their records leave. Times are texts as records have them. */
export interface RowFilter {
  /** Rows before this time may have been sent by an earlier read. */
  readonly repeatedBefore: string;
  /** Rows from this time on will be read again by the next one. */
  readonly rereadFrom: string;
  /** Asked for the rows of these two spans only: whether the record, given as the bytes of its data, is to be sent. */
  admit(id: string, cursor: string, data: Uint8Array): boolean;
  /** Told of every row that is deleted. */
  deleted(id: string, cursor: string): void;
}
