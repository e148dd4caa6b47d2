// Tells by its bytes which cell can be copied into a record as it is: the common ones. Others go by way of values.ts.

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;

/** A text as words: four bytes each, the first in the text lowest, the last word filled up with zeros. */
export const wordsOf = (text: Uint8Array): number[] => {
  const filled = Buffer.alloc(4 * Math.ceil(text.length / 4));
  filled.set(text);
  return Array.from({ length: filled.length / 4 }, (_, at) => filled.readInt32LE(4 * at));
};

/** The word that four ASCII letters make. */
export const wordOf = (text: string): number => Buffer.from(text, 'latin1').readInt32LE();

const EACH_BYTE = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const QUOTES = EACH_BYTE * QUOTE;
const BACKSLASHES = EACH_BYTE * BACKSLASH;
const SPACES = EACH_BYTE * 0x20;

/**
 * How many bytes of a word, from the first on, mean the same between quotes in CSV and in JSON: up to a quote, a backslash or
 * a control character.
 */
export const plainBytes = (word: number): number => {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  // The high bit of a byte comes out where it is zero, or below a space; the lowest one is true, those above it may not be.
  const special =
    (((quotes - EACH_BYTE) & ~quotes) | ((backslashes - EACH_BYTE) & ~backslashes) | ((word - SPACES) & ~word)) &
    HIGH_BITS;
  return special === 0 ? 4 : (31 - Math.clz32(special & -special)) >> 3;
};

/** A datetime as Bulk writes it, word by word; a zero stands for any digit. */
const DATETIME_WORDS = ['0000', '-00-', '00T0', '0:00', ':00.', '000Z'];
const DATETIME_SHAPE = Int32Array.from(DATETIME_WORDS, wordOf);
/** What brings the high bit out where a byte differs from the shape by more than a digit may. */
const DATETIME_LIMIT = Int32Array.from(DATETIME_WORDS, (part) =>
  wordOf(String.fromCharCode(...Array.from(part, (letter) => (letter === '0' ? 0x7f - 9 : 0x7f)))),
);

export const DATETIME_LENGTH = 4 * DATETIME_WORDS.length;

/** Whether this may be the word at `index` of a datetime in Bulk's own spelling. */
export const isDatetimePart = (word: number, index: number): boolean => {
  const difference = word ^ (DATETIME_SHAPE[index] ?? 0);
  return (((difference + (DATETIME_LIMIT[index] ?? 0)) | difference) & HIGH_BITS) === 0;
};

/** Digits that a double always holds: such a decimal and the double read from it have the same shortest spelling. */
const SAFE_DIGITS = 15;

/**
 * Where to stop copying a number so that it is spelled as JSON.stringify would: before the zeros that end its fraction.
 * `start` when it is not that plain (an exponent, many digits, a spelling that is not JSON's).
 */
export const plainNumberEnd = (input: Buffer, start: number, stop: number): number => {
  const whole = input[start] === MINUS ? start + 1 : start;
  let at = whole;
  while (isDigit(input[at] ?? 0)) at++;
  const digits = at - whole;
  if (digits === 0) return start;
  let fraction = at + 1;
  let last = at;
  if (at < stop) {
    if (input[at] !== DOT) return start;
    at = fraction;
    while (isDigit(input[at] ?? 0)) at++;
    if (at !== stop || at === fraction) return start;
    last = stop;
    while (input[last - 1] === ZERO) last--;
    if (last === fraction) last = fraction - 1;
  } else {
    fraction = stop;
  }
  const decimals = Math.max(0, last - fraction);
  if (digits + decimals > SAFE_DIGITS) return start;
  if (input[whole] !== ZERO) return last;
  // JSON has no leading zeros and JavaScript writes -0 as 0 and 0.0000001 as 1e-7.
  if (digits > 1) return start;
  if (decimals === 0) return whole === start ? last : start;
  return input[fraction] === ZERO ? start : last;
};

const isDigit = (b: number): boolean => b >= ZERO && b <= NINE;
