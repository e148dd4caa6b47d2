import type { OrgObject } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Commits } from './commits.ts';
import { longId } from './ids.ts';
import { hasField, type OrgTables } from './org-tables.ts';
import { isStored } from './store.ts';

/** How rows are deleted and restored. */
export interface RowRemovals {
  /** To the recycle bin, with everything that goes with it. */
  remove(object: string, id: string): void;
  /** Gone without a trace but for `/deleted`. */
  hardRemove(object: string, id: string): void;
  undelete(object: string, id: string): void;
  /** The losers are deleted with MasterRecordId = winner; what pointed to them points to the winner. */
  merge(object: string, winner: string, losers: readonly string[]): void;
}

/** Deletes a row and, in turn, the rows whose parent takes them along; `takenBy` is the row that was asked for. */
const bin = (tables: OrgTables, object: OrgObject, id: string, at: number, takenBy: string): void => {
  const { database, catalog } = tables;
  if (!hasField(object, 'IsDeleted')) {
    database.prepare(`DELETE FROM "${object.name}" WHERE "Id" = ?`).run(id);
  } else {
    tables.set(object, id, { IsDeleted: 1, _taken_by: takenBy, ...tables.stamps(object, at, 'system') });
  }
  database.prepare('INSERT OR IGNORE INTO deletions VALUES (?, ?, ?)').run(object.name, id, at);
  for (const child of catalog.children(object.name)) {
    if (child.field.cascadeDelete !== true || !isStored(child.field)) continue;
    const rows = database
      .prepare(`SELECT "Id" FROM "${child.object.name}" WHERE "${child.field.name}" = ? AND "IsDeleted" = 0`)
      .all(id);
    for (const row of rows) bin(tables, child.object, String(row['Id']), at, takenBy);
  }
};

const repoint = (tables: OrgTables, parent: string, from: string, to: string, at: number): void => {
  for (const { object, field } of tables.catalog.children(parent)) {
    if (!isStored(field) || field.name === 'MasterRecordId') continue;
    tables.changeWhere(object, field.name, from, { [field.name]: longId(to) }, at);
  }
};

export const createRowRemovals = (tables: OrgTables, commits: Commits, clock: Clock): RowRemovals => {
  const { database, catalog } = tables;
  const binOne = (object: OrgObject, id: string): void => {
    tables.get(object, id);
    bin(tables, object, longId(id), clock.second(), longId(id));
  };

  return {
    remove: (name, id) => commits.commit(id, undefined, () => binOne(catalog.get(name), id)),
    hardRemove: (name, id) =>
      commits.commit(id, undefined, () => {
        const object = catalog.get(name);
        binOne(object, id);
        database.prepare(`DELETE FROM "${object.name}" WHERE "Id" = ?`).run(longId(id));
      }),
    undelete: (_, id) =>
      commits.commit(id, undefined, () => {
        for (const object of catalog.objects.filter((one) => hasField(one, 'IsDeleted'))) {
          const rows = database.prepare(`SELECT "Id" FROM "${object.name}" WHERE _taken_by = ?`).all(longId(id));
          for (const row of rows) {
            const stamps = tables.stamps(object, clock.second(), 'system');
            tables.set(object, String(row['Id']), { IsDeleted: 0, _taken_by: null, ...stamps });
            database.prepare('DELETE FROM deletions WHERE object = ? AND id = ?').run(object.name, String(row['Id']));
          }
        }
      }),
    merge: (name, winner, losers) =>
      commits.commit(winner, undefined, () => {
        const object = catalog.get(name);
        const at = clock.second();
        for (const loser of losers) {
          repoint(tables, name, loser, winner, at);
          tables.set(object, loser, { MasterRecordId: longId(winner) });
          bin(tables, object, longId(loser), at, longId(loser));
        }
        tables.set(object, winner, tables.stamps(object, at, 'user'));
      }),
  };
};
