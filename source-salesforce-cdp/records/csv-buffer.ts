import { isUtf8 } from 'node:buffer';
import { INPUT_SLACK } from './csv-cell-writer.ts';

/** The part of a CSV result that has arrived and is not yet written. It begins with a row. */
export interface CsvBuffer {
  /** Followed by `INPUT_SLACK` zeros after `end`. Another buffer after each call that adds bytes. */
  readonly bytes: Buffer;
  readonly end: number;
  /** Appends a chunk; returns whether a row ends in it. */
  add(chunk: Uint8Array): boolean;
  /** Replaces what is not UTF-8 in the complete rows. */
  repairUtf8(): void;
  /** Removes the bytes before `start`, where a row begins. */
  drop(start: number): void;
  clear(): void;
}

const LF = 0x0a;
const QUOTE = 0x22;
const NOTHING = new Uint8Array();

export const createCsvBuffer = (): CsvBuffer => {
  let bytes = Buffer.alloc(1 << 17);
  let end = 0;
  // Whether the bytes end inside quotes; kept so that a long row is scanned only once, however small its chunks are.
  let insideQuotes = false;

  const append = (chunk: Uint8Array): void => {
    if (end + chunk.length + INPUT_SLACK > bytes.length) {
      const larger = Buffer.alloc(Math.max(2 * bytes.length, end + chunk.length + INPUT_SLACK));
      bytes.copy(larger, 0, 0, end);
      bytes = larger;
    }
    bytes.set(chunk, end);
    end += chunk.length;
    bytes.fill(0, end, end + INPUT_SLACK);
  };

  const endsRow = (chunk: Uint8Array): boolean => {
    for (let at = 0; at < chunk.length; at++) {
      const b = chunk[at];
      if (b === QUOTE) insideQuotes = !insideQuotes;
      else if (b === LF && !insideQuotes) return true;
    }
    return false;
  };

  return {
    get bytes() {
      return bytes;
    },
    get end() {
      return end;
    },
    add(chunk) {
      const hasRowEnd = endsRow(chunk);
      append(chunk);
      return hasRowEnd;
    },
    repairUtf8() {
      // No character spans a line end, so what is before the last one can be checked by itself.
      const upTo = bytes.lastIndexOf(LF, end - 1) + 1;
      if (isUtf8(bytes.subarray(0, upTo))) return;
      const repaired = Buffer.from(bytes.toString('utf8', 0, upTo));
      const rest = Buffer.from(bytes.subarray(upTo, end));
      end = 0;
      append(repaired);
      append(rest);
    },
    drop(start) {
      bytes.copyWithin(0, start, end);
      end -= start;
      append(NOTHING);
      insideQuotes = false;
      endsRow(bytes.subarray(0, end));
    },
    clear() {
      end = 0;
      insideQuotes = false;
    },
  };
};
