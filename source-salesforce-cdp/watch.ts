/** What is asked about a row before its record leaves, without looking at rows that do not matter. Times are canonical datetimes. */
export interface Watch {
  /** Rows before this time may have been sent by an earlier read. */
  readonly repeatedBefore: string;
  /** Rows from this time on will be read again by the next one. */
  readonly rereadFrom: string;
  /** Asked for the rows of these two spans only: whether the record, given as the bytes of its data, is to be sent. */
  admit(id: string, data: Uint8Array): boolean;
  /** Told of every row that is deleted. */
  deleted(id: string, cursor: string): void;
}
