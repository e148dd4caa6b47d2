// Past 250 lines because the loop over a result's bytes is one function: it is where a sync spends its time.
import { TransientError } from '../airbyte/errors.ts';
import { isBoolean, isDatetime, plainNumberEnd, QUOTED_DATETIME_LENGTH } from './cells.ts';
import type { Kind } from './field-types.ts';
import { compileLayout, lineHead, lineTail } from './layout.ts';
import type { Envelope, Step } from './layout.ts';
import type { Selection } from './selection.ts';
import { jsonOfText } from './values.ts';
import type { Watch } from './watch.ts';

/** Writes the RECORD lines of CSV rows whose cells come in one fixed order. */
export interface RowWriter {
  /**
   * Takes the whole rows of `input[from, end)`, which two zero bytes must follow and which must be UTF-8 without other
   * zeros. Returns their lines, how many rows and lines these are, and where the first row that is not whole begins.
   * Throws a TransientError naming the row when there are too many or too few cells in it; nothing is counted then.
   * Rows are numbered from `firstRow`; those before `skipUntil` are checked only.
   */
  write(input: Buffer, from: number, end: number, firstRow: number, skipUntil: number): Written;
}

interface Written {
  readonly lines: Uint8Array;
  readonly rows: number;
  readonly records: number;
  readonly rest: number;
  /** Paths of columns whose value was none of its kind, once for each such value. */
  readonly nulled: readonly string[];
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const TEXT = 0;
const LIST = 1;
const BOOLEAN = 2;
const NUMBER = 3;
const DATETIME = 4;
const KINDS: readonly Kind[] = ['text', 'list', 'boolean', 'number', 'datetime'];

/** Bytes of a quoted text that cannot be copied as they are; zero is what stands behind the last byte. */
const TEXT_SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const LIST_SPECIAL = TEXT_SPECIAL.with(SEMICOLON, 1);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What JSON writes for a control character, a quote or a backslash. */
const ESCAPES: readonly Uint8Array[] = Array.from({ length: 0x5d }, (_, code) =>
  ascii(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

/** How much longer a record's values can be than its cells: six bytes for a control character, twice in a compound. */
const WORST_GROWTH = 12;

export const createRowWriter = (
  selection: Selection,
  envelope: Envelope,
  order: readonly number[],
  watch: Watch | undefined,
): RowWriter => {
  const head = lineHead(envelope);
  const layout = compileLayout(selection, order, head);
  const count = order.length;
  const kinds = Uint8Array.from(layout.kinds, (kind) => KINDS.indexOf(kind));
  const columns = Int32Array.from(layout.columns);
  const keys = Buffer.concat([...layout.keys]);
  const keyEnds = Int32Array.from(runningTotals(layout.keys.map(({ length }) => length)));
  const before = layout.before.map((steps) => (steps.length > 0 ? steps : undefined));
  const dataOffset = Buffer.byteLength(head) - 1;
  const plainTail = ascii(`}${lineTail(envelope, [])}`);
  const overhead = 2 * (keys.length + textLength(layout.before.flat()) + textLength(layout.after) + plainTail.length);

  const paths = selection.columns.map(({ path }) => path);
  const idColumn = paths.indexOf('Id');
  const cursorColumn = selection.cursor === undefined ? -1 : paths.indexOf(selection.cursor);
  const deletedColumn = paths.indexOf('IsDeleted');
  const watched = idColumn < 0 || cursorColumn < 0 ? undefined : watch;

  let output: Buffer = Buffer.alloc(1 << 17);
  /** Where in the output the value of each column lies, and whether that is in an object of which all are null so far. */
  const starts = new Int32Array(paths.length);
  const ends = new Int32Array(paths.length);
  let objectStart = 0;
  let objectIsNull = true;

  const reserve = (used: number, more: number): Buffer => {
    if (used + more > output.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * output.length, used + more));
      output.copy(larger, 0, 0, used);
      output = larger;
    }
    return output;
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

  /** Whether the record whose data ends here is to be sent. */
  const admits = (watching: Watch, dataStart: number, dataEnd: number): boolean => {
    if (deletedColumn >= 0 && output[starts[deletedColumn] ?? 0] === LETTER_T) {
      watching.deleted(text(idColumn), text(cursorColumn));
    }
    const cursor = text(cursorColumn);
    return cursor >= watching.repeatedBefore && cursor < watching.rereadFrom
      ? true
      : watching.admit(text(idColumn), cursor, output.subarray(dataStart, dataEnd));
  };

  const write = (input: Buffer, from: number, end: number, firstRow: number, skipUntil: number): Written => {
    let out = output;
    let i = from;
    let o = 0;
    let row = firstRow;
    let records = 0;
    const allNulled: string[] = [];
    while (i < end) {
      let b = input[i] ?? 0;
      if (b === LF || (b === CR && input[i + 1] === LF)) {
        i += b === LF ? 1 : 2;
        continue;
      }
      const room = overhead + 5 * count + WORST_GROWTH * (end - i);
      if (o + room > out.length) out = reserve(o, room);
      const rowStart = i;
      const lineStart = o;
      let whole = true;
      let nulled: string[] | undefined;
      let key = 0;
      for (let cell = 0; cell < count; cell++) {
        const steps = before[cell];
        if (steps !== undefined) o = writeSteps(steps, o);
        const keyEnd = keyEnds[cell] ?? 0;
        while (key < keyEnd) out[o++] = keys[key++] ?? 0;
        const kind = kinds[cell] ?? TEXT;
        const column = columns[cell] ?? 0;
        const valueStart = o;
        const cellStart = i;
        starts[column] = o;
        b = input[i] ?? 0;
        let done = true;
        if (b !== QUOTE) {
          // Bulk quotes every cell; this is for one that does not. A quote inside tells of a torn result.
          while (b !== COMMA && b !== LF && b !== QUOTE && i < end) b = input[++i] ?? 0;
          if (b === QUOTE) throw malformed(selection, row, 'has a quote inside a cell without quotes');
          if (i >= end) {
            whole = false;
            break;
          }
          if (b === LF && i > cellStart && input[i - 1] === CR) i--;
          done = false;
        } else if (input[i + 1] === QUOTE && input[i + 2] !== QUOTE) {
          i += 2;
          out[o++] = LETTER_N;
          out[o++] = 0x75;
          out[o++] = 0x6c;
          out[o++] = 0x6c;
        } else if (kind === TEXT || kind === LIST) {
          const special = kind === TEXT ? TEXT_SPECIAL : LIST_SPECIAL;
          if (kind === LIST) out[o++] = OPEN_BRACKET;
          out[o++] = QUOTE;
          b = input[++i] ?? 0;
          for (;;) {
            while (special[b] === 0) {
              out[o++] = b;
              b = input[++i] ?? 0;
            }
            if (b === QUOTE) {
              b = input[++i] ?? 0;
              if (b !== QUOTE) break;
              out[o++] = BACKSLASH;
              out[o++] = QUOTE;
            } else if (b === SEMICOLON) {
              out[o++] = QUOTE;
              out[o++] = COMMA;
              out[o++] = QUOTE;
            } else if (b === 0) {
              whole = false;
              break;
            } else {
              const escape = ESCAPES[b] ?? plainTail;
              for (let at = 0; at < escape.length; at++) out[o++] = escape[at] ?? 0;
            }
            b = input[++i] ?? 0;
          }
          if (!whole) break;
          out[o++] = QUOTE;
          if (kind === LIST) out[o++] = CLOSE_BRACKET;
        } else if (kind === DATETIME && isDatetime(input, i + 1)) {
          // A datetime and its quotes are the same in CSV and in JSON.
          for (const stop = i + QUOTED_DATETIME_LENGTH; i < stop; i++) out[o++] = input[i] ?? 0;
        } else {
          do b = input[++i] ?? 0;
          while (b !== QUOTE && b !== 0);
          if (b === 0) {
            whole = false;
            break;
          }
          const start = cellStart + 1;
          if (kind === NUMBER) {
            const stop = plainNumberEnd(input, start, i);
            done = stop !== start;
            for (let at = start; at < stop; at++) out[o++] = input[at] ?? 0;
          } else {
            done = kind === BOOLEAN && isBoolean(input, start, i);
            if (done) for (let at = start; at < i; at++) out[o++] = input[at] ?? 0;
          }
          // A doubled quote: the cell goes on.
          for (i++; input[i] === QUOTE; i++) {
            done = false;
            do b = input[++i] ?? 0;
            while (b !== QUOTE && b !== 0);
            if (b === 0) break;
          }
        }
        if (!done) {
          if (i >= end) {
            whole = false;
            break;
          }
          o = valueStart;
          const json = jsonOfText(KINDS[kind] ?? 'text', cellText(input, cellStart, i));
          if (json === undefined) (nulled ??= []).push(paths[column] ?? '');
          o += out.write(json ?? 'null', o, 'utf8');
        }
        ends[column] = o;
        if (out[valueStart] !== LETTER_N) objectIsNull = false;
        b = input[i] ?? 0;
        if (cell < count - 1) {
          if (b === COMMA) {
            i++;
            continue;
          }
        } else if (b === LF) {
          i++;
          continue;
        } else if (b === CR && input[i + 1] === LF) {
          i += 2;
          continue;
        }
        if (i >= end || (b === CR && i + 1 >= end)) {
          whole = false;
          break;
        }
        if (b === COMMA) throw malformed(selection, row, `has more than ${count} cells`);
        if (b === LF || b === CR) throw malformed(selection, row, `has only ${cell + 1} of ${count} cells`);
        throw malformed(selection, row, 'goes on after the closing quote of a cell');
      }
      if (!whole) {
        i = rowStart;
        o = lineStart;
        break;
      }
      const asideEnd = o;
      o = writeSteps(layout.after, o);
      const dataStart = (layout.aside ? asideEnd : lineStart) + dataOffset;
      out[o] = CLOSE_BRACE;
      if (row < skipUntil || (watched !== undefined && !admits(watched, dataStart, o + 1))) {
        o = lineStart;
      } else {
        if (nulled === undefined) {
          for (let at = 0; at < plainTail.length; at++) out[o++] = plainTail[at] ?? 0;
        } else {
          const tail = ascii(`}${lineTail(envelope, nulled)}`);
          out = reserve(o, tail.length);
          out.set(tail, o);
          o += tail.length;
          allNulled.push(...nulled);
        }
        if (layout.aside) {
          out.copyWithin(lineStart, asideEnd, o);
          o -= asideEnd - lineStart;
        }
        records++;
      }
      row++;
    }
    const lines = Buffer.allocUnsafeSlow(o);
    out.copy(lines, 0, 0, o);
    return { lines, rows: row - firstRow, records, rest: i, nulled: allNulled };
  };

  return { write };
};

const malformed = (selection: Selection, row: number, problem: string): TransientError =>
  new TransientError(`The result of the Bulk job for ${selection.object} is not well formed: row ${row} ${problem}`);

const textLength = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + (step.kind === 'close' ? 4 : step.text.length + 1), 0);

const runningTotals = (lengths: readonly number[]): number[] => {
  let total = 0;
  return lengths.map((length) => (total += length));
};

/** The text of a cell that is whole, with or without quotes. */
const cellText = (input: Buffer, start: number, stop: number): string =>
  input[start] === QUOTE
    ? input.toString('utf8', start + 1, stop - 1).replaceAll('""', '"')
    : input.toString('utf8', start, stop);
