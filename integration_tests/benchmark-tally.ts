import { isDeepStrictEqual } from 'node:util';

// Checks the lines of a measured process while they pass: a fast wrong answer must not win.

/** Every line of so many is compared in full. */
const SAMPLE = 997;
const LF = 0x0a;
const ZERO = 0x30;
const RECORD = '{"type":"RECORD"';
const ID = Buffer.from('"Id":"');
/** Where the number of the row stands in an Id. */
const [NUMBER_START, NUMBER_END] = [3, 15];

export interface Tally {
  take(chunk: Buffer): void;
  readonly bytes: number;
  /** When the first record came, in epoch milliseconds. */
  readonly firstAtEpochMs: number | undefined;
  /** Lines that are no records. */
  readonly others: readonly string[];
  /** Throws unless there are `rows` records, each row equally often, and those looked at are as they should be. */
  check(rows: number): void;
}

/** Rows are those below `distinctRows`; `expected` gives the data that a record of a row may have. */
export const createTally = (distinctRows: number, expected: (row: number) => readonly unknown[]): Tally => {
  const times = new Uint32Array(distinctRows);
  const others: string[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let records = 0;
  let bytes = 0;
  let wrong = 0;
  let firstAtEpochMs: number | undefined;

  const takeLine = (line: Buffer): void => {
    if (line.toString('latin1', 0, RECORD.length) !== RECORD) {
      others.push(line.toString());
      return;
    }
    firstAtEpochMs ??= performance.timeOrigin + performance.now();
    const id = line.indexOf(ID) + ID.length;
    let row = 0;
    for (let at = id + NUMBER_START; at < id + NUMBER_END; at += 1) row = 10 * row + (line[at] ?? 0) - ZERO;
    times[row] = (times[row] ?? 0) + 1;
    if (records % SAMPLE === 0) {
      const { record } = JSON.parse(line.toString()) as { record: { data: unknown } };
      if (!expected(row).some((data) => isDeepStrictEqual({ ...(record.data as object) }, data))) wrong += 1;
    }
    records += 1;
  };

  return {
    take(chunk) {
      bytes += chunk.length;
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
        const line = chunk.subarray(start, end);
        takeLine(rest.length === 0 ? line : Buffer.concat([rest, line]));
        rest = Buffer.alloc(0);
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
