// Past 250 lines: every way a row can change, kept together because each must move the same timestamps.
import type { DatabaseSync } from 'node:sqlite';
import type { Catalog, OrgObject } from './catalog.ts';
import { createCatalog } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Conversion, ConversionTarget } from './conversion.ts';
import { convert } from './conversion.ts';
import { dayOf } from './date-literals.ts';
import { idOf, longId } from './ids.ts';
import type { OrgRow } from './row-view.ts';
import { readRows } from './row-view.ts';
import type { FieldDefinition, ObjectDefinition } from './schema.ts';
import type { Stored } from './store.ts';
import { addColumn, createTable, isStored, openDatabase, transaction } from './store.ts';

/** What a test writes: datetimes as Date or text, everything else as it is. */
type Values = Readonly<Record<string, string | number | boolean | Date | null>>;

interface WriteOptions {
  /**
   * The transaction commits this long after it stamped the row: until then nobody sees the change, and the row is locked
   * (any other write to it throws).
   */
  readonly visibleAfterMs?: number;
}

/** The org behind the API, for tests and the demo. Every change moves SystemModstamp to the org's current second. */
export interface Org {
  /** Returns the new row's 18-character id. Timestamps and MasterRecordId may be given; otherwise they are now. */
  insert(object: string, values: Values, options?: WriteOptions): string;
  update(object: string, id: string, values: Values, options?: WriteOptions): void;
  /** To the recycle bin, with everything that goes with it. */
  remove(object: string, id: string): void;
  /** Gone without a trace but for `/deleted`. */
  hardRemove(object: string, id: string): void;
  undelete(object: string, id: string): void;
  /** The losers are deleted with MasterRecordId = winner; what pointed to them points to the winner. */
  merge(object: string, winner: string, losers: readonly string[]): void;
  /** Into the given account and contact, or new ones; an opportunity only when asked for. */
  convertLead(id: string, into?: ConversionTarget): Conversion;
  /** One row as queryAll shows it, undefined if nobody can see it. */
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

const fieldOf = (object: OrgObject, name: string): FieldDefinition => {
  const field = object.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`${object.name} has no field ${name}`);
  if (!isStored(field)) throw new Error(`${object.name}.${name} cannot be written`);
  return field;
};

const stored = (field: FieldDefinition, value: Values[string]): Stored => {
  if (value === null || value === '') return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (field.type === 'datetime') return Math.floor(new Date(value).getTime() / 1000) * 1000;
  if (value instanceof Date) return dayOf(value.getTime());
  if (typeof value === 'string') {
    if (field.type === 'reference') return longId(value);
    if (field.length !== undefined && value.length > field.length)
      throw new Error(`${field.name}: data value too large`);
  }
  return value;
};

