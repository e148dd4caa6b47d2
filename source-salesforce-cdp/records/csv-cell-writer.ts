import { DATETIME_LENGTH, isDatetimePart, plainBytes, plainNumberEnd, wordOf } from './plain-cells.ts';
import type { Kind } from '../catalog/field-types.ts';
import { jsonOfText } from './json-values.ts';

// Writes single CSV cells as JSON, byte by byte or four bytes at once; what is rare goes by way of values.ts.

/** Zeros that must follow the input: words are read four bytes at a time. */
export const INPUT_SLACK = 8;
/** Bytes behind the end of what is written that may be written over, for the same reason. */
export const OUTPUT_SLACK = 4;

/** What `write` returns for a cell that is not whole, and for one without quotes that has a quote inside. */
export const NOT_WHOLE = -1;
export const QUOTE_INSIDE = -2;

export interface CsvCellWriter {
  /** From now on reads input[…, end), UTF-8 without zeros but for those that follow it. */
  read(input: Buffer, end: number): void;
  /** From now on writes here; there must always be room for the worst that can become of a cell. */
  writeTo(output: Buffer): void;
  /**
   * Writes the value of the cell that begins at `from`, by the number of its kind in `KINDS`, to the output at `to`. Returns
   * where it ends there, or one of the two constants above. `after` then tells where the cell ends in the input and
   * whether it held no value of its kind, so that null was written.
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

/** Bytes of a quoted text that cannot be copied as they are; zero is what stands behind the last byte. */
const TEXT_SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const LIST_SPECIAL = TEXT_SPECIAL.with(SEMICOLON, 1);

/** What JSON writes for a control character, a quote or a backslash. */
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

  /** The text between quotes whose first byte is at `from`. */
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
        return NOT_WHOLE;
      } else {
        const escape = ESCAPES[b] ?? NO_BYTES;
        for (let at = 0; at < escape.length; at++) target[o++] = escape[at] ?? 0;
      }
      i++;
    }
  };

  /** A datetime and its quotes are the same in CSV and in JSON. */
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

  /** A cell of any kind and spelling. */
  const writeSlowly = (kind: number, from: number, to: number): number => {
    let i = from;
    if (input[i] === QUOTE) {
      do {
        do i++;
        while (input[i] !== QUOTE && input[i] !== 0);
        if (input[i] === 0) return NOT_WHOLE;
        i++;
      } while (input[i] === QUOTE);
    } else {
      // Bulk quotes every cell; this is for one that does not. A quote inside tells of a torn result.
      while (input[i] !== COMMA && input[i] !== LF && input[i] !== QUOTE && i < inputEnd) i++;
      if (input[i] === QUOTE) return QUOTE_INSIDE;
      if (input[i] === LF && i > from && input[i - 1] === CR) i--;
    }
    if (i >= inputEnd) return NOT_WHOLE;
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
        if (o === NOT_WHOLE) return o;
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
        if (o === NOT_WHOLE) return o;
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

/** The text of a cell that is whole, with or without quotes. */
const cellText = (input: Buffer, start: number, stop: number): string =>
  input[start] === QUOTE
    ? input.toString('utf8', start + 1, stop - 1).replaceAll('""', '"')
    : input.toString('utf8', start, stop);
