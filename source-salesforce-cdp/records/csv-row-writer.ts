import { TransientError } from '../../airbyte/errors.ts';
import { createCsvCellWriter, KINDS, NOT_WHOLE, OUTPUT_SLACK, QUOTE_INSIDE } from './csv-cell-writer.ts';
import { wordsOf } from './plain-cells.ts';
import { compileLayout, lineHead, lineTail, longest } from './layout.ts';
import type { Envelope, Step } from './layout.ts';
import type { Selection } from '../planning/selection.ts';
import type { RowFilter } from './row-filter.ts';

/** Writes the RECORD lines of CSV rows whose cells come in one fixed order. */
export interface CsvRowWriter {
  /**
   * Takes the whole rows of `input[from, end)`, which is as a cell writer takes it. Returns their lines, how many rows and lines these are, and where the first row that is not whole begins.
   * Throws a TransientError naming the row when there are too many or too few cells in it; nothing is counted then.
   * Rows are numbered from `firstRow`; those before `skipUntil` are checked only.
   */
  write(input: Buffer, from: number, end: number, firstRow: number, skipUntil: number): Written;
}

interface Written {
  /** In memory that the next call writes over. */
  readonly lines: Uint8Array;
  readonly rows: number;
  readonly records: number;
  readonly rest: number;
  /** Paths of columns whose value was none of its kind, once for each such value. */
  readonly nulled: readonly string[];
}

const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** How much longer a record's values can be than its cells: six bytes for a control character, twice in a compound. */
const WORST_GROWTH = 12;

