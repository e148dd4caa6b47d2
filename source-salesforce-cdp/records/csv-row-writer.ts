import { TransientError } from '../../airbyte/errors.ts';
import { createCsvCellWriter, KINDS, INCOMPLETE, OUTPUT_SLACK, QUOTE_INSIDE, WORST_GROWTH } from './csv-cell-writer.ts';
import { wordsOf } from './plain-cells.ts';
import { compileLayout, lineHead, lineTail, maxLength, utf8 } from './layout.ts';
import type { Envelope, Instruction } from './layout.ts';
import type { Selection } from '../planning/selection.ts';
import type { RowFilter } from './row-filter.ts';

// One long function on purpose: it runs for every cell of a Bulk result, and its inner functions share buffers and tables as
// local variables, which is cheaper than reaching them through objects or passing them as arguments.

/** Writes the RECORD lines of CSV rows whose cells are in one fixed order. */
export interface CsvRowWriter {
  /**
   * Writes the complete rows of `input[from, end)`, which must be as a cell writer reads it. Returns their lines, the number of
   * rows and lines, and where the first incomplete row begins. Throws a TransientError naming the row when a row is malformed;
   * nothing is counted then. Rows are numbered from `firstRow`; those before `skipUntil` are only checked.
   */
  write(input: Buffer, from: number, end: number, firstRow: number, skipUntil: number): Written;
}

interface Written {
  /** In memory that the next call overwrites. */
  readonly lines: Uint8Array;
  readonly rows: number;
  readonly records: number;
  readonly rest: number;
  /** Paths of columns whose value did not match the column's kind, once for each such value. */
  readonly nulled: readonly string[];
}

