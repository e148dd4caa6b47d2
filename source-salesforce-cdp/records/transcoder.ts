import { TransientError } from '../../airbyte/errors.ts';
import type { Selection } from '../planning/selection.ts';
import { createCsvBuffer } from './csv-buffer.ts';
import { columnOrder, firstRow } from './csv-header.ts';
import { createCsvRowWriter } from './csv-row-writer.ts';
import type { CsvRowWriter } from './csv-row-writer.ts';
import type { Envelope } from './layout.ts';
import type { RowFilter } from './row-filter.ts';

/**
 * Turns the result pages of a Bulk job into RECORD lines. A page begins with `page` (the first one has already begun), takes its
 * bytes in chunks split anywhere, and ends with `end`. `push` and `end` return complete lines, maybe none, in memory that the
 * next call overwrites. Both throw a TransientError that names the row of the page and what is wrong, never a value; nothing of
 * that chunk has then been returned or counted, so the page can be fetched again and `rows` of it skipped.
 */
export interface Transcoder {
  /** Begins the next page; its first `skip` rows have been returned before and are only checked and counted. */
  page(skip: number): void;
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
  /** Rows of this page so far, including skipped ones. */
  readonly rows: number;
  /** Lines returned since the beginning: rows except those skipped and those that the filter left out. */
  readonly records: number;
  /** How many values of a column did not match its kind and became null, by path. */
  readonly nulled: ReadonlyMap<string, number>;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
/** The writer allocates room for the longest possible result of one piece. */
const PIECE = 1 << 17;
const NOTHING = new Uint8Array();

export const createTranscoder = (selection: Selection, envelope: Envelope, rowFilter?: RowFilter): Transcoder => {
  const buffer = createCsvBuffer();
  let writer: CsvRowWriter | undefined;
  let headerPending = true;
  let skip = 0;
  let rows = 0;
  let records = 0;
  const nulled = new Map<string, number>();

  /** Takes the complete rows out of the buffer. */
  const drain = (): Uint8Array => {
    buffer.repairUtf8();
    const { bytes, end } = buffer;
    let from = 0;
    if (headerPending) {
      const header = firstRow(bytes, end);
      if (header === undefined) return NOTHING;
      const order = columnOrder(selection, header.cells, writer !== undefined);
      if (order !== undefined) {
        writer = createCsvRowWriter(selection, envelope, order, rowFilter);
        from = header.end;
      }
      headerPending = false;
    }
    if (writer === undefined) return NOTHING;
    const written = writer.write(bytes, from, end, rows + 1, skip + 1);
    rows += written.rows;
    records += written.records;
    for (const path of written.nulled) nulled.set(path, (nulled.get(path) ?? 0) + 1);
    buffer.drop(written.rest);
    return written.lines;
  };

  const take = (chunk: Uint8Array): Uint8Array => {
    const clean = chunk.includes(0) ? chunk.filter((b) => b !== 0) : chunk;
    return buffer.add(clean) ? drain() : NOTHING;
  };

  return {
    page: (rowsToSkip) => {
      buffer.clear();
      headerPending = true;
      skip = rowsToSkip;
      rows = 0;
    },
    push: (chunk) => {
      if (chunk.length <= PIECE) return take(chunk);
      const pieces = Array.from({ length: Math.ceil(chunk.length / PIECE) }, (_, at) =>
        Buffer.from(take(chunk.subarray(at * PIECE, (at + 1) * PIECE))),
      );
      return Buffer.concat(pieces);
    },
    end: () => {
      if (buffer.end === 0 && !headerPending) return NOTHING;
      if (buffer.end === 0) {
        throw new TransientError(
          `A result page of the Bulk job for ${selection.object} is empty: it has no header row`,
        );
      }
      // The last row may lack only its line end: after a quote its last cell is complete.
      const last = buffer.bytes[buffer.end - 1];
      const mayBeComplete = last === QUOTE || last === LF || last === CR;
      buffer.add(Uint8Array.of(LF));
      const lines = mayBeComplete ? drain() : NOTHING;
      if (buffer.end > 0) {
        throw new TransientError(
          `The result of the Bulk job for ${selection.object} is cut off inside row ${rows + 1} of the page`,
        );
      }
      return lines;
    },
    get rows() {
      return rows;
    },
    get records() {
      return records;
    },
    nulled,
  };
};
