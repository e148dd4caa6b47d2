import { idOf } from '../ids.ts';
import type { Org } from '../org.ts';
import type { FieldDefinition } from '../schema.ts';
import type { Stored } from '../store.ts';
import { inserter, isStored } from '../store.ts';
import { DAY, type Draws, type RowValues } from './draws.ts';

/** Rows are written in runs that share a second, as bulk changes leave them. */
const RUN = 40;

export interface RowWriter {
  /** Inserts `n` rows; `make` gets the row's number (from 1) and the second of its last change. */
  readonly write: (name: string, n: number, make: (number: number, at: number) => RowValues) => void;
  /** Lets the org's own ids begin after the ids written here. */
  saveCounters(): void;
}

/** Writes rows past the rules of the API, which is fast enough for half a million of them. Call inside a transaction. */
export const createRowWriter = (org: Org, { instantWithin, chance, below }: Draws): RowWriter => {
  const database = org.database();
  const lastOf: Record<string, number> = {};
  return {
    write: (name, n, make) => {
      const object = org.catalog.get(name);
      const fields: readonly FieldDefinition[] = object.fields.filter(isStored);
      const columns = fields.map((field) => field.name);
      const defaults: readonly Stored[] = fields.map((field) => (field.type === 'boolean' ? 0 : null));
      const insert = inserter(database, name, columns);
      const prefix = object.definition.keyPrefix ?? '000';
      const deletion = database.prepare('INSERT OR IGNORE INTO deletions VALUES (?, ?, ?)');
      let at = instantWithin(730);
      for (let number = 1; number <= n; number += 1) {
        if (number % RUN === 1) at = instantWithin(chance(0.2) ? 20 : 730);
        const id = idOf(prefix, number);
        const created = at - below(300) * DAY;
        const row: RowValues = {
          Id: id,
          CreatedDate: created,
          CreatedById: org.userId,
          LastModifiedDate: at,
          LastModifiedById: org.userId,
          SystemModstamp: at,
          OwnerId: org.userId,
          ...make(number, at),
        };
        insert(columns.map((column, index) => row[column] ?? defaults[index] ?? null));
        if (row['IsDeleted'] === 1) deletion.run(name, id, at);
      }
      lastOf[prefix] = n;
    },
    saveCounters: () => {
      const counter = database.prepare('INSERT OR REPLACE INTO counters VALUES (?, ?)');
      for (const [prefix, last] of Object.entries(lastOf)) counter.run(prefix, last);
    },
  };
};
