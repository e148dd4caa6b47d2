import type { DisplayType, Field } from './fields.ts';
import { isInteger, isObject, readStrings } from './json.ts';
import type { Limits } from './limits.ts';
import type { Switches } from './switches.ts';

/** A value in the form it is stored and read back in, or what is wrong with it. */
export type ReadValue = { readonly value: unknown } | { readonly problem: string; readonly wrongType: boolean };

interface Policy {
  readonly switches: Switches;
  readonly limits: Limits;
}

const wrongType = (expected: string, json: unknown): ReadValue => ({
  // Ortto quotes what it was sent; logging its texts means logging people's data.
  problem: `expected ${expected} but got ${JSON.stringify(json).slice(0, 100)}`,
  wrongType: true,
});

const text = (json: unknown, length: number, { switches }: Policy): ReadValue => {
  if (typeof json !== 'string') return wrongType('a string', json);
  const characters = Array.from(json);
  if (characters.length <= length) return { value: json };
  return switches.overlongText === 'truncated'
    ? { value: characters.slice(0, length).join('') }
    : { problem: `longer than ${length} characters`, wrongType: false };
};

const outsideOptions = (values: readonly string[], field: Field, { switches }: Policy): ReadValue | undefined =>
  switches.selectOutsideOptions === 'invalid' &&
  field.options !== undefined &&
  !values.every((value) => field.options?.includes(value))
    ? { problem: 'not one of the options', wrongType: false }
    : undefined;

const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);

const date = (json: unknown): ReadValue => {
  if (!isObject(json)) return wrongType('a date object', json);
  const { year, month, day, timezone } = json;
  if (typeof year !== 'number' || typeof month !== 'number' || typeof day !== 'number' || !isDay(year, month, day)) {
    return wrongType('a date object with year, month and day', json);
  }
  if (typeof timezone !== 'string' || !zones.has(timezone)) return wrongType('a date with an IANA timezone', json);
  return { value: { year, month, day, timezone } };
};

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 time; undefined when it is not one. */
export const readTime = (json: unknown): number | undefined => {
  const match = typeof json === 'string' ? rfc3339.exec(json) : null;
  if (match === null || !isDay(Number(match[1]), Number(match[2]), Number(match[3]))) return undefined;
  const time = Date.parse(match[0]);
  return Number.isNaN(time) ? undefined : time;
};

// Calling codes of one and two digits (ITU-T E.164); all others have three.
const shortCode = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

const phone = (json: unknown, { limits }: Policy): ReadValue => {
  if (!isObject(json)) return wrongType('a phone object', json);
  const digits = (part: unknown): string | undefined =>
    typeof part === 'string' && /^\+?[\d\s().-]+$/.test(part) ? part.replaceAll(/\D/g, '') : undefined;
  const whole = digits(json['phone']);
  let code = digits(json['c']);
  let number = digits(json['n']);
  if (whole !== undefined && json['parse_with_country_code'] === true) {
    code = shortCode.exec(whole)?.[0] ?? whole.slice(0, 3);
    number = whole.slice(code.length);
  } else if (whole !== undefined) {
    code = limits.countryCode;
    number = whole;
  }
  if (code === undefined || number === undefined) return wrongType('a phone object', json);
  const n = number.replace(/^0+/, '');
  return n.length >= 4 && code.length + n.length <= 15
    ? { value: { c: code, n } }
    : { problem: 'not a phone number', wrongType: false };
};

const readers: { readonly [Type in DisplayType]: (json: unknown, field: Field, policy: Policy) => ReadValue } = {
  text: (json, _, policy) => text(json, policy.limits.textLength, policy),
  email: (json, _, policy) => text(json, policy.limits.textLength, policy),
  link: (json, _, policy) => text(json, policy.limits.textLength, policy),
  large_text: (json, _, policy) => text(json, policy.limits.largeTextLength, policy),
  integer: (json) => (isInteger(json) ? { value: json } : wrongType('an integer', json)),
  decimal: (json) => (isInteger(json) ? { value: json } : wrongType('an integer (value x 1000)', json)),
  currency: (json) => (isInteger(json) ? { value: json } : wrongType('an integer (value x 1000)', json)),
  bool: (json) => (typeof json === 'boolean' ? { value: json } : wrongType('a boolean', json)),
  date,
  time: (json) => (readTime(json) === undefined ? wrongType('an RFC 3339 time', json) : { value: json }),
  phone: (json, _, policy) => phone(json, policy),
  geo: (json) =>
    isObject(json) && typeof json['name'] === 'string'
      ? { value: { name: json['name'] } }
      : wrongType('a geo object with a name', json),
  single_select: (json, field, policy) => {
    const read = text(json, policy.limits.textLength, policy);
    return 'value' in read ? (outsideOptions([String(read.value)], field, policy) ?? read) : read;
  },
  multi_select: (json, field, policy) => {
    const values = json === null ? undefined : readStrings(json);
    if (values === undefined) return wrongType('a list of strings', json);
    return outsideOptions(values, field, policy) ?? { value: [...new Set(values)] };
  },
  object: (json, _, { limits }) => {
    if (!isObject(json)) return wrongType('an object', json);
    return Buffer.byteLength(JSON.stringify(json)) <= limits.objectBytes
      ? { value: json }
      : { problem: `larger than ${limits.objectBytes} bytes`, wrongType: false };
  },
  id: (json) => wrongType('nothing', json),
  ids: (json) => wrongType('nothing', json),
  tags: (json) => wrongType('nothing', json),
};

/** Checks a value other than null against its field and brings it into the stored form. */
export const readValue = (field: Field, json: unknown, policy: Policy): ReadValue =>
  readers[field.displayType](json, field, policy);

/** Whether a field of this type may be a match key: text and phones (Ortto's page "Unique identifiers"). */
export const isKeyType = (type: DisplayType): boolean =>
  ['text', 'email', 'link', 'single_select', 'phone'].includes(type);

/** What two values of a key field must have in common to be the same key; undefined for a value that cannot be a key. */
export const keyText = (fieldId: string, value: unknown, switches: Switches): string | undefined => {
  if (isObject(value)) return `${String(value['c'])}${String(value['n'])}`;
  if (typeof value !== 'string') return undefined;
  const trimmed = fieldId === 'str::email' ? value.trim() : value;
  if (trimmed === '' && switches.emptyStringKey === 'absent') return undefined;
  const rule = fieldId === 'str::email' ? switches.emailMatch : switches.textMatch;
  return rule === 'insensitive' ? trimmed.toLowerCase() : trimmed;
};
