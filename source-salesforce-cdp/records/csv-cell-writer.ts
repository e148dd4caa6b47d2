import { DATETIME_LENGTH, isDatetimePart, plainBytes, plainNumberEnd, wordOf } from './plain-cells.ts';
import type { Kind } from '../catalog/field-types.ts';
import { jsonOfText } from './json-values.ts';

// Writes single CSV cells as JSON, one or four bytes at a time; rare spellings go through json-values.ts. One long function on
// purpose: it runs for every byte of a Bulk result, and its inner functions share buffers as local variables, which is cheaper
// than reaching them through objects or passing them as arguments.

/** Zeros that must follow the input: words are read four bytes at a time. */
export const INPUT_SLACK = 8;
/** Bytes after the end of the output that may be overwritten, for the same reason. */
export const OUTPUT_SLACK = 4;

/** How many times longer a record's values can be than its cells: six bytes for a control character, twice in a compound. */
export const WORST_GROWTH = 12;

/** What `write` returns for an incomplete cell, and for an unquoted one that has a quote inside. */
export const INCOMPLETE = -1;
export const QUOTE_INSIDE = -2;

export interface CsvCellWriter {
  /** Reads `input` up to `end` from now on: UTF-8 without zero bytes, followed by `INPUT_SLACK` zeros. */
  read(input: Buffer, end: number): void;
  /** Writes to `output` from now on, which must always have room for the longest result of a cell. */
  writeTo(output: Buffer): void;
  /**
   * Writes the value of the cell that begins at `from` to the output at `to`; `kind` is an index in `KINDS`. Returns where the
   * value ends in the output, or one of the two constants above. `after` then has the end of the cell in the input, and whether
   * null was written because the value did not match its kind.
   */
  write(kind: number, from: number, to: number): number;
  readonly after: { readonly end: number; readonly isNulled: boolean };
}

export const KINDS: readonly Kind[] = ['text', 'list', 'boolean', 'number', 'datetime'];
const TEXT = 0;
const LIST = 1;
const BOOLEAN = 2;
const NUMBER = 3;

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Bytes of a quoted text that cannot be copied unchanged; zero follows the last byte of the input. */
const TEXT_SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const LIST_SPECIAL = TEXT_SPECIAL.with(SEMICOLON, 1);

