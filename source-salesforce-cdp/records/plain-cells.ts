// Recognizes by their bytes the cells that can be copied into a record unchanged: the common ones. Others go through json-values.ts.

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;

/** A text as words of four bytes in little-endian order, the last one padded with zeros. */
export const wordsOf = (text: Uint8Array): number[] => {
  const filled = Buffer.alloc(4 * Math.ceil(text.length / 4));
  filled.set(text);
  return Array.from({ length: filled.length / 4 }, (_, at) => filled.readInt32LE(4 * at));
};

/** Four ASCII letters as a word. */
export const wordOf = (text: string): number => Buffer.from(text, 'latin1').readInt32LE();

const EACH_BYTE = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const QUOTES = EACH_BYTE * QUOTE;
const BACKSLASHES = EACH_BYTE * BACKSLASH;
const SPACES = EACH_BYTE * 0x20;

/**
 * How many leading bytes of a word mean the same between quotes in CSV and in JSON: those before the first quote, backslash or
 * control character.
 */
export const plainBytes = (word: number): number => {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  // Sets the high bit of each byte that is zero, or below a space. Only the lowest one set is reliable, which is enough.
  const special =
    (((quotes - EACH_BYTE) & ~quotes) | ((backslashes - EACH_BYTE) & ~backslashes) | ((word - SPACES) & ~word)) &
    HIGH_BITS;
  return special === 0 ? 4 : (31 - Math.clz32(special & -special)) >> 3;
};

/** A datetime as Bulk writes it, word by word; zero means any digit. */
const DATETIME_WORDS = ['0000', '-00-', '00T0', '0:00', ':00.', '000Z'];
const DATETIME_SHAPE = Int32Array.from(DATETIME_WORDS, wordOf);
/** Added to the difference from the shape, sets the high bit of each byte that differs by more than a digit can. */
const DATETIME_LIMIT = Int32Array.from(DATETIME_WORDS, (part) =>
  wordOf(String.fromCharCode(...Array.from(part, (letter) => (letter === '0' ? 0x7f - 9 : 0x7f)))),
);

export const DATETIME_LENGTH = 4 * DATETIME_WORDS.length;

/** Whether this can be the word at `index` of a datetime in Bulk's spelling. */
export const isDatetimePart = (word: number, index: number): boolean => {
  const difference = word ^ (DATETIME_SHAPE[index] ?? 0);
  return (((difference + (DATETIME_LIMIT[index] ?? 0)) | difference) & HIGH_BITS) === 0;
};

/** Digits that a double can always hold: such a decimal and the double parsed from it have the same shortest spelling. */
const SAFE_DIGITS = 15;

/**
 * Where to stop copying a number so that the result is spelled as JSON.stringify would: before the trailing zeros of its
 * fraction. `start` when it cannot be copied (an exponent, too many digits, a spelling that is not JSON's).
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
