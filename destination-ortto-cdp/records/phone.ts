import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { withoutInvisible } from './visible-text.ts';

/** A phone number as Ortto accepts it. */
export interface Phone {
  readonly phone: string;
  readonly parse_with_country_code: boolean;
}

/** E.164: country code and number have at most 15 digits. The minimum is a three-digit code and a four-digit number. */
const DIGITS = { international: [7, 15], local: [4, 14] } as const;

/** Digits outside ASCII in which phones are written: Arabic-Indic, Persian; full-width ones become ASCII by normalization. */
const ZEROS = [0x660, 0x6f0];

const asciiDigits = (text: string): string =>
  text.normalize('NFKC').replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (ZEROS.findLast((zero) => zero <= code) ?? code));
  });

/** In characters. Salesforce's own phone fields hold 40; what is much longer is something else, and slow to search. */
const MAX_LENGTH = 250;

const EXTENSION =
  /\s*[;,]?\s*(?:\b(?:extension|extn|ext|poste|durchwahl|dw|app|interno|int|ramal|anexo|tst)\b\.?|\bx|(?<=\d)x|#|(?:ext|isub)=)\s*:?\s*\d{1,7}\s*$/i;

const count = (text: string): number => text.replaceAll(/\D/g, '').length;

/** Two whole numbers, or a number and the last digits of another; `030/123456` is one number with its area code. */
const isTwo = (first: string, second: string): boolean => {
  const [before, after] = [count(first), count(second)];
  if (/^\s*(?:\+|00)/.test(second)) return before >= 4;
  return (before >= 7 && after >= 7 && Math.abs(before - after) <= 1) || (before >= 9 && after > 0 && after <= 3);
};

/** The first of several numbers in one field. */
const firstOf = (text: string): string => {
  const [first = '', ...others] = text.split(/[;,|\n\r&]|\s(?:or|and|oder|und|ou|et|o|y)\s/i);
  const whole = others.length > 0 && count(first) < 4 ? text : first;
  const slash = whole.indexOf('/');
  return slash > 0 && isTwo(whole.slice(0, slash), whole.slice(slash + 1)) ? whole.slice(0, slash) : whole;
};

const cleaned = (text: string): string =>
  firstOf(
    asciiDigits(withoutInvisible(text.replaceAll('\t', ' ')))
      .replace(/^['\u2019]/, '')
      .replace(/^\s*(?:tel|phone|fon|t[ée]l)\s*[.:]+\s*/i, '')
      .replace(EXTENSION, ''),
  )
    .replace(EXTENSION, '')
    // The trunk zero in brackets is dialled only without the country code.
    .replace(/^(\s*\(?(?:\+|00)\s*\d{1,3}\)?[\s.\-/]*)\(0\)/, '$1')
    .trim();

/** North American countries dial 011 before a country code; without a country, only so many digits can mean that. */
const isDialledAbroad = (text: string, country: CountryCode | undefined): boolean =>
  /^\(?011\b/.test(text) && (country === undefined ? count(text) >= 13 : ['US', 'CA'].includes(country));

const byCountry = (text: string, country: CountryCode): Phone | undefined => {
  const parsed = parsePhoneNumberFromString(text, country);
  return parsed?.isPossible() ? { phone: parsed.number.slice(1), parse_with_country_code: true } : undefined;
};

/** Ortto treats a number without country code as one of its account's own country. */
const byDigits = (text: string): Phone | undefined => {
  if (!/^[+\d\s().\-/\u00a0\u2010-\u2015]+$/.test(text)) return undefined;
  const international = /^\(?(?:\+|00)/.test(text);
  const digits = text.replaceAll(/\D/g, '').replace(international ? /^0+/ : /^$/, '');
  const [least, most] = international ? DIGITS.international : DIGITS.local;
  const significant = digits.replace(/^0+/, '').length;
  return significant >= least && digits.length <= most
    ? { phone: digits, parse_with_country_code: international }
    : undefined;
};

/**
 * A number as people write it: the first if there are several, without an extension, for which Ortto has no field. With a
 * country, libphonenumber decides what is a possible number. Without one, a number that starts with + or 00 includes its country
 * code, and any other belongs to the Ortto account's own country. Undefined if it cannot be a phone number.
 */
export const normalPhone = (text: string, country?: CountryCode): Phone | undefined => {
  if (text.length > MAX_LENGTH) return undefined;
  const number = cleaned(text);
  // A country's plan counts digits, also where all of them are zeros.
  if (count(number.replaceAll('0', '')) === 0) return undefined;
  const dialled = isDialledAbroad(number, country) ? number.replace('011', '+') : number;
  if (country === undefined) return byDigits(dialled);
  return byCountry(dialled.replace(/^\(?00/, '+'), country);
};
