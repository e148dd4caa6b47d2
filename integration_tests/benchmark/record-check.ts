import { isDeepStrictEqual } from 'node:util';

// Checks the lines of a measured process while they pass: a fast wrong answer must not win.

/** One line in this many is compared in full. */
const SAMPLE = 997;
const LF = 0x0a;
const ZERO = 0x30;
/** Where the type of a message begins, which is REC for a record only. */
const TYPE_OFFSET = '{"type":"'.length;
const LETTER_R = 0x52;
const LETTER_C = 0x43;
const NOTHING: Buffer = Buffer.alloc(0);
const ID = Buffer.from('"Id":"');
/** Where the number of the row is in an Id. */
const [NUMBER_START, NUMBER_END] = [3, 15];

export interface RecordCheck {
  take(chunk: Buffer): void;
  readonly bytes: number;
  /** When the first record came, in epoch milliseconds. */
  readonly firstAtEpochMs: number | undefined;
  /** Lines that are not records. */
  readonly others: readonly string[];
  /** Throws unless there are `rows` records, each row equally often, and those compared are as expected. */
  check(rows: number): void;
}

/** Rows are those below `distinctRows`; `expected` gives the data that a record of a row may have. */
export const createRecordCheck = (distinctRows: number, expected: (row: number) => readonly unknown[]): RecordCheck => {
  const times = new Uint32Array(distinctRows);
  const others: string[] = [];
  let rest = NOTHING;
  let records = 0;
  let bytes = 0;
  let wrong = 0;
  let firstAtEpochMs: number | undefined;

  /** How far into a line its Id is; every record has it in the same place. */
  let idOffset = 0;

  const isRecord = (line: Buffer, start: number): boolean =>
    line[start + TYPE_OFFSET] === LETTER_R && line[start + TYPE_OFFSET + 2] === LETTER_C;

  const takeRecord = (line: Buffer, start: number, end: number): void => {
    firstAtEpochMs ??= performance.timeOrigin + performance.now();
    if (idOffset === 0) idOffset = line.indexOf(ID, start) + ID.length - start;
    let row = 0;
    for (let at = start + idOffset + NUMBER_START; at < start + idOffset + NUMBER_END; at += 1) {
      row = 10 * row + (line[at] ?? 0) - ZERO;
    }
    times[row] = (times[row] ?? 0) + 1;
    if (records % SAMPLE === 0) {
      const { record } = JSON.parse(line.toString('utf8', start, end)) as { record: { data: object } };
      if (!expected(row).some((data) => isDeepStrictEqual({ ...record.data }, data))) wrong += 1;
    }
    records += 1;
  };

  const takeLine = (line: Buffer, start: number, end: number): void => {
    if (isRecord(line, start)) takeRecord(line, start, end);
    else others.push(line.toString('utf8', start, end));
  };

  return {
    take(chunk) {
      bytes += chunk.length;
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
        if (rest.length === 0) takeLine(chunk, start, end);
        else {
          const line = Buffer.concat([rest, chunk.subarray(start, end)]);
          takeLine(line, 0, line.length);
          rest = NOTHING;
        }
        start = end + 1;
      }
      if (start < chunk.length) rest = Buffer.concat([rest, chunk.subarray(start)]);
    },
    get bytes() {
      return bytes;
    },
    get firstAtEpochMs() {
      return firstAtEpochMs;
    },
    others,
    check(rows) {
      const isEven = times.every((count) => count === rows / distinctRows);
      if (records === rows && isEven && wrong === 0 && rest.length === 0) return;
      throw new Error(
        `The answer is wrong: ${records} records where there are ${rows} rows, ` +
          `${isEven ? 'each row equally often' : 'some rows too often or never'}, and ${wrong} of those looked at are wrong.`,
      );
    },
  };
};
