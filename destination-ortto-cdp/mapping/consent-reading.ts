import type { ConsentList } from '../config.ts';
import { readFlag } from './flags.ts';

// What a value of a permission's field says. Only an opt-out ever follows from it; "opted in" is never sent.

/** How the values of a permission's field are read. */
export interface ConsentReading {
  /** `flag`: a checkbox that means "opted out" when it is set. */
  readonly kind: 'flag' | ConsentList['kind'];
  /** The list, each value in the form in which values are compared. Empty for a flag. */
  readonly values: ReadonlySet<string>;
  /** Whether a text is a list of options separated by semicolons. */
  readonly isList: boolean;
}

/**
 * `out`: the value says "opted out". `implied`: an opt-out that follows only from the value not being in `opted_in_when`.
 * `unlisted`: a value that neither says so nor is known to mean anything else; no opt-out. `nothing`: none of these.
 */
export type Said = 'out' | 'implied' | 'unlisted' | 'nothing';

export const FLAG: ConsentReading = { kind: 'flag', values: new Set(), isList: false };

/** Salesforce's own fields are checkboxes, whatever type a host gives them; a custom field of such a name may not be. */
const NAMED_OPT_OUT = /^(?:HasOptedOut\w*|DoNotCall)$/;

/** Whether a field's name says that its checkbox means "opted out". `from` may have a parent: `Contact.HasOptedOutOfEmail`. */
export const isOptOutFlag = (from: string, isBoolean: boolean): boolean => {
  const name = from.slice(from.lastIndexOf('.') + 1);
  return NAMED_OPT_OUT.test(name) && (isBoolean || !name.endsWith('__c'));
};

export const listReading = ({ kind, values }: ConsentList, isList: boolean): ConsentReading => ({
  kind,
  values: new Set(values.map(comparable)),
  isList,
});

/** What a record's value says; null for an empty field. Never called with undefined: a field that a record lacks says nothing. */
export const readConsent = (reading: ConsentReading, value: unknown): Said => {
  // Nearly every value, so no list is made of it.
  if (reading.kind === 'flag' && typeof value === 'boolean') return value ? 'out' : 'nothing';
  const items = itemsOf(reading, value);
  if (reading.kind === 'flag') {
    if (items.includes('true')) return 'out';
    return items.every((item) => item === 'false') ? 'nothing' : 'unlisted';
  }
  const isListed = items.some((item) => reading.values.has(item));
  if (reading.kind === 'opted_in_when') return isListed ? 'nothing' : 'implied';
  if (isListed) return 'out';
  return items.every((item) => isOpposite(reading.values, item)) ? 'nothing' : 'unlisted';
};

/** The value as it may be named to the user; only a permission's values ever are. Empty text for an empty value. */
export const valueText = (value: unknown): string => {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(valueText).join('; ');
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return '(an object)';
  return String(value).replaceAll(INVISIBLE, '').trim();
};

/** The filled values, comparable: several of a multi-select, at most one of any other field. */
const itemsOf = ({ isList }: ConsentReading, value: unknown): readonly string[] => {
  const all: readonly unknown[] = Array.isArray(value)
    ? value
    : isList && typeof value === 'string'
      ? value.split(';')
      : [value];
  return all.map(comparable).filter((item) => item !== '');
};

/** Format and control characters, which nobody sees: a "No" with one in it is still a no. */
const INVISIBLE = /[\p{Cf}\p{Cc}]/gu;

/** A value as text without case and surrounding space. The two values of a checkbox have one text each, in whatever form they come. */
const comparable = (value: unknown): string => {
  const text = valueText(value).normalize('NFC').toLowerCase();
  return String(readFlag(text) ?? text);
};

/** Of a checkbox, the value that is not listed means the opposite of the one that is. */
const isOpposite = (values: ReadonlySet<string>, item: string): boolean =>
  (item === 'false' && values.has('true')) || (item === 'true' && values.has('false'));
