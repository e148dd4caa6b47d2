import emailValidator from 'validator/lib/isEmail.js';
import type { IdKind } from '../mapping/identities.ts';
import { withoutInvisible } from './visible-text.ts';

// What identifies people and organizations: Salesforce ids and emails, in the one form in which they are compared. How two people
// with one email are kept apart is in delivery/matching.ts.

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
  if (typeof value !== 'string') return undefined;
  const id = ID_FORM.test(value) ? value : withoutInvisible(value);
  if (!ID_FORM.test(id)) return undefined;
  return id.length === 18 ? id : id + checksum(id);
};

/** By an id's first three characters, which are the same in every org. */
const KIND_BY_KEY_PREFIX: ReadonlyMap<string, IdKind> = new Map([
  ['003', 'contact'],
  ['00Q', 'lead'],
  ['001', 'account'],
]);

/** The kind of record that an id belongs to; undefined for any other object. */
export const idKind = (id: string): IdKind | undefined => KIND_BY_KEY_PREFIX.get(id.slice(0, 3));

/** Characters of an id with something invisible or space around it; every text of a record is looked at. */
const MOST_WITH_INVISIBLE = 24;

/**
 * The value, if it is certainly the id of a contact, lead or account: 18 characters with a valid checksum. Any text of 15
 * letters could be mistaken for the shorter form.
 */
export const certainId = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value.length < 18 || value.length > MOST_WITH_INVISIBLE) return undefined;
  const id = value.length === 18 ? value : withoutInvisible(value);
  return id.length === 18 && idKind(id) !== undefined && ID_FORM.test(id) && id.endsWith(checksum(id.slice(0, 15)))
    ? id
    : undefined;
};

/** Local parts in any script and names of hosts with an underscore are in use; whether a domain exists is not asked. */
const EMAIL_OPTIONS = { allow_utf8_local_part: true, allow_underscores: true } as const;

/** The address, trimmed and in lower case, without invisible characters; undefined if it is not valid. */
export const normalEmail = (text: string): string | undefined => {
  const address = withoutInvisible(text).toLowerCase();
  return emailValidator.default(address, EMAIL_OPTIONS) ? address : undefined;
};
