// Numbers as Ortto stores them: integers of 64 bits. JavaScript's own are exact up to 2^53 only, so what is larger is computed
// as BigInt and goes into the request's JSON digit by digit.

/** An integer that JSON.stringify writes as these digits. It is no number in JavaScript, so that nothing can round it. */
export interface IntegerLiteral {
  readonly rawJSON: string;
}

/** Of ECMAScript 2026, in Node since 22; TypeScript does not declare it yet. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => IntegerLiteral };

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;

const literal = (integer: bigint): number | IntegerLiteral | undefined => {
  if (integer < INT64.min || integer > INT64.max) return undefined;
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : rawJSON(String(integer));
};

const DECIMAL = /^\s*([+-]?)(\d+)(?:\.(\d+))?\s*$/;
/** Digits that a double carries without change, whatever they are. */
const EXACT_DIGITS = 15;

/** As sign, digits before the point, and digits after it. */
type Decimal = readonly [sign: string, whole: string, fraction: string];

/** A number, or text that is one without an exponent; undefined otherwise. */
const readDecimal = (value: unknown): number | Decimal | undefined => {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    if (Number.isSafeInteger(value) || Math.abs(value) < 1e12) return value;
    return split(Number.isInteger(value) ? String(BigInt(value)) : String(value));
  }
  const parts = typeof value === 'string' ? split(value) : undefined;
  if (parts === undefined || parts[1].length + parts[2].length > EXACT_DIGITS) return parts;
  return Number(value);
};

const split = (text: string): Decimal | undefined => {
  const parts = DECIMAL.exec(text);
  return parts === null ? undefined : [parts[1] ?? '', parts[2] ?? '', parts[3] ?? ''];
};

/** More digits than 64 bits have; a BigInt of very many takes very long. */
const isTooLong = (whole: string): boolean => whole.length > 19 && whole.replace(/^0+/, '').length > 19;

const signed = (sign: string, magnitude: bigint): bigint => (sign === '-' ? -magnitude : magnitude);

/** What is wrong with a number: it is none, it has a fraction, or it is beyond 64 bits. */
export type NumberFault = 'not_a_number' | 'not_an_integer' | 'number_out_of_range';

/** The value as an integer, exactly. */
export const integerOf = (value: unknown): number | IntegerLiteral | NumberFault => {
  const decimal = readDecimal(value);
  if (decimal === undefined) return 'not_a_number';
  if (typeof decimal === 'number') return Number.isInteger(decimal) ? decimal + 0 : 'not_an_integer';
  const [sign, whole, fraction] = decimal;
  if (/[1-9]/.test(fraction)) return 'not_an_integer';
  if (isTooLong(whole)) return 'number_out_of_range';
  return literal(signed(sign, BigInt(whole))) ?? 'number_out_of_range';
};

/**
 * The value in thousandths, as Ortto stores decimals; further decimals are rounded half away from zero. The shift is made on
 * the number's decimal form, because 1.005 * 1000 is not 1005.
 */
export const thousandthsOf = (value: unknown): number | IntegerLiteral | NumberFault => {
  const decimal = readDecimal(value);
  if (decimal === undefined) return 'not_a_number';
  // With more digits, what is just below a half would become one.
  if (typeof decimal === 'number' && Math.abs(decimal) < 1e12 && String(decimal).length <= EXACT_DIGITS) {
    const [digits = '0', exponent = '0'] = String(Math.abs(decimal)).split('e');
    const shifted = Math.round(Number(`${digits}e${Number(exponent) + 3}`));
    return decimal < 0 && shifted !== 0 ? -shifted : shifted;
  }
  const [sign, whole, fraction] = typeof decimal === 'number' ? (split(String(decimal)) ?? ['', '0', '']) : decimal;
  if (isTooLong(whole)) return 'number_out_of_range';
  const kept = BigInt(whole + fraction.slice(0, 3).padEnd(3, '0'));
  const rounded = (fraction[3] ?? '0') >= '5' ? kept + 1n : kept;
  return literal(signed(sign, rounded)) ?? 'number_out_of_range';
};
