// Field ids and types, from a schema of the live API. An id is `<type prefix>:<namespace>:<slug>`.

import type { Switches } from './switches.ts';

export type DisplayType =
  | 'text'
  | 'email'
  | 'large_text'
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
  | 'link'
  | 'object'
  | 'id'
  | 'ids'
  | 'tags';

export interface Field {
  readonly id: string;
  readonly name: string;
  readonly displayType: DisplayType;
  readonly readOnly: boolean;
  readonly custom: boolean;
  readonly options: readonly string[] | undefined;
  readonly tracked: boolean;
}

const prefixes: { readonly [type: string]: string } = {
  text: 'str',
  large_text: 'txt',
  integer: 'int',
  decimal: 'int',
  currency: 'int',
  date: 'dtz',
  time: 'tme',
  bool: 'bol',
  phone: 'phn',
  single_select: 'str',
  multi_select: 'sst',
  link: 'str',
  object: 'obj',
};

/** The id prefix of a custom field's type; undefined when the API creates no such field. */
export const typePrefix = (type: string): string | undefined => prefixes[type];

/** "Job Title" becomes `job-title`; punctuation other than the hyphen is dropped. */
export const slug = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, '-')
    .replaceAll(/[^\p{Letter}\p{Number}-]/gu, '');

/** What becomes of a name in the id of a field or an activity. */
export const idSlug = (name: string, { foreignLetters }: Pick<Switches, 'foreignLetters'>): string =>
  foreignLetters === 'dropped' ? slug(name).replaceAll(/[^a-z0-9-]/g, '') : slug(name);

export const isSelect = (type: string): boolean => type === 'single_select' || type === 'multi_select';

type Row = readonly [id: string, name: string, displayType: DisplayType];

const personWritable: readonly Row[] = [
  ['str::first', 'First name', 'text'],
  ['str::last', 'Last name', 'text'],
  ['str::name', 'Full name', 'text'],
  ['str::email', 'Email', 'email'],
  ['phn::phone', 'Phone number', 'phone'],
  ['str::ei', 'External ID', 'text'],
  ['geo::city', 'City', 'geo'],
  ['geo::region', 'Region', 'geo'],
  ['geo::country', 'Country', 'geo'],
  ['str::postal', 'Postal code', 'text'],
  ['dtz::b', 'Birthday', 'date'],
  ['bol::gdpr', 'GDPR', 'bool'],
  ['bol::p', 'Email permission', 'bool'],
  ['bol::sp', 'SMS permission', 'bool'],
  ['str::language', 'Language', 'single_select'],
  ['str::lt', 'Last timezone', 'single_select'],
  ['str::s-ctx', 'Subscribe context', 'text'],
  ['str::u-ctx', 'Unsubscribe context', 'text'],
  ['str::soi-ctx', 'SMS opt-in context', 'text'],
  ['str::soo-ctx', 'SMS opt-out context', 'text'],
  ['str::ium', 'Initial UTM medium', 'text'],
  ['str::ius', 'Initial UTM source', 'text'],
  ['str::iun', 'Initial UTM name', 'text'],
  ['str::iuc', 'Initial UTM content', 'text'],
  ['str::iut', 'Initial UTM term', 'text'],
  ['str::fcm_ios_token', 'FCM iOS token', 'text'],
  ['str::apn_ios_token', 'APN iOS token', 'text'],
  ['str::android_token', 'Android token', 'text'],
];

const personReadOnly: readonly Row[] = [
  ['idt::o', 'Account', 'id'],
  ['str::is', 'Initial source', 'text'],
  ['str::iu', 'Initial url', 'text'],
  ['str::lb', 'Last browser', 'text'],
  ['str::su', 'Subscribed via URL', 'text'],
  ['str::as', 'Archive source', 'text'],
  ['int::e', 'Engagement', 'integer'],
  ['int::v', 'Total spent', 'currency'],
  ['int::ta', 'Total attributed', 'currency'],
  ['c', 'Created', 'time'],
  ['e', 'Edited', 'time'],
  ['f', 'First seen', 'time'],
  ['l', 'Last seen', 'time'],
  ['s', 'Email subscribe date', 'time'],
  ['u', 'Email unsubscribe date', 'time'],
  ['o', 'SMS subscribe date', 'time'],
  ['a', 'Archived', 'time'],
  ['r', 'Restored', 'time'],
  ['tme::soo', 'SMS unsubscribe date', 'time'],
  ['tme::sa', 'Suppressed at', 'time'],
  ['tme::ua', 'Unsuppressed at', 'time'],
  ['geo::ll', 'Last location', 'geo'],
  ['geo::ll-cnt', 'Last country', 'geo'],
  ['geo::ll-cty', 'Last city', 'geo'],
  ['geo::ll-r', 'Last region', 'geo'],
  ['bol::hb', 'Hard bounced', 'bool'],
  ['u4s::t', 'Tags', 'tags'],
  ['tags', 'Tag names', 'tags'],
];

const organizationWritable: readonly Row[] = [
  ['str:o:name', 'Name', 'text'],
  ['str:o:website', 'Website', 'link'],
  ['str:o:industry', 'Industry', 'text'],
  ['str:o:address', 'Address', 'text'],
  ['str:o:postal', 'Postal code', 'text'],
  ['str:o:source', 'Initial source', 'text'],
  ['str:o:owner', 'Owner', 'text'],
  ['int:o:employees', 'Employees', 'integer'],
  ['geo:o:city', 'City', 'geo'],
  ['geo:o:region', 'Region', 'geo'],
  ['geo:o:country', 'Country', 'geo'],
  ['str:o:lt', 'Last timezone', 'single_select'],
];

const organizationReadOnly: readonly Row[] = [
  ['oc', 'Created', 'time'],
  ['oe', 'Edited', 'time'],
  ['of', 'First seen', 'time'],
  ['ol', 'Last seen', 'time'],
  ['geo:o:ll', 'Last location', 'geo'],
  ['geo:o:ll-cnt', 'Last country', 'geo'],
  ['geo:o:ll-cty', 'Last city', 'geo'],
  ['geo:o:ll-r', 'Last region', 'geo'],
  ['int:o:e', 'Engagement', 'integer'],
  ['ids:o:p', 'People', 'ids'],
  ['u4s:o:t', 'Tags', 'tags'],
];

const register = (writable: readonly Row[], readOnly: readonly Row[]): Map<string, Field> =>
  new Map(
    [...writable, ...readOnly].map((row, index) => [
      row[0],
      {
        id: row[0],
        name: row[1],
        displayType: row[2],
        readOnly: index >= writable.length,
        custom: false,
        options: undefined,
        tracked: false,
      },
    ]),
  );

/** The system fields of a fresh instance. */
export const personFields = (): Map<string, Field> => register(personWritable, personReadOnly);
export const organizationFields = (): Map<string, Field> => register(organizationWritable, organizationReadOnly);
