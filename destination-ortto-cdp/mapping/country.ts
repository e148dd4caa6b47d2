import { getCountries } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import type { DisplayType } from '../ortto/field-types.ts';
import { COUNTRIES } from '../ortto/system-fields.ts';

// Salesforce keeps countries as codes or as names in any language; phone numbers are read by code.

/** The languages whose names of countries are understood, as Node's own tables spell them. */
const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'da', 'nb', 'fi', 'pl', 'ja'];

/** Spellings that are in use and in no such table. */
const ALIASES: Readonly<Record<string, CountryCode>> = {
  usa: 'US',
  'united states of america': 'US',
  america: 'US',
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  'republic of ireland': 'IE',
  holland: 'NL',
  'the netherlands': 'NL',
  'czech republic': 'CZ',
  korea: 'KR',
  'republic of korea': 'KR',
  russia: 'RU',
  'russian federation': 'RU',
  uae: 'AE',
  turkey: 'TR',
  'viet nam': 'VN',
  'hong kong': 'HK',
  macau: 'MO',
  taiwan: 'TW',
};

/** Which country the numbers of a record belong to that name none themselves. */
export interface PhoneCountry {
  /** The field whose values go to Ortto's country. */
  readonly path: readonly string[] | undefined;
  /** For records without a country. */
  readonly fallback: CountryCode | undefined;
}

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim();

const buildNames = (): ReadonlyMap<string, CountryCode> => {
  const names = new Map<string, CountryCode>();
  const codes = getCountries();
  for (const language of LANGUAGES.toReversed()) {
    const display = new Intl.DisplayNames([language], { type: 'region' });
    for (const code of codes) names.set(plain(display.of(code) ?? code), code);
  }
  for (const [name, code] of Object.entries(ALIASES)) names.set(name, code);
  for (const code of codes) names.set(code.toLowerCase(), code);
  return names;
};

let byName: ReadonlyMap<string, CountryCode> | undefined;

/** An org has few spellings, and each record has one of them. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, CountryCode | undefined>();

/** The country that a code (`DE`) or a name (`Germany`, `Deutschland`) means; undefined for anything else. */
export const countryOf = (text: string): CountryCode | undefined => {
  if (remembered.has(text)) return remembered.get(text);
  byName ??= buildNames();
  const country = byName.get(plain(text)) ?? byName.get(plain(text).replaceAll(' ', ''));
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, country);
  return country;
};

/** Undefined if none of the mapped fields is a phone number. `fallback` is a code. */
export const phoneCountryOf = (
  fields: readonly { readonly id: string; readonly type: DisplayType; readonly path: readonly string[] }[],
  fallback: string | undefined,
): PhoneCountry | undefined =>
  fields.some(({ type }) => type === 'phone')
    ? { path: fields.find(({ id }) => COUNTRIES.has(id))?.path, fallback: countryOf(fallback ?? '') }
    : undefined;
