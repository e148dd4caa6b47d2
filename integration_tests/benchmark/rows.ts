/** Rows compressed together; a result page consists of whole blocks. */
export const BLOCK_ROWS = 10_000;
export const BLOCKS = 5;
/** Rows of a result that are different from each other; longer ones repeat them. */
export const DISTINCT_ROWS = BLOCKS * BLOCK_ROWS;

/** One column of the served rows: a field as describe lists it, and its cells as Bulk writes them, the same in every run. */
export interface Column {
  readonly name: string;
  /** Salesforce's type. */
  readonly type: string;
  readonly cell: (row: number) => string;
}

/** A number that looks random and is fixed by row and salt, below `bound`. */
const dice = (row: number, salt: number, bound: number): number => {
  let x = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) % bound;
};

const pick = (values: readonly string[], row: number, salt: number): string =>
  values[dice(row, salt, values.length)] ?? '';

const sparse = (fill: number, salt: number, cell: (row: number) => string) => (row: number) =>
  dice(row, salt + 1_000, 100) < fill ? cell(row) : '';

const FIRST = ['Ana', 'Björn', 'Chloé', 'Dmitri', 'Eve', 'Farid', 'Grace', 'Hiroshi', 'Ines', 'João', 'Kim', 'Lars'];
const LAST = ['Smith', "O'Brien", 'Müller', 'Nguyễn', 'García', 'van der Berg', 'Rossi', 'Kowalska', '佐藤', 'Diallo'];
const TITLE = ['VP, Sales', 'Engineer', 'Head of "Growth"', 'Owner', 'Buyer', 'Director of Customer Success'];
const CITY = ['Berlin', 'São Paulo', 'Sydney', 'Austin', 'Kraków', 'Nairobi', 'Osaka', 'Leeds'];
const COUNTRY = ['Germany', 'Brazil', 'Australia', 'United States', 'Poland', 'Kenya', 'Japan', 'United Kingdom'];
const SOURCE = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
const WORDS = [
  'prefers',
  'a call',
  'before',
  'noon',
  'asked about',
  'the "Pro" plan,',
  'and',
  'renewal',
  'in',
  'spring',
];

const words = (row: number, salt: number, count: number): string =>
  Array.from({ length: count }, (_, at) => pick(WORDS, row, salt * 31 + at)).join(' ');

const digits = (row: number, salt: number, length: number): string =>
  String(dice(row, salt, 10 ** Math.min(length, 9))).padStart(length, '0');

const datetime = (row: number, salt: number): string =>
  new Date(Date.UTC(2019, 0, 1) + dice(row, salt, 100_000_000) * 1_000).toISOString();

const id = (prefix: string, number: number): string => `${prefix}${String(number).padStart(12, '0')}AAA`;

const standard: readonly Column[] = [
  { name: 'Id', type: 'id', cell: (row) => id('003', row) },
  { name: 'IsDeleted', type: 'boolean', cell: (row) => String(dice(row, 1, 50) === 0) },
  { name: 'AccountId', type: 'reference', cell: sparse(90, 2, (row) => id('001', dice(row, 2, 5_000))) },
  { name: 'LastName', type: 'string', cell: (row) => pick(LAST, row, 3) },
  { name: 'FirstName', type: 'string', cell: (row) => pick(FIRST, row, 4) },
  { name: 'Title', type: 'string', cell: sparse(70, 5, (row) => pick(TITLE, row, 5)) },
  { name: 'Email', type: 'email', cell: (row) => `person.${row}@example-${dice(row, 6, 900)}.com` },
  { name: 'Phone', type: 'phone', cell: sparse(80, 7, (row) => `+1 (${digits(row, 7, 3)}) ${digits(row, 8, 7)}`) },
  { name: 'MobilePhone', type: 'phone', cell: sparse(40, 9, (row) => `+49 ${digits(row, 9, 9)}`) },
  {
    name: 'MailingStreet',
    type: 'textarea',
    cell: sparse(75, 10, (row) => `${dice(row, 10, 300)} Main Street,\nSuite ${dice(row, 11, 90)}`),
  },
  { name: 'MailingCity', type: 'string', cell: sparse(75, 10, (row) => pick(CITY, row, 12)) },
  { name: 'MailingPostalCode', type: 'string', cell: sparse(75, 10, (row) => digits(row, 13, 5)) },
  { name: 'MailingCountry', type: 'string', cell: sparse(75, 10, (row) => pick(COUNTRY, row, 12)) },
  { name: 'LeadSource', type: 'picklist', cell: sparse(85, 14, (row) => pick(SOURCE, row, 14)) },
  { name: 'Birthdate', type: 'date', cell: sparse(30, 15, (row) => datetime(row, 15).slice(0, 10)) },
  { name: 'HasOptedOutOfEmail', type: 'boolean', cell: (row) => String(dice(row, 16, 10) === 0) },
  { name: 'Description', type: 'textarea', cell: sparse(50, 17, (row) => words(row, 17, 8)) },
  { name: 'CreatedDate', type: 'datetime', cell: (row) => datetime(row, 18) },
  { name: 'SystemModstamp', type: 'datetime', cell: (row) => datetime(row, 19) },
  { name: 'Score__c', type: 'double', cell: sparse(80, 20, (row) => String(dice(row, 20, 100_000) / 100)) },
];