const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export const createCsvRowWriter = (
  selection: Selection,
  envelope: Envelope,
  order: readonly number[],
  rowFilter: RowFilter | undefined,
): CsvRowWriter => {
  const head = lineHead(envelope);
  const layout = compileLayout(selection, order, head);
  const count = order.length;
  const kinds = Uint8Array.from(layout.kinds, (kind) => KINDS.indexOf(kind));
  const columns = Int32Array.from(layout.columns);
  const keyLengths = Int32Array.from(layout.keys, ({ length }) => length);
  let keyWordCount = 0;
  const keyWordEnds = Int32Array.from(layout.keys, ({ length }) => (keyWordCount += Math.ceil(length / 4)));
  const keyWords = Int32Array.from(layout.keys.flatMap(wordsOf));
  const before = layout.before.map((instructions) => (instructions.length > 0 ? instructions : undefined));
  const dataOffset = Buffer.byteLength(head) - 1;
  const plainTail = utf8(`}${lineTail(envelope, [])}`);
  const tailWords = Int32Array.from(wordsOf(plainTail));
  const overhead =
    OUTPUT_SLACK +
    2 * (4 * keyWordCount + maxLength(layout.before.flat()) + maxLength(layout.after) + plainTail.length);

  const paths = selection.columns.map(({ path }) => path);
  const idColumn = paths.indexOf('Id');
  const cursorColumn = selection.cursor === undefined ? -1 : paths.indexOf(selection.cursor);
  const deletedColumn = paths.indexOf('IsDeleted');
  const activeFilter = idColumn < 0 || cursorColumn < 0 ? undefined : rowFilter;
  const repeatedBefore = utf8(rowFilter?.repeatedBefore ?? '');
  const rereadFrom = utf8(rowFilter?.rereadFrom ?? '');

  let output: Buffer = Buffer.alloc(0);
  let outputWords = new DataView(output.buffer);
  /** Where in the output the value of each column is; then where the current object begins, and whether it is all null so far. */
  const starts = new Int32Array(paths.length);
  const ends = new Int32Array(paths.length);
  let objectStart = 0;
  let objectIsNull = true;

  const reserve = (used: number, more: number): void => {
    if (used + more <= output.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * output.length, used + more));
    output.copy(larger, 0, 0, used);
    output = larger;
    outputWords = new DataView(output.buffer, output.byteOffset, output.byteLength);
    cells.writeTo(output);
  };

  const writeInstructions = (instructions: readonly Instruction[], from: number): number => {
    let o = from;
    for (const instruction of instructions) {
      if (instruction.kind === 'close') {
        if (objectIsNull) o = objectStart + output.write('null', objectStart, 'latin1');
        else output[o++] = CLOSE_BRACE;
        continue;
      }
      output.set(instruction.text, o);
      o += instruction.text.length;
      if (instruction.kind === 'open') {
        objectStart = o;
        objectIsNull = true;
        output[o++] = OPEN_BRACE;
      } else {
        const start = starts[instruction.column] ?? 0;
        const stop = ends[instruction.column] ?? 0;
        output.copyWithin(o, start, stop);
        o += stop - start;
        if (output[start] !== LETTER_N) objectIsNull = false;
      }
    }
    return o;
  };

  const text = (column: number): string =>
    output.toString('latin1', (starts[column] ?? 0) + 1, (ends[column] ?? 0) - 1);

  /** Whether the text of a column, as written, sorts before another one. */
  const isBefore = (column: number, other: Uint8Array): boolean => {
    const start = (starts[column] ?? 0) + 1;
    const length = (ends[column] ?? 0) - 1 - start;
    for (let at = 0; at < length && at < other.length; at++) {
      const difference = (output[start + at] ?? 0) - (other[at] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return length < other.length;
  };

  /** Whether to send the record that has this data. */
  const admits = (filter: RowFilter, dataStart: number, dataEnd: number): boolean => {
    if (deletedColumn >= 0 && output[starts[deletedColumn] ?? 0] === LETTER_T) {
      filter.deleted(text(idColumn), text(cursorColumn));
    }
    return !isBefore(cursorColumn, repeatedBefore) && isBefore(cursorColumn, rereadFrom)
      ? true
      : filter.admit(text(idColumn), text(cursorColumn), output.subarray(dataStart, dataEnd));
  };

  const cells = createCsvCellWriter();
  const { after } = cells;
  /** Where the last written row ends in the input. */
  let rowEnd = 0;
  /** Paths of its columns whose value did not match their kind. */
  let nulled: string[] | undefined;

  /** Writes the cells of the row that begins at `from`; returns where they end in the output, or INCOMPLETE. */
  const writeCells = (input: Buffer, from: number, end: number, row: number, lineStart: number): number => {
    const words = outputWords;
    let i = from;
    let o = lineStart;
    let key = 0;
    nulled = undefined;
    for (let cell = 0; cell < count; cell++) {
      const instructions = before[cell];
      if (instructions !== undefined) o = writeInstructions(instructions, o);
      const keyStart = o;
      for (const keyEnd = keyWordEnds[cell] ?? 0; key < keyEnd; key++) {
        words.setInt32(o, keyWords[key] ?? 0, true);
        o += 4;
      }
      const valueStart = keyStart + (keyLengths[cell] ?? 0);
      o = cells.write(kinds[cell] ?? 0, i, valueStart);
      if (o < 0) {
        if (o === QUOTE_INSIDE) throw malformed(selection, row, 'has a quote inside an unquoted cell');
        return INCOMPLETE;
      }
      i = after.end;
      const column = columns[cell] ?? 0;
      starts[column] = valueStart;
      ends[column] = o;
      if (output[valueStart] !== LETTER_N) objectIsNull = false;
      else if (after.isNulled) (nulled ??= []).push(paths[column] ?? '');
      if (cell < count - 1) {
        if (input[i] !== COMMA) {
          checkRowEnd(input, i, end, row, cell + 1);
          return INCOMPLETE;
        }
        i++;
      }
    }
    if (input[i] === LF) rowEnd = i + 1;
    else if (input[i] === CR && input[i + 1] === LF) rowEnd = i + 2;
    else {
      checkRowEnd(input, i, end, row, count);
      return INCOMPLETE;
    }
    return o;
  };

  /** Throws when the row is malformed after `done` cells, but not when its rest has simply not arrived yet. */
  const checkRowEnd = (input: Buffer, at: number, end: number, row: number, done: number): void => {
    const b = input[at];
    if (at >= end || (b === CR && at + 1 >= end)) return;
    if (b === COMMA) throw malformed(selection, row, `has more than ${count} cells`);
    if (b === LF || b === CR) throw malformed(selection, row, `has only ${done} of ${count} cells`);
    throw malformed(selection, row, 'continues after the closing quote of a cell');
  };

  /** Ends the line whose cells end at `cellsEnd`. Returns where the next one begins: at `lineStart` when this one is not sent. */
  const finishLine = (lineStart: number, cellsEnd: number, isSkipped: boolean): number => {
    let o = writeInstructions(layout.after, cellsEnd);
    output[o] = CLOSE_BRACE;
    const dataStart = (layout.aside ? cellsEnd : lineStart) + dataOffset;
    if (isSkipped || (activeFilter !== undefined && !admits(activeFilter, dataStart, o + 1))) return lineStart;
    const tail = nulled === undefined ? plainTail : utf8(`}${lineTail(envelope, nulled)}`);
    if (nulled === undefined) {
      for (let at = 0; at < tailWords.length; at++) outputWords.setInt32(o + 4 * at, tailWords[at] ?? 0, true);
    } else {
      reserve(o, tail.length);
      output.set(tail, o);
    }
    o += tail.length;
    if (!layout.aside) return o;
    output.copyWithin(lineStart, cellsEnd, o);
    return o - (cellsEnd - lineStart);
  };

  return {
    write(input, from, end, firstRow, skipUntil) {
      cells.read(input, end);
      let i = from;
      let o = 0;
      let row = firstRow;
      let records = 0;
      const allNulled: string[] = [];
      while (i < end) {
        const b = input[i];
        if (b === LF || (b === CR && input[i + 1] === LF)) {
          i += b === LF ? 1 : 2;
          continue;
        }
        reserve(o, overhead + 5 * count + WORST_GROWTH * (end - i));
        const cellsEnd = writeCells(input, i, end, row, o);
        if (cellsEnd === INCOMPLETE) break;
        i = rowEnd;
        const next = finishLine(o, cellsEnd, row < skipUntil);
        if (next > o) {
          records++;
          if (nulled !== undefined) allNulled.push(...nulled);
        }
        o = next;
        row++;
      }
      return { lines: output.subarray(0, o), rows: row - firstRow, records, rest: i, nulled: allNulled };
    },
  };
};

const malformed = (selection: Selection, row: number, problem: string): TransientError =>
  new TransientError(`The result of the Bulk job for ${selection.object} is malformed: row ${row} ${problem}`);
