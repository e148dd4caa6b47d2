// Tells by its bytes which cell can be copied into a record as it is: the common ones. Others go by way of values.ts.

const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const TRUE = ascii('true');
const FALSE = ascii('false');

/** A datetime as Bulk writes it; a zero stands for any digit. */
const DATETIME_SHAPE = ascii('0000-00-00T00:00:00.000Z');

export const QUOTED_DATETIME_LENGTH = DATETIME_SHAPE.length + 2;

/** Digits that a double always holds: such a decimal and the double read from it have the same shortest spelling. */
const SAFE_DIGITS = 15;

/** Whether a datetime in Bulk's own spelling begins here and its quote ends it. */
export const isDatetime = (input: Buffer, start: number): boolean => {
  for (let at = 0; at < DATETIME_SHAPE.length; at++) {
    const shape = DATETIME_SHAPE[at] ?? 0;
    const b = input[start + at] ?? 0;
    if (shape === ZERO ? b < ZERO || b > NINE : b !== shape) return false;
  }
  return input[start + 24] === QUOTE && input[start + 25] !== QUOTE;
};

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

export const isBoolean = (input: Buffer, start: number, stop: number): boolean => {
  const word = stop - start === TRUE.length ? TRUE : FALSE;
  if (stop - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) if (input[start + at] !== word[at]) return false;
  return true;
};

const isDigit = (b: number): boolean => b >= ZERO && b <= NINE;
