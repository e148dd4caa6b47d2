import type { DatabaseSync } from 'node:sqlite';
import type { Catalog, OrgObject } from './catalog.ts';
import { idOf, longId } from './ids.ts';
import type { Stored } from './store.ts';

export type StoredValues = Readonly<Record<string, Stored>>;

/** Reads and changes rows by object and id, without a transaction and without rules. */
export interface OrgTables {
  readonly database: DatabaseSync;
  readonly catalog: Catalog;
  /** The id of the object's next row, and its number. */
  nextId(object: OrgObject): { readonly id: string; readonly number: number };
  /** One row; throws where there is none. */
  get(object: OrgObject, id: string): Record<string, Stored>;
  insert(object: OrgObject, row: StoredValues): void;
  set(object: OrgObject, id: string, values: StoredValues): void;
  /** Changes all rows whose `field` is this id, and moves their SystemModstamp. */
  changeWhere(object: OrgObject, field: string, id: string, values: StoredValues, at: number): void;
  /** What a change at this time leaves on a row; only what a user did moves LastModifiedDate. */
  stamps(object: OrgObject, at: number, by: 'user' | 'system'): Record<string, Stored>;
}

export const hasField = (object: OrgObject, name: string): boolean =>
  object.fields.some((field) => field.name === name);

/** Without the fields that the object does not have. */
export const onlyFieldsOf = (object: OrgObject, values: StoredValues): Record<string, Stored> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => hasField(object, name)));

const assignments = (names: readonly string[]): string => names.map((name) => `"${name}" = ?`).join(', ');

export const createOrgTables = (database: DatabaseSync, catalog: Catalog, userId: string): OrgTables => {
  const stamps: OrgTables['stamps'] = (object, at, by) =>
    onlyFieldsOf(object, {
      SystemModstamp: at,
      ...(by === 'user' ? { LastModifiedDate: at, LastModifiedById: userId } : {}),
    });

  return {
    database,
    catalog,
    stamps,
    nextId: (object) => {
      const prefix = object.definition.keyPrefix ?? '000';
      const row = database
        .prepare('INSERT INTO counters VALUES (?, 1) ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last')
        .get(prefix);
      const number = Number(row?.['last']);
      return { id: idOf(prefix, number), number };
    },
    get: (object, id) => {
      const row = database.prepare(`SELECT * FROM "${object.name}" WHERE "Id" = ?`).get(longId(id));
      if (row === undefined) throw new Error(`${object.name} has no row ${id}`);
      return row as Record<string, Stored>;
    },
    insert: (object, row) => {
      const names = Object.keys(row);
      const columns = names.map((name) => `"${name}"`).join(', ');
      database
        .prepare(`INSERT INTO "${object.name}" (${columns}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...names.map((name) => row[name] ?? null));
    },
    set: (object, id, values) => {
      const names = Object.keys(values);
      if (names.length === 0) return;
      database
        .prepare(`UPDATE "${object.name}" SET ${assignments(names)} WHERE "Id" = ?`)
        .run(...names.map((name) => values[name] ?? null), longId(id));
    },
    changeWhere: (object, field, id, values, at) => {
      const changes = { ...values, ...stamps(object, at, 'system') };
      database
        .prepare(`UPDATE "${object.name}" SET ${assignments(Object.keys(changes))} WHERE "${field}" = ?`)
        .run(...Object.values(changes), longId(id));
    },
  };
};