/** The JSON escapes of control characters, quote and backslash. */
const ESCAPES: readonly Uint8Array[] = Array.from({ length: 0x5d }, (_, code) =>
  ascii(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

const NULL = wordOf('null');
const TRUE = wordOf('true');
const FALS = wordOf('fals');
const LETTER_E = 0x65;

const NO_BYTES = new Uint8Array();

export const createCsvCellWriter = (): CsvCellWriter => {
  let input: Buffer = Buffer.alloc(0);
  let inputEnd = 0;
  let output: Buffer = Buffer.alloc(0);
  let inputWords = new DataView(input.buffer);
  let outputWords = inputWords;
  const after = { end: 0, isNulled: false };

  /** Writes the text between quotes whose first byte is at `from`. */
  const writeText = (special: Uint8Array, from: number, to: number): number => {
    const source = input;
    const words = inputWords;
    const target = output;
    const targetWords = outputWords;
    let i = from;
    let o = to;
    for (;;) {
      if (special === TEXT_SPECIAL) {
        let plain = 4;
        do {
          const word = words.getInt32(i, true);
          targetWords.setInt32(o, word, true);
          plain = plainBytes(word);
          i += plain;
          o += plain;
        } while (plain === 4);
      }
      let b = source[i] ?? 0;
      while (special[b] === 0) {
        target[o++] = b;
        b = source[++i] ?? 0;
      }
      if (b === QUOTE) {
        if (source[++i] !== QUOTE) {
          after.end = i;
          return o;
        }
        target[o++] = BACKSLASH;
        target[o++] = QUOTE;
      } else if (b === SEMICOLON) {
        target[o++] = QUOTE;
        target[o++] = COMMA;
        target[o++] = QUOTE;
      } else if (b === 0) {
        return INCOMPLETE;
      } else {
        const escape = ESCAPES[b] ?? NO_BYTES;
        for (let at = 0; at < escape.length; at++) target[o++] = escape[at] ?? 0;
      }
      i++;
    }
  };

  /** Copies a datetime, which is the same in CSV and in JSON; false when the cell is not one. */
  const copiesDatetime = (from: number, to: number): boolean => {
    for (let at = 0; 4 * at < DATETIME_LENGTH; at++) {
      const word = inputWords.getInt32(from + 4 * at, true);
      if (!isDatetimePart(word, at)) return false;
      outputWords.setInt32(to + 4 * at, word, true);
    }
    return input[from + DATETIME_LENGTH] === QUOTE && input[from + DATETIME_LENGTH + 1] !== QUOTE;
  };

  /** Copies a plain number up to the quote at `stop`; returns where it ends in the output. */
  const copyNumber = (from: number, stop: number, to: number): number => {
    const numberEnd = plainNumberEnd(input, from, stop);
    let o = to;
    for (let at = from; at < numberEnd; at++) output[o++] = input[at] ?? 0;
    return o;
  };

  /** Writes a cell of any kind and spelling. */
  const writeSlowly = (kind: number, from: number, to: number): number => {
    let i = from;
    if (input[i] === QUOTE) {
      do {
        do i++;
        while (input[i] !== QUOTE && input[i] !== 0);
        if (input[i] === 0) return INCOMPLETE;
        i++;
      } while (input[i] === QUOTE);
    } else {
      // Bulk quotes every cell; this handles one that is unquoted. A quote inside it means that the result is damaged.
      while (input[i] !== COMMA && input[i] !== LF && input[i] !== QUOTE && i < inputEnd) i++;
      if (input[i] === QUOTE) return QUOTE_INSIDE;
      if (input[i] === LF && i > from && input[i - 1] === CR) i--;
    }
    if (i >= inputEnd) return INCOMPLETE;
    after.end = i;
    const json = jsonOfText(KINDS[kind] ?? 'text', cellText(input, from, i));
    after.isNulled = json === undefined;
    return to + output.write(json ?? 'null', to, 'utf8');
  };

  return {
    read(nextInput, end) {
      input = nextInput;
      inputEnd = end;
      inputWords = new DataView(input.buffer, input.byteOffset, input.byteLength);
    },
    writeTo(nextOutput) {
      output = nextOutput;
      outputWords = new DataView(output.buffer, output.byteOffset, output.byteLength);
    },
    write(kind, from, to) {
      after.isNulled = false;
      const start = from + 1;
      if (input[from] !== QUOTE) return writeSlowly(kind, from, to);
      if (input[start] === QUOTE && input[start + 1] !== QUOTE) {
        after.end = start + 1;
        outputWords.setInt32(to, NULL, true);
        return to + 4;
      }
      if (kind === TEXT) {
        output[to] = QUOTE;
        const o = writeText(TEXT_SPECIAL, start, to + 1);
        if (o === INCOMPLETE) return o;
        output[o] = QUOTE;
        return o + 1;
      }
      if (kind === BOOLEAN) {
        const word = inputWords.getInt32(start, true);
        const isFalse = word === FALS && input[start + 4] === LETTER_E;
        const stop = isFalse ? start + 5 : start + 4;
        if ((!isFalse && word !== TRUE) || input[stop] !== QUOTE || input[stop + 1] === QUOTE) {
          return writeSlowly(kind, from, to);
        }
        outputWords.setInt32(to, word, true);
        output[to + 4] = LETTER_E;
        after.end = stop + 1;
        return to + stop - start;
      }
      if (kind === NUMBER) {
        let stop = start;
        while (input[stop] !== QUOTE && input[stop] !== 0) stop++;
        if (input[stop] === QUOTE && input[stop + 1] !== QUOTE) {
          const o = copyNumber(start, stop, to);
          after.end = stop + 1;
          if (o > to) return o;
        }
        return writeSlowly(kind, from, to);
      }
      if (kind === LIST) {
        output[to] = OPEN_BRACKET;
        output[to + 1] = QUOTE;
        const o = writeText(LIST_SPECIAL, start, to + 2);
        if (o === INCOMPLETE) return o;
        output[o] = QUOTE;
        output[o + 1] = CLOSE_BRACKET;
        return o + 2;
      }
      if (!copiesDatetime(start, to + 1)) return writeSlowly(kind, from, to);
      output[to] = QUOTE;
      output[to + 1 + DATETIME_LENGTH] = QUOTE;
      after.end = start + DATETIME_LENGTH + 1;
      return to + DATETIME_LENGTH + 2;
    },
    after,
  };
};

/** The text of a complete cell, quoted or not. */
const cellText = (input: Buffer, start: number, stop: number): string =>
  input[start] === QUOTE
    ? input.toString('utf8', start + 1, stop - 1).replaceAll('""', '"')
    : input.toString('utf8', start, stop);
