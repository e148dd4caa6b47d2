import type { CountryCode } from 'libphonenumber-js/min';
import { readFlag } from '../mapping/flags.ts';
import type { DisplayType } from '../ortto/field-types.ts';
import type { LeftOutReason } from '../reasons.ts';
import { normalEmail } from './identity.ts';
import { integerOf, thousandthsOf } from './numbers.ts';
import { normalPhone } from './phone.ts';
import { visibleText } from './visible-text.ts';

// What Ortto accepts for each display type, and how Salesforce values are converted to it. Everything is checked here, before
// anything is sent: Ortto bans an address that sends bad rows.

/** Why a value does not fit its field: the kind of fault, never the value. */
type Misfit = Exclude<LeftOutReason, 'no_id' | 'nulled' | 'refused'>;

export type Converted =
  | { readonly value: unknown; readonly cut?: true; readonly misfit?: undefined }
  | { readonly misfit: Misfit };

/** Ortto's limits in Unicode characters, and bytes of an object as JSON. */
const TEXT_LENGTH = 255;
const LARGE_TEXT_LENGTH = 4000;
const OBJECT_BYTES = 15_000;

/** Nothing to send: null, empty or blank text (to Ortto, "" is a value), or an empty list. */
const NOTHING: Converted = { value: null };

/**
 * The value as Ortto accepts it for a field of this type; `null` if there is none. Never called with undefined: a field that
 * a record does not have is not sent at all. `country`: where numbers without a country code belong.
 */
export const convert = (type: DisplayType | 'email', value: unknown, country?: CountryCode): Converted => {
  if (typeof value !== 'string') return value === null ? NOTHING : CONVERTERS[type](value, country);
  const visible = visibleText(value);
  return visible.trim() === '' ? NOTHING : CONVERTERS[type](visible, country);
};

const text = (value: unknown, length: number): Converted => {
  if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) };
  if (typeof value !== 'string') return { misfit: 'not_text' };
  const whole = value.toWellFormed();
  // A character is one or two code units, so most texts need not be counted.
  if (whole.length <= length) return { value: whole };
  const characters = Array.from(whole);
  return characters.length <= length ? { value: whole } : { value: characters.slice(0, length).join(''), cut: true };
};

const numeric =
  (read: typeof integerOf): ((value: unknown) => Converted) =>
  (value) => {
    const result = read(value);
    return typeof result === 'string' ? { misfit: result } : { value: result };
  };

const DAY = /^(\d{4})-(\d\d)-(\d\d)(?:$|T)/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

const readDay = (value: unknown): { year: number; month: number; day: number } | undefined => {
  const parts = typeof value === 'string' ? DAY.exec(value.trim()) : null;
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  // Date turns February 31 into March 3 (or 2).
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year, month, day } : undefined;
};

/** A date (its first instant, UTC) or an RFC 3339 time as milliseconds since 1970; undefined if the value is neither. */
export const instantOf = (value: unknown): number | undefined => {
  const day = readDay(value);
  if (day === undefined || typeof value !== 'string') return undefined;
  const whole = value.trim();
  if (!whole.includes('T')) return Date.UTC(day.year, day.month - 1, day.day);
  const instant = TIME.test(whole) ? Date.parse(whole.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : NaN;
  return Number.isNaN(instant) ? undefined : instant;
};

const date = (value: unknown): Converted => {
  const day = readDay(value);
  return day === undefined ? { misfit: 'not_a_date' } : { value: { ...day, timezone: 'UTC' } };
};

const time = (value: unknown): Converted => {
  const instant = instantOf(value);
  return instant === undefined ? { misfit: 'not_a_time' } : { value: new Date(instant).toISOString() };
};

const bool = (value: unknown): Converted => {
  const flag = readFlag(value);
  return flag === undefined ? { misfit: 'not_a_boolean' } : { value: flag };
};

const email = (value: unknown): Converted => {
  const address = typeof value === 'string' ? normalEmail(value) : undefined;
  return address === undefined ? { misfit: 'not_an_email' } : { value: address };
};

const phone = (value: unknown, country: CountryCode | undefined): Converted => {
  const number =
    typeof value === 'string' || typeof value === 'number' ? normalPhone(String(value), country) : undefined;
  return number === undefined ? { misfit: 'not_a_phone' } : { value: number };
};

const geo = (value: unknown): Converted => {
  const name = text(value, TEXT_LENGTH);
  return name.misfit === undefined ? { ...name, value: { name: name.value } } : name;
};

/** A set, in the record's order. Text is treated as a Salesforce multi-select picklist: options separated by semicolons. */
const list = (value: unknown): Converted => {
  const items: readonly unknown[] | undefined = typeof value === 'string' ? value.split(';') : arrayOf(value);
  if (items === undefined) return { misfit: 'not_a_list' };
  const options = items.map((item) => convert('text', typeof item === 'string' ? item.trim() : item));
  if (options.some(({ misfit }) => misfit !== undefined)) return { misfit: 'not_a_list' };
  const values = new Set(options.flatMap((option) => (option.misfit === undefined ? [option.value] : [])));
  values.delete(null);
  if (values.size === 0) return NOTHING;
  return options.some((option) => 'cut' in option) ? { value: [...values], cut: true } : { value: [...values] };
};

const arrayOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

const object = (value: unknown): Converted => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { misfit: 'not_an_object' };
  return bytesOf(value) <= OBJECT_BYTES ? { value } : { misfit: 'object_too_large' };
};

/** The size as JSON. Nesting that overflows the stack is larger than any limit. */
const bytesOf = (value: object): number => {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch (error) {
    if (error instanceof RangeError) return Infinity;
    throw error;
  }
};

const CONVERTERS: {
  readonly [Type in DisplayType | 'email']: (value: unknown, country: CountryCode | undefined) => Converted;
} = {
  text: (value) => text(value, TEXT_LENGTH),
  large_text: (value) => text(value, LARGE_TEXT_LENGTH),
  link: (value) => text(value, TEXT_LENGTH),
  single_select: (value) => text(value, TEXT_LENGTH),
  email,
  integer: numeric(integerOf),
  decimal: numeric(thousandthsOf),
  currency: numeric(thousandthsOf),
  date,
  time,
  bool,
  phone,
  geo,
  multi_select: list,
  object,
};
