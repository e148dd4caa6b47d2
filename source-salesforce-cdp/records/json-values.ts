import type { Kind } from '../catalog/field-types.ts';

/**
 * The JSON text of a value that Salesforce spelled as `text`. Empty text is null, since Salesforce has no empty strings.
 * Undefined when the text is not a value of this kind; the caller then writes null and reports it.
 */
export const jsonOfText = (kind: Kind, text: string): string | undefined =>
  text === '' ? 'null' : jsonByKind[kind](text);

/**
 * The JSON text of a value from a REST response, byte for byte what `jsonOfText` returns for the same value in a Bulk result.
 */
export const jsonOfValue = (kind: Kind, value: unknown): string | undefined => {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return jsonOfText(kind, value.includes('\0') ? value.replaceAll('\0', '') : value);
  if (kind === 'number' && typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (kind === 'boolean' && typeof value === 'boolean') return value ? 'true' : 'false';
  return jsonOfText(kind, JSON.stringify(value));
};

const jsonByKind: Readonly<Record<Kind, (text: string) => string | undefined>> = {
  text: (text) => JSON.stringify(text.toWellFormed()),
  list: (text) => JSON.stringify(text.toWellFormed().split(';')),
  boolean: (text) => (text === 'true' || text === 'false' ? text : undefined),
  datetime: (text) => JSON.stringify(dateTimeText(text.toWellFormed())),
  number: (text) => numberText(text),
};

/**
 * A datetime as `YYYY-MM-DDTHH:mm:ss.sssZ`, whatever its offset: REST spells UTC `+0000`, Bulk `Z`. A text that is not a
 * datetime is returned unchanged.
 */
const dateTimeText = (text: string): string => {
  if (UTC_DATETIME.test(text)) return `${text.slice(0, 23)}Z`;
  const match = DATETIME.exec(text);
  if (match === null) return text;
  const [, dateTime = '', millis = '', zone = ''] = match;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const date = new Date(`${dateTime}.${millis.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
};

const UTC_DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|\+0000)$/;
const DATETIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/i;

/**
 * A number as JSON.stringify spells it (`9.5E8`: 950000000, `47.0`: 47), so that it equals the same number from a REST
 * response; one with more digits than a double can hold keeps them all. Also accepts what JSON does not (`.5`, `+1`, `1.`,
 * `007`). Undefined when it is not a number.
 */
const numberText = (text: string): string | undefined => {
  const decimal = decimalOf(text);
  if (decimal === undefined) return undefined;
  const double = Number(text);
  // When the double does not have the digits of the text, it cannot hold them all.
  if (decimalOf(String(double))?.digits === decimal.digits) return JSON.stringify(double);
  const { sign, whole, fraction, power } = decimal;
  return `${sign}${whole || '0'}${fraction && `.${fraction}`}${power && `e${power}`}`;
};

interface Decimal {
  readonly sign: string;
  /** Without leading zeros. */
  readonly whole: string;
  /** Without trailing zeros. */
  readonly fraction: string;
  readonly power: string;
  /** From the first nonzero digit to the last; empty for zero. */
  readonly digits: string;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

const decimalOf = (text: string): Decimal | undefined => {
  const [, sign = '', digitsBefore = '', digitsAfter = '', power = ''] = NUMBER.exec(text) ?? [];
  if (`${digitsBefore}${digitsAfter}` === '') return undefined;
  const whole = digitsBefore.replace(/^0+/, '');
  const fraction = digitsAfter.replace(/0+$/, '');
  return {
    sign: sign === '-' ? '-' : '',
    whole,
    fraction,
    power,
    digits: `${whole}${fraction}`.replace(/^0+|0+$/g, ''),
  };
};