export const createOrg = (definitions: readonly ObjectDefinition[], clock: Clock): Org => {
  const tables = openDatabase();
  const catalog = createCatalog(definitions, clock.now);
  for (const definition of definitions) createTable(tables, definition);
  const userId = idOf('005', 1);
  let pending: { readonly at: number; readonly since: number; readonly row: string; readonly apply: () => void }[] = [];

  const commitDue = (): void => {
    const now = clock.now();
    const due = pending.filter((one) => one.at <= now);
    if (due.length === 0) return;
    pending = pending.filter((one) => one.at > now);
    for (const one of due) one.apply();
  };
  const commit = (id: string, options: WriteOptions | undefined, apply: () => void): void => {
    commitDue();
    const row = longId(id);
    if (pending.some((one) => one.row === row)) throw new Error(`UNABLE_TO_LOCK_ROW: ${row} is in an open transaction`);
    const delay = options?.visibleAfterMs ?? 0;
    if (delay === 0) transaction(tables, apply);
    else pending.push({ at: clock.now() + delay, since: clock.second(), row, apply: () => transaction(tables, apply) });
  };

  const nextId = (object: OrgObject): { id: string; n: number } => {
    const prefix = object.definition.keyPrefix ?? '000';
    const row = tables
      .prepare('INSERT INTO counters VALUES (?, 1) ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last')
      .get(prefix);
    const n = Number(row?.['last']);
    return { id: idOf(prefix, n), n };
  };
  const set = (object: OrgObject, id: string, values: Readonly<Record<string, Stored>>): void => {
    const names = Object.keys(values);
    if (names.length === 0) return;
    tables
      .prepare(`UPDATE "${object.name}" SET ${names.map((name) => `"${name}" = ?`).join(', ')} WHERE "Id" = ?`)
      .run(...names.map((name) => values[name] ?? null), longId(id));
  };
  const get = (object: OrgObject, id: string): Record<string, Stored> => {
    const row = tables.prepare(`SELECT * FROM "${object.name}" WHERE "Id" = ?`).get(longId(id));
    if (row === undefined) throw new Error(`${object.name} has no row ${id}`);
    return row as Record<string, Stored>;
  };
  const has = (object: OrgObject, name: string): boolean => object.fields.some((field) => field.name === name);
  const only = (object: OrgObject, values: Readonly<Record<string, Stored>>): Record<string, Stored> =>
    Object.fromEntries(Object.entries(values).filter(([name]) => has(object, name)));
  const stamps = (object: OrgObject, at: number, isUserChange: boolean): Record<string, Stored> =>
    only(object, {
      SystemModstamp: at,
      ...(isUserChange ? { LastModifiedDate: at, LastModifiedById: userId } : {}),
    });

  /** What Salesforce fills in by itself when these fields of a row change. */
  const consequences = (
    object: OrgObject,
    before: Readonly<Record<string, Stored>>,
    values: Readonly<Record<string, Stored>>,
    at: number,
  ): Record<string, Stored> => {
    const changed = (name: string): boolean => name in values && values[name] !== before[name];
    if (object.name === 'Opportunity' && changed('StageName')) return { LastStageChangeDate: at };
    if (object.name === 'Task' && changed('Status')) {
      return { CompletedDateTime: values['Status'] === 'Completed' ? at : null };
    }
    const isFirstResponse = values['Status'] === 'Responded' && (before['FirstRespondedDate'] ?? null) === null;
    return object.name === 'CampaignMember' && isFirstResponse ? { FirstRespondedDate: dayOf(at) } : {};
  };
  const afterWrite = (object: OrgObject, id: string, at: number): void => {
    if (object.name !== 'OpportunityContactRole') return;
    const role = get(object, id);
    if (role['IsPrimary'] !== 1) return;
    const opportunity = catalog.get('Opportunity');
    tables
      .prepare(
        'UPDATE "OpportunityContactRole" SET "IsPrimary" = 0, "SystemModstamp" = ? WHERE "OpportunityId" = ? AND "Id" <> ? AND "IsPrimary" = 1',
      )
      .run(at, role['OpportunityId'] ?? null, longId(id));
    set(opportunity, String(role['OpportunityId']), {
      ContactId: role['ContactId'] ?? null,
      ...stamps(opportunity, at, false),
    });
  };

  const insert: Org['insert'] = (name, values, options) => {
    const object = catalog.get(name);
    const at = clock.second();
    const { id, n } = nextId(object);
    const given: Record<string, Stored> = {};
    for (const [key, value] of Object.entries(values)) given[key] = stored(fieldOf(object, key), value);
    const row: Record<string, Stored> = {};
    for (const field of object.fields.filter(isStored)) {
      const fallback = field.type === 'boolean' ? 0 : (field.defaultValue ?? null);
      row[field.name] = given[field.name] ?? (typeof fallback === 'boolean' ? Number(fallback) : fallback);
      if (field.autoNumber !== undefined) row[field.name] = `${field.autoNumber}${String(n).padStart(6, '0')}`;
    }
    const system = { Id: id, CreatedDate: at, CreatedById: userId, OwnerId: userId, ...stamps(object, at, true) };
    Object.assign(
      row,
      only(object, { ...consequences(object, {}, given, at), ...system }),
      given,
      only(object, { Id: id }),
    );
    for (const field of object.fields.filter(isStored)) {
      if (field.required === true && row[field.name] === null) throw new Error(`${name}.${field.name} is required`);
    }
    commit(id, options, () => {
      const names = Object.keys(row);
      tables
        .prepare(
          `INSERT INTO "${object.name}" (${names.map((key) => `"${key}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        )
        .run(...names.map((key) => row[key] ?? null));
      afterWrite(object, id, at);
    });
    return id;
  };

  const update: Org['update'] = (name, id, values, options) => {
    const object = catalog.get(name);
    const at = clock.second();
    const changes: Record<string, Stored> = {};
    for (const [key, value] of Object.entries(values)) changes[key] = stored(fieldOf(object, key), value);
    commit(id, options, () => {
      const before = get(object, id);
      set(object, id, {
        ...stamps(object, at, true),
        ...only(object, consequences(object, before, changes, at)),
        ...changes,
      });
      afterWrite(object, id, at);
    });
  };

  const logDeletion = (object: OrgObject, id: string, at: number): void => {
    tables.prepare('INSERT OR IGNORE INTO deletions VALUES (?, ?, ?)').run(object.name, id, at);
  };
  const bin = (object: OrgObject, id: string, at: number, takenBy: string): void => {
    if (!has(object, 'IsDeleted')) {
      tables.prepare(`DELETE FROM "${object.name}" WHERE "Id" = ?`).run(id);
    } else {
      set(object, id, { IsDeleted: 1, _taken_by: takenBy, ...stamps(object, at, false) });
    }
    logDeletion(object, id, at);
    for (const child of catalog.children(object.name)) {
      if (child.field.cascadeDelete !== true || !isStored(child.field)) continue;
      const rows = tables
        .prepare(`SELECT "Id" FROM "${child.object.name}" WHERE "${child.field.name}" = ? AND "IsDeleted" = 0`)
        .all(id);
      for (const row of rows) bin(child.object, String(row['Id']), at, takenBy);
    }
  };

  const changeWhere = (
    object: OrgObject,
    field: string,
    id: string,
    values: Readonly<Record<string, Stored>>,
    at: number,
  ): void => {
    const changes = Object.entries({ ...values, ...stamps(object, at, false) });
    tables
      .prepare(
        `UPDATE "${object.name}" SET ${changes.map(([name]) => `"${name}" = ?`).join(', ')} WHERE "${field}" = ?`,
      )
      .run(...changes.map(([, value]) => value), longId(id));
  };
  const repoint = (from: string, to: string, parent: string, at: number): void => {
    for (const { object, field } of catalog.children(parent)) {
      if (!isStored(field) || field.name === 'MasterRecordId') continue;
      changeWhere(object, field.name, from, { [field.name]: longId(to) }, at);
    }
  };

  const read = (object: OrgObject, where: string, ...values: Stored[]): OrgRow[] => {
    commitDue();
    return readRows(tables, object, where, values);
  };
  const conversion = {
    insert,
    get,
    changeWhere,
    object: catalog.get,
    change: (object: OrgObject, id: string, values: Readonly<Record<string, Stored>>, at: number): void =>
      set(object, id, { ...values, ...stamps(object, at, true) }),
  };

  return {
    insert,
    update,
    convertLead: (id, into = {}) => {
      commitDue();
      return transaction(tables, () => convert(conversion, id, into, clock.second()));
    },
    remove: (name, id) =>
      commit(id, undefined, () => {
        const object = catalog.get(name);
        get(object, id);
        bin(object, longId(id), clock.second(), longId(id));
      }),
    hardRemove: (name, id) =>
      commit(id, undefined, () => {
        const object = catalog.get(name);
        get(object, id);
        bin(object, longId(id), clock.second(), longId(id));
        tables.prepare(`DELETE FROM "${object.name}" WHERE "Id" = ?`).run(longId(id));
      }),
    undelete: (_, id) =>
      commit(id, undefined, () => {
        for (const object of catalog.objects.filter((one) => has(one, 'IsDeleted'))) {
          const rows = tables.prepare(`SELECT "Id" FROM "${object.name}" WHERE _taken_by = ?`).all(longId(id));
          for (const row of rows) {
            const at = clock.second();
            set(object, String(row['Id']), { IsDeleted: 0, _taken_by: null, ...stamps(object, at, false) });
            tables.prepare('DELETE FROM deletions WHERE object = ? AND id = ?').run(object.name, String(row['Id']));
          }
        }
      }),
    merge: (name, winner, losers) =>
      commit(winner, undefined, () => {
        const object = catalog.get(name);
        const at = clock.second();
        for (const loser of losers) {
          repoint(loser, winner, name, at);
          set(object, loser, { MasterRecordId: longId(winner) });
          bin(object, longId(loser), at, longId(loser));
        }
        set(object, winner, stamps(object, at, true));
      }),
    row: (name, id) => read(catalog.get(name), 't."Id" = ?', longId(id))[0],
    rows: (name) => read(catalog.get(name), '1'),
    ids: (name, options) => {
      commitDue();
      const where = options?.isAlive === true && has(catalog.get(name), 'IsDeleted') ? 'WHERE "IsDeleted" = 0' : '';
      const rows = tables.prepare(`SELECT "Id" FROM "${catalog.get(name).name}" ${where} ORDER BY rowid`).all();
      return rows.map((row) => String(row['Id']));
    },
    count: (name) => {
      commitDue();
      return Number(tables.prepare(`SELECT COUNT(*) AS n FROM "${catalog.get(name).name}"`).get()?.['n']);
    },
    addObject: (definition) => {
      createTable(tables, definition);
      catalog.add(definition);
    },
    addField: (object, field) => {
      if (!SYSTEM.has(field.name)) addColumn(tables, object, field);
      catalog.addField(object, field);
    },
    removeField: (object, field) => catalog.removeField(object, field),
    hideField: (object, field) => catalog.hideField(object, field),
    showField: (object, field) => catalog.showField(object, field),
    now: clock.now,
    openSince: () => (pending.length === 0 ? undefined : Math.min(...pending.map((one) => one.since))),
    clock,
    catalog,
    database: () => {
      commitDue();
      return tables;
    },
    userId,
    organizationId: idOf('00D', 1),
  };
};
