import { DatabaseSync } from 'node:sqlite';
import type { FieldDefinition, FieldType, ObjectDefinition } from './schema.ts';

// One table per object, one column per stored field. Datetimes are milliseconds, booleans 0 and 1, the rest as it is.

export type Stored = string | number | null;

const AFFINITY: Partial<Record<FieldType, string>> = {
  boolean: 'INTEGER',
  int: 'INTEGER',
  datetime: 'INTEGER',
  double: 'REAL',
  currency: 'REAL',
  percent: 'REAL',
};

/** Whether the field has a column: compound and derived fields are worked out instead. */
export const isStored = (field: FieldDefinition): boolean =>
  field.derived === undefined && field.type !== 'address' && field.type !== 'location';

const column = (field: FieldDefinition): string =>
  `"${field.name}" ${AFFINITY[field.type] ?? 'TEXT'}${field.name === 'Id' ? ' PRIMARY KEY' : ''}`;

/** SQL for a stored or derived field of the table with this alias. */
export const columnSql = (alias: string, field: FieldDefinition): string =>
  field.derived === undefined ? `${alias}."${field.name}"` : field.derived.replaceAll('{t}', alias);

/** SOQL compares text without case, in any script. */
const fold = (value: unknown): Stored => (typeof value === 'string' ? value.toLowerCase() : (value as Stored));

const matchers = new Map<string, RegExp>();

const matches = (value: unknown, pattern: unknown): number => {
  if (typeof value !== 'string' || typeof pattern !== 'string') return 0;
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    if (matchers.size > 1000) matchers.clear();
    matcher = new RegExp(pattern, 'su');
    matchers.set(pattern, matcher);
  }
  return matcher.test(value.toLowerCase()) ? 1 : 0;
};

const includes = (value: unknown, wanted: unknown): number => {
  if (typeof value !== 'string' || typeof wanted !== 'string') return 0;
  const chosen = new Set(value.toLowerCase().split(';'));
  return wanted.split(';').every((option) => chosen.has(option)) ? 1 : 0;
};

/** Opens an empty database in memory that knows SOQL's comparisons: soql_fold, soql_like, soql_includes. */
export const openDatabase = (): DatabaseSync => {
  const database = new DatabaseSync(':memory:');
  database.function('soql_fold', { deterministic: true }, fold);
  database.function('soql_like', { deterministic: true }, matches);
  database.function('soql_includes', { deterministic: true }, includes);
  database.exec(
    'CREATE TABLE deletions (object TEXT, id TEXT, at INTEGER, PRIMARY KEY (object, id)); CREATE TABLE counters (prefix TEXT PRIMARY KEY, last INTEGER)',
  );
  return database;
};

export const createTable = (database: DatabaseSync, object: ObjectDefinition): void => {
  const columns = object.fields.filter(isStored).map(column);
  // Which deletion took a row along, so that restoring the parent restores it too.
  database.exec(`CREATE TABLE "${object.name}" (${[...columns, '_taken_by TEXT'].join(', ')})`);
  if (object.fields.some((field) => field.name === 'SystemModstamp')) {
    database.exec(`CREATE INDEX "${object.name}_modstamp" ON "${object.name}" ("SystemModstamp")`);
  }
};

export const addColumn = (database: DatabaseSync, object: string, field: FieldDefinition): void => {
  if (isStored(field)) database.exec(`ALTER TABLE "${object}" ADD COLUMN ${column(field)}`);
};

/** The text in which Salesforce writes milliseconds, in the form both APIs are normalised to. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/**
 * Inserts many rows of one object fast. `columns` are stored fields; each row has a value for each of them.
 * Call inside a transaction.
 */
export const inserter = (
  database: DatabaseSync,
  object: string,
  columns: readonly string[],
): ((row: readonly Stored[]) => void) => {
  const statement = database.prepare(
    `INSERT INTO "${object}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (row) => {
    statement.run(...row);
  };
};

export const transaction = <T>(database: DatabaseSync, work: () => T): T => {
  if (database.isTransaction) return work();
  database.exec('BEGIN');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
};
