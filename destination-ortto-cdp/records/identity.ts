import type { IdKind } from '../mapping/identities.ts';

// What identifies people and organizations: Salesforce ids, emails and phones, in the one form in which they are compared.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The three characters that make a 15-character id safe where case is lost: one per five characters. */
const checksum = (id15: string): string =>
  [0, 5, 10]
    .map((start) => {
      const bits = Array.from(id15.slice(start, start + 5), (character, place) =>
        character >= 'A' && character <= 'Z' ? 1 << place : 0,
      );
      return ALPHABET.charAt(bits.reduce((sum, bit) => sum + bit, 0));
    })
    .join('');

const ID_FORM = /^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/;

/** The id in its 18-character form; undefined when the value is not a Salesforce id. */
export const salesforceId = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || !ID_FORM.test(value)) return undefined;
  return value.length === 18 ? value : value + checksum(value);
};

/** By an id's first three characters, which are the same in every org. */
const KIND_BY_KEY_PREFIX: ReadonlyMap<string, IdKind> = new Map([
  ['003', 'contact'],
  ['00Q', 'lead'],
  ['001', 'account'],
]);

/** The kind of record that an id belongs to; undefined for any other object. */
export const idKind = (id: string): IdKind | undefined => KIND_BY_KEY_PREFIX.get(id.slice(0, 3));

/**
 * The value, if it is certainly the id of a contact, lead or account: 18 characters with a valid checksum. Any text of 15
 * letters could be mistaken for the shorter form.
 */
export const certainId = (value: unknown): string | undefined =>
  typeof value === 'string' &&
  value.length === 18 &&
  idKind(value) !== undefined &&
  ID_FORM.test(value) &&
  value.endsWith(checksum(value.slice(0, 15)))
    ? value
    : undefined;

const EMAIL_FORM = /^[^\s@<>()[\]",;:\\]+@[^\s@<>()[\]",;:\\.]+(?:\.[^\s@<>()[\]",;:\\.]+)+$/u;
/** RFC 5321, section 4.5.3.1.3, less the two brackets. */
const EMAIL_LENGTH = 254;

/** The address, trimmed and in lower case; undefined if it is not valid. */
export const normalEmail = (text: string): string | undefined => {
  const address = text.trim().toLowerCase();
  return address.length <= EMAIL_LENGTH && EMAIL_FORM.test(address) ? address : undefined;
};

/** A phone number as Ortto accepts it. */
export interface Phone {
  readonly phone: string;
  readonly parse_with_country_code: boolean;
}

/** E.164: country code and number have at most 15 digits. The minimum is a three-digit code and a four-digit number. */
const DIGITS = { international: [7, 15], local: [4, 14] } as const;

/**
 * A number that starts with + or 00 includes its country code; any other is a number of the Ortto account's own country, and
 * Ortto must not look for a code in it. Undefined if it cannot be a phone number. An extension is dropped: Ortto has no field
 * for it.
 */
export const normalPhone = (text: string): Phone | undefined => {
  const number = text.trim().replace(/\s*(?:;|,|#|x|ext\.?|extension)\s*:?\s*\d+\s*$/i, '');
  if (!/^[+\d\s().\-/\u00a0\u2010-\u2015]+$/.test(number)) return undefined;
  const international = /^\(?(?:\+|00)/.test(number);
  const digits = number.replaceAll(/\D/g, '').replace(international ? /^0+/ : /^$/, '');
  const [least, most] = international ? DIGITS.international : DIGITS.local;
  const significant = digits.replace(/^0+/, '').length;
  return significant >= least && digits.length <= most
    ? { phone: digits, parse_with_country_code: international }
    : undefined;
};
