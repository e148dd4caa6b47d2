import type { DatabaseSync } from 'node:sqlite';
import type { OrgObject } from './catalog.ts';
import { isCompound } from './field-rules.ts';
import { compoundKey } from './plan.ts';
import type { Stored } from './store.ts';
import { columnSql } from './store.ts';
import { plainValue } from './values.ts';

type PlainValue = string | number | boolean | null;

/** What a row shows: datetimes as `…000Z`, compound fields as objects or null. */
export type OrgRow = Readonly<Record<string, PlainValue | Readonly<Record<string, PlainValue>>>>;

const view = (object: OrgObject, row: Readonly<Record<string, Stored>>): OrgRow => {
  const shown: Record<string, OrgRow[string]> = {};
  for (const field of object.visible) {
    if (!isCompound(field)) {
      shown[field.name] = plainValue(field, row[field.name]);
      continue;
    }
    const parts = object.visible.filter((part) => part.compound === field.name);
    const isEmpty = parts.every((part) => row[part.name] === null);
    shown[field.name] = isEmpty
      ? null
      : Object.fromEntries(parts.map((part) => [compoundKey(part.name), plainValue(part, row[part.name])]));
  }
  return shown;
};

/** The rows of an object for which `where` (over the alias `t`) is true, with every field the user may see. */
export const readRows = (
  database: DatabaseSync,
  object: OrgObject,
  where: string,
  values: readonly Stored[],
): OrgRow[] => {
  const columns = object.visible.filter((field) => !isCompound(field));
  const list = columns.map((field) => `${columnSql('t', field)} AS "${field.name}"`).join(', ');
  const rows = database.prepare(`SELECT ${list} FROM "${object.name}" t WHERE ${where}`).all(...values);
  return rows.map((row) => view(object, row as Record<string, Stored>));
};
