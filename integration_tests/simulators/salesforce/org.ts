import type { DatabaseSync } from 'node:sqlite';
import type { Catalog } from './catalog.ts';
import { createCatalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import { createCommits } from './commits.ts';
import type { Conversion, ConversionTarget } from './conversion.ts';
import { convert } from './conversion.ts';
import { idOf, longId } from './ids.ts';
import { createOrgTables, hasField } from './org-tables.ts';
import { createRowRemovals, type RowRemovals } from './row-removals.ts';
import type { OrgRow } from './row-view.ts';
import { readRows } from './row-view.ts';
import { createRowWrites, type RowWrites } from './row-writes.ts';
import type { FieldDefinition, ObjectDefinition } from './schema.ts';
import type { Stored } from './store.ts';
import { addColumn, createTable, openDatabase, transaction } from './store.ts';

/** The org behind the API, for tests and the demo. Every change moves SystemModstamp to the org's current second. */
export interface Org extends RowWrites, RowRemovals {
  /** Into the given account and contact, or new ones; an opportunity only when asked for. */
  convertLead(id: string, into?: ConversionTarget): Conversion;
  /** One row as queryAll shows it, undefined if it does not exist. */
  row(object: string, id: string): OrgRow | undefined;
  /** All rows as queryAll shows them, in no promised order. */
  rows(object: string): OrgRow[];
  /** Ids of the rows in the order they were made; with `isAlive` only those that are not deleted. */
  ids(object: string, options?: { readonly isAlive?: boolean }): string[];
  /** How many rows queryAll shows. */
  count(object: string): number;
  addObject(definition: ObjectDefinition): void;
  addField(object: string, field: FieldDefinition): void;
  removeField(object: string, field: string): void;
  /** Takes a field from the integration user: gone from describe, INVALID_FIELD in queries. */
  hideField(object: string, field: string): void;
  showField(object: string, field: string): void;
  /** Milliseconds on the org's clock. */
  now(): number;
  /** When the oldest transaction that has not committed yet began; undefined without one. */
  openSince(): number | undefined;
  readonly clock: Clock;
  readonly catalog: Catalog;
  /** The tables, late commits that are due applied first. */
  database(): DatabaseSync;
  readonly userId: string;
  readonly organizationId: string;
}

const SYSTEM = new Set(['Id', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp']);

export const createOrg = (definitions: readonly ObjectDefinition[], clock: Clock): Org => {
  const database = openDatabase();
  const catalog = createCatalog(definitions, clock.now);
  for (const definition of definitions) createTable(database, definition);
  const userId = idOf('005', 1);
  const commits = createCommits(database, clock);
  const tables = createOrgTables(database, catalog, userId);
  const writes = createRowWrites(tables, commits, clock, userId);

  const read = (name: string, where: string, ...values: Stored[]): OrgRow[] => {
    commits.commitDue();
    return readRows(database, catalog.get(name), where, values);
  };

  return {
    ...writes,
    ...createRowRemovals(tables, commits, clock),
    convertLead: (id, into = {}) => {
      commits.commitDue();
      return transaction(database, () => convert({ tables, insert: writes.insert }, id, into, clock.second()));
    },
    row: (name, id) => read(name, 't."Id" = ?', longId(id))[0],
    rows: (name) => read(name, '1'),
    ids: (name, options) => {
      commits.commitDue();
      const object = catalog.get(name);
      const where = options?.isAlive === true && hasField(object, 'IsDeleted') ? 'WHERE "IsDeleted" = 0' : '';
      const rows = database.prepare(`SELECT "Id" FROM "${object.name}" ${where} ORDER BY rowid`).all();
      return rows.map((row) => String(row['Id']));
    },
    count: (name) => {
      commits.commitDue();
      return Number(database.prepare(`SELECT COUNT(*) AS n FROM "${catalog.get(name).name}"`).get()?.['n']);
    },
    addObject: (definition) => {
      createTable(database, definition);
      catalog.add(definition);
    },
    addField: (object, field) => {
      if (!SYSTEM.has(field.name)) addColumn(database, object, field);
      catalog.addField(object, field);
    },
    removeField: (object, field) => catalog.removeField(object, field),
    hideField: (object, field) => catalog.hideField(object, field),
    showField: (object, field) => catalog.showField(object, field),
    now: clock.now,
    openSince: () => commits.openSince(),
    clock,
    catalog,
    database: () => {
      commits.commitDue();
      return database;
    },
    userId,
    organizationId: idOf('00D', 1),
  };
};
