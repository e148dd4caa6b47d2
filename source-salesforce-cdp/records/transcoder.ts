import { isUtf8 } from 'node:buffer';
import { TransientError } from '../../airbyte/errors.ts';
import { INPUT_SLACK } from './csv-cell-writer.ts';
import type { Envelope } from './layout.ts';
import { createCsvRowWriter } from './csv-row-writer.ts';
import type { CsvRowWriter } from './csv-row-writer.ts';
import type { Selection } from '../planning/selection.ts';
import type { RowFilter } from './row-filter.ts';

/**
 * Turns the result pages of a Bulk job into RECORD lines, byte by byte. A page begins with `page` (the first one has
 * begun already), takes its bytes in chunks cut anywhere, and closes with `end`. `push` and `end` give whole lines, maybe
 * none, in memory that the next call writes over. Both throw a TransientError that names the row of the page and what is
 * wrong, never a value; nothing of that chunk has been given or counted then, so the page can be fetched again and `rows`
 * of it skipped.
 */
export interface Transcoder {
  /** Begins the next page; its first `skip` rows have been given before and are only checked and counted. */
  page(skip: number): void;
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
  /** Rows of this page so far, skipped ones included. */
  readonly rows: number;
  /** Lines given since the beginning: rows without those skipped and those that an earlier read has sent already. */
  readonly records: number;
  /** How often a column's value was none of its kind and became null, by path. */
  readonly nulled: ReadonlyMap<string, number>;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** The writer makes room for the worst that can become of what it is given at once. */
const PIECE = 1 << 17;
const NOTHING = new Uint8Array();

export const createTranscoder = (selection: Selection, envelope: Envelope, watch?: RowFilter): Transcoder => {
  let writer: CsvRowWriter | undefined;
  // What has arrived and is not yet written, input[0, end), followed by zeros. It begins with a row.
  let input = Buffer.alloc(1 << 17);
  let end = 0;
  // Whether these bytes end inside quotes; kept so that a long row is looked through once, however small its chunks.
  let insideQuotes = false;
  let headerPending = true;
  let skip = 0;
  let rows = 0;
  let records = 0;
  const nulled = new Map<string, number>();

  const append = (chunk: Uint8Array): void => {
    if (end + chunk.length + INPUT_SLACK > input.length) {
      const larger = Buffer.alloc(Math.max(2 * input.length, end + chunk.length + INPUT_SLACK));
      input.copy(larger, 0, 0, end);
      input = larger;
    }
    input.set(chunk, end);
    end += chunk.length;
    input.fill(0, end, end + INPUT_SLACK);
  };

  const endsRow = (chunk: Uint8Array): boolean => {
    for (let at = 0; at < chunk.length; at++) {
      const b = chunk[at];
      if (b === QUOTE) insideQuotes = !insideQuotes;
      else if (b === LF && !insideQuotes) return true;
    }
    return false;
  };

  /** No character spans a line end, so what stands before the last one is UTF-8 by itself or not at all. */
  const repairUtf8 = (): void => {
    const upTo = input.lastIndexOf(LF, end - 1) + 1;
    if (isUtf8(input.subarray(0, upTo))) return;
    const repaired = Buffer.from(input.toString('utf8', 0, upTo));
    const rest = Buffer.from(input.subarray(upTo, end));
    end = 0;
    append(repaired);
    append(rest);
  };

  /** Takes the whole rows out of `input`. */
  const drain = (): Uint8Array => {
    repairUtf8();
    let from = 0;
    if (headerPending) {
      const header = firstRow(input, end);
      if (header === undefined) return NOTHING;
      const order = columnOrder(selection, header.cells, writer !== undefined);
      if (order !== undefined) {
        writer = createCsvRowWriter(selection, envelope, order, watch);
        from = header.end;
      }
      headerPending = false;
    }
    if (writer === undefined) return NOTHING;
    const written = writer.write(input, from, end, rows + 1, skip + 1);
    rows += written.rows;
    records += written.records;
    for (const path of written.nulled) nulled.set(path, (nulled.get(path) ?? 0) + 1);
    input.copyWithin(0, written.rest, end);
    end -= written.rest;
    append(NOTHING);
    insideQuotes = false;
    endsRow(input.subarray(0, end));
    return written.lines;
  };

  const take = (chunk: Uint8Array): Uint8Array => {
    const clean = chunk.includes(0) ? chunk.filter((b) => b !== 0) : chunk;
    const complete = endsRow(clean);
    append(clean);
    return complete ? drain() : NOTHING;
  };

  return {
    page: (rowsToSkip) => {
      end = 0;
      insideQuotes = false;
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
      if (end === 0 && !headerPending) return NOTHING;
      if (end === 0) {
        throw new TransientError(
          `A result page of the Bulk job for ${selection.object} is empty: even its header is missing`,
        );
      }
      // A row that is whole but for its line end is one: a quote has closed its last cell.
      const last = input[end - 1];
      const mayBeWhole = last === QUOTE || last === LF || last === CR;
      append(Uint8Array.of(LF));
      const lines = mayBeWhole ? drain() : NOTHING;
      if (end > 0) {
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

/** The cells of the first row and where it ends; undefined while it is not whole. */
const firstRow = (input: Buffer, end: number): { cells: string[]; end: number } | undefined => {
  const cells: string[] = [];
  let insideQuotes = false;
  let start = 0;
  for (let at = 0; at < end; at++) {
    const b = input[at];
    if (b === QUOTE) insideQuotes = !insideQuotes;
    if (insideQuotes || (b !== COMMA && b !== LF)) continue;
    const stop = b === LF && input[at - 1] === CR ? at - 1 : at;
    cells.push(input.toString('utf8', start, stop).replace(/^\uFEFF?"(.*)"$/s, '$1'));
    if (b === LF) return { cells, end: at + 1 };
    start = at + 1;
  }
  return undefined;
};

/**
 * Which column each cell fills, told by the header row, whose order need not be that of SELECT. Undefined when the row is
 * none: only the first page must have one. Throws when columns are missing or not asked for.
 */
const columnOrder = (selection: Selection, cells: readonly string[], optional: boolean): number[] | undefined => {
  const paths = selection.columns.map(({ path }) => path.toLowerCase());
  const order = cells.map((cell) => paths.indexOf(cell.toLowerCase()));
  if (order.length === paths.length && new Set(order).size === paths.length && !order.includes(-1)) return order;
  if (optional && order[0] === -1) return undefined;
  const missing = selection.columns.filter((_, column) => !order.includes(column)).map(({ path }) => path);
  throw new TransientError(
    `The result of the Bulk job for ${selection.object} does not have the columns asked for: ` +
      (missing.length > 0 ? `${missing.join(', ')} missing` : `${order.length} instead of ${paths.length}`),
  );
};