export const createCsvRowWriter = (
  selection: Selection,
  envelope: Envelope,
  order: readonly number[],
  watch: RowFilter | undefined,
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
  const before = layout.before.map((steps) => (steps.length > 0 ? steps : undefined));
  const dataOffset = Buffer.byteLength(head) - 1;
  const plainTail = ascii(`}${lineTail(envelope, [])}`);
  const tailWords = Int32Array.from(wordsOf(plainTail));
  const overhead =
    OUTPUT_SLACK + 2 * (4 * keyWordCount + longest(layout.before.flat()) + longest(layout.after) + plainTail.length);

  const paths = selection.columns.map(({ path }) => path);
  const idColumn = paths.indexOf('Id');
  const cursorColumn = selection.cursor === undefined ? -1 : paths.indexOf(selection.cursor);
  const deletedColumn = paths.indexOf('IsDeleted');
  const watched = idColumn < 0 || cursorColumn < 0 ? undefined : watch;
  const repeatedBefore = ascii(watch?.repeatedBefore ?? '');
  const rereadFrom = ascii(watch?.rereadFrom ?? '');

  let output: Buffer = Buffer.alloc(0);
  let outputWords = new DataView(output.buffer);
  /** Where in the output the value of each column lies, and whether that is in an object of which all are null so far. */
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

  const writeSteps = (steps: readonly Step[], from: number): number => {
    let o = from;
    for (const step of steps) {
      if (step.kind === 'close') {
        if (objectIsNull) o = objectStart + output.write('null', objectStart, 'latin1');
        else output[o++] = CLOSE_BRACE;
        continue;
      }
      output.set(step.text, o);
      o += step.text.length;
      if (step.kind === 'open') {
        objectStart = o;
        objectIsNull = true;
        output[o++] = OPEN_BRACE;
      } else {
        const start = starts[step.column] ?? 0;
        const stop = ends[step.column] ?? 0;
        output.copyWithin(o, start, stop);
        o += stop - start;
        if (output[start] !== LETTER_N) objectIsNull = false;
      }
    }
    return o;
  };

  const text = (column: number): string =>
    output.toString('latin1', (starts[column] ?? 0) + 1, (ends[column] ?? 0) - 1);

  /** Whether the text of a column, as it is written, sorts before another one. */
  const isBefore = (column: number, other: Uint8Array): boolean => {
    const start = (starts[column] ?? 0) + 1;
    const length = (ends[column] ?? 0) - 1 - start;
    for (let at = 0; at < length && at < other.length; at++) {
      const difference = (output[start + at] ?? 0) - (other[at] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return length < other.length;
  };

  /** Whether the record whose data ends here is to be sent. */
  const admits = (watching: RowFilter, dataStart: number, dataEnd: number): boolean => {
    if (deletedColumn >= 0 && output[starts[deletedColumn] ?? 0] === LETTER_T) {
      watching.deleted(text(idColumn), text(cursorColumn));
    }
    return !isBefore(cursorColumn, repeatedBefore) && isBefore(cursorColumn, rereadFrom)
      ? true
      : watching.admit(text(idColumn), text(cursorColumn), output.subarray(dataStart, dataEnd));
  };

  const cells = createCsvCellWriter();
  const { after } = cells;
  /** Where the row written last ends. */
  let rowEnd = 0;
  /** Paths in it whose value was none of its kind. */
  let nulled: string[] | undefined;

  /** Writes the cells of the row that begins at `from`; returns where they end in the output, or NOT_WHOLE. */
  const writeCells = (input: Buffer, from: number, end: number, row: number, lineStart: number): number => {
    const words = outputWords;
    let i = from;
    let o = lineStart;
    let key = 0;
    nulled = undefined;
    for (let cell = 0; cell < count; cell++) {
      const steps = before[cell];
      if (steps !== undefined) o = writeSteps(steps, o);
      const keyStart = o;
      for (const keyEnd = keyWordEnds[cell] ?? 0; key < keyEnd; key++) {
        words.setInt32(o, keyWords[key] ?? 0, true);
        o += 4;
      }
      const valueStart = keyStart + (keyLengths[cell] ?? 0);
      o = cells.write(kinds[cell] ?? 0, i, valueStart);
      if (o < 0) {
        if (o === QUOTE_INSIDE) throw malformed(selection, row, 'has a quote inside a cell without quotes');
        return NOT_WHOLE;
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
          return NOT_WHOLE;
        }
        i++;
      }
    }
    if (input[i] === LF) rowEnd = i + 1;
    else if (input[i] === CR && input[i + 1] === LF) rowEnd = i + 2;
    else {
      checkRowEnd(input, i, end, row, count);
      return NOT_WHOLE;
    }
    return o;
  };

  /** Throws when the row is wrong after so many cells; when it only goes on in what is still to come, it is not. */
  const checkRowEnd = (input: Buffer, at: number, end: number, row: number, done: number): void => {
    const b = input[at];
    if (at >= end || (b === CR && at + 1 >= end)) return;
    if (b === COMMA) throw malformed(selection, row, `has more than ${count} cells`);
    if (b === LF || b === CR) throw malformed(selection, row, `has only ${done} of ${count} cells`);
    throw malformed(selection, row, 'goes on after the closing quote of a cell');
  };

  /** Ends the line whose cells end at `cellsEnd`; returns where the next one begins: at its start, when it is not sent. */
  const finishLine = (lineStart: number, cellsEnd: number, isSkipped: boolean): number => {
    let o = writeSteps(layout.after, cellsEnd);
    output[o] = CLOSE_BRACE;
    const dataStart = (layout.aside ? cellsEnd : lineStart) + dataOffset;
    if (isSkipped || (watched !== undefined && !admits(watched, dataStart, o + 1))) return lineStart;
    const tail = nulled === undefined ? plainTail : ascii(`}${lineTail(envelope, nulled)}`);
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

  const write = (input: Buffer, from: number, end: number, firstRow: number, skipUntil: number): Written => {
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
      if (cellsEnd === NOT_WHOLE) break;
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
  };

  return { write };
};

const malformed = (selection: Selection, row: number, problem: string): TransientError =>
  new TransientError(`The result of the Bulk job for ${selection.object} is not well formed: row ${row} ${problem}`);