const custom: readonly Column[] = Array.from({ length: 80 }, (_, at): Column => {
  const salt = 100 + at;
  const name = `Field_${at + 1}__c`;
  const kinds: readonly Omit<Column, 'name'>[] = [
    { type: 'string', cell: sparse(60, salt, (row) => words(row, salt, 3)) },
    { type: 'double', cell: sparse(60, salt, (row) => String(dice(row, salt, 1_000_000) / 10)) },
    { type: 'picklist', cell: sparse(60, salt, (row) => pick(SOURCE, row, salt)) },
    { type: 'boolean', cell: (row) => String(dice(row, salt, 2) === 0) },
    { type: 'string', cell: sparse(60, salt, (row) => pick(CITY, row, salt)) },
    { type: 'datetime', cell: sparse(60, salt, (row) => datetime(row, salt)) },
    { type: 'multipicklist', cell: sparse(40, salt, (row) => `${pick(SOURCE, row, salt)};${pick(CITY, row, salt)}`) },
    { type: 'textarea', cell: sparse(30, salt, (row) => words(row, salt, 12)) },
  ];
  return { name, ...(kinds[at % kinds.length] ?? { type: 'string', cell: () => '' }) };
});

/** The first `count` columns of a contact with many custom fields; Id comes first. */
export const columnsOf = (count: number): readonly Column[] => [...standard, ...custom].slice(0, count);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export const headerOf = (columns: readonly Column[]): string =>
  `${columns.map(({ name }) => quoted(name)).join(',')}\n`;

/** CSV of the rows [from, to), each cell in quotes and each row ended by LF, as Bulk writes them. */
export const csvOf = (columns: readonly Column[], from: number, to: number): string => {
  const lines: string[] = [];
  for (let row = from; row < to; row += 1) lines.push(columns.map(({ cell }) => quoted(cell(row))).join(','));
  return `${lines.join('\n')}\n`;
};

/** A row as text by column name: what a CSV reader sees. */
export const cellsOf = (columns: readonly Column[], row: number): Record<string, string> =>
  Object.fromEntries(columns.map(({ name, cell }) => [name, cell(row)]));

/** A row as the record that the source must make of it. */
export const recordOf = (columns: readonly Column[], row: number): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name, type, cell }) => [name, valueOf(type, cell(row))]));

const valueOf = (type: string, text: string): unknown => {
  if (text === '') return null;
  if (type === 'boolean') return text === 'true';
  if (type === 'double') return Number(text);
  return type === 'multipicklist' ? text.split(';') : text;
};

/** The fields as a describe lists them. */
export const describedFields = (columns: readonly Column[]): readonly object[] =>
  columns.map(({ name, type }) => ({
    name,
    label: name,
    type,
    custom: name.endsWith('__c'),
    calculated: false,
    filterable: type !== 'textarea',
    compoundFieldName: null,
    relationshipName: null,
    referenceTo: [],
    nillable: name !== 'Id',
  }));
