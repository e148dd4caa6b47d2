import type { JSONSchema7Definition } from 'json-schema';

/** Ortto's display types that a mapping can write to, without `price`, whose form on the wire is not documented. */
export type DisplayType =
  | 'text'
  | 'large_text'
  | 'link'
  | 'integer'
  | 'decimal'
  | 'currency'
  | 'date'
  | 'time'
  | 'bool'
  | 'phone'
  | 'geo'
  | 'single_select'
  | 'multi_select'
  | 'object';

interface TypeRow {
  /** The first part of a field id. */
  readonly prefix: string;
  /** Other types of existing fields that accept such values and lose nothing but length. */
  readonly fits: readonly DisplayType[];
}

/**
 * Salesforce's types reach the destination as plain JSON types, so text may really be a phone, a link or a picklist, and
 * a field to which the user gave such a type in Ortto accepts it. A decimal never fits an integer field.
 */
export const TYPES: { readonly [Type in DisplayType]: TypeRow } = {
  text: { prefix: 'str', fits: ['large_text', 'link', 'single_select', 'phone', 'geo'] },
  large_text: { prefix: 'txt', fits: ['text'] },
  link: { prefix: 'str', fits: ['text', 'large_text'] },
  integer: { prefix: 'int', fits: ['decimal', 'currency'] },
  decimal: { prefix: 'int', fits: ['currency'] },
  currency: { prefix: 'int', fits: ['decimal'] },
  date: { prefix: 'dtz', fits: [] },
  time: { prefix: 'tme', fits: [] },
  bool: { prefix: 'bol', fits: [] },
  phone: { prefix: 'phn', fits: ['text'] },
  geo: { prefix: 'geo', fits: ['text'] },
  single_select: { prefix: 'str', fits: ['text', 'large_text'] },
  multi_select: { prefix: 'sst', fits: [] },
  object: { prefix: 'obj', fits: [] },
};

/** The display type, if it can be written; undefined for others (price, aggregate, ids …). */
export const readDisplayType = (text: string): DisplayType | undefined => {
  // These are written like text.
  if (text === 'email' || text === 'url') return 'text';
  return Object.hasOwn(TYPES, text) ? (text as DisplayType) : undefined;
};

/** Whether values meant for a field of type `wanted` may be written to an existing one of type `actual`. */
export const fits = (wanted: DisplayType, actual: DisplayType): boolean =>
  wanted === actual || TYPES[wanted].fits.includes(actual);

/** The last part of a field id: "Job Title" becomes `job-title`. To Ortto, two names with the same slug are one field. */
export const slug = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, '-')
    .replaceAll(/[^\p{Letter}\p{Number}-]/gu, '');

/** The id that Ortto gives a custom field of this name; an activity's attribute is always `cm`. */
export const customFieldId = (type: DisplayType, namespace: 'cm' | 'oc', name: string): string =>
  `${TYPES[type].prefix}:${namespace}:${slug(name)}`;

/**
 * The name that a Salesforce field gets in Ortto unless the mapping names it: `Lead_Score__c` is "Lead score", `NPS__c` stays
 * "NPS", a parent's `Account.Tier__c` is "Account tier".
 */
export const plainName = (from: string): string => {
  const words = from
    .split('.')
    .flatMap((part) => part.replace(/__[cr]$/, '').split('_'))
    .filter((word) => word !== '')
    .map((word, index) => (index > 0 && /^\p{Lu}[\p{Ll}\p{Number}]*$/u.test(word) ? word.toLowerCase() : word));
  const name = words.join(' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** The display type for the values of a catalog's property. The platform strips scalars of all but type and format. */
export const typeOfProperty = (property: JSONSchema7Definition): DisplayType => {
  if (typeof property === 'boolean') return 'text';
  const airbyteType = 'airbyte_type' in property ? property.airbyte_type : undefined;
  const types = new Set([property.type ?? []].flat());
  if (types.has('array')) return 'multi_select';
  if (types.has('object')) return 'object';
  if (types.has('boolean')) return 'bool';
  if (types.has('integer') || (types.has('number') && airbyteType === 'integer')) return 'integer';
  if (types.has('number')) return 'decimal';
  if (property.format === 'date') return 'date';
  return property.format === 'date-time' ? 'time' : 'text';
};
