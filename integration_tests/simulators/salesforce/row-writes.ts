import type { OrgObject } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Commits, WriteOptions } from './commits.ts';
import { dayOf } from './date-literals.ts';
import { longId } from './ids.ts';
import { onlyFieldsOf, type OrgTables, type StoredValues } from './org-tables.ts';
import type { Stored } from './store.ts';
import { isStored } from './store.ts';
import { storedValues, type WrittenValues } from './written-values.ts';

/** How users and programs write rows. */
export interface RowWrites {
  /** Returns the new row's 18-character id. Timestamps and MasterRecordId may be given; otherwise they are now. */
  readonly insert: (object: string, values: WrittenValues, options?: WriteOptions) => string;
  readonly update: (object: string, id: string, values: WrittenValues, options?: WriteOptions) => void;
}

/** What Salesforce fills in by itself when these fields of a row change. */
const consequences = (
  object: OrgObject,
  before: StoredValues,
  values: StoredValues,
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

/** An opportunity has one primary contact role, and names its contact. */
const keepOnePrimaryRole = (tables: OrgTables, object: OrgObject, id: string, at: number): void => {
  if (object.name !== 'OpportunityContactRole') return;
  const role = tables.get(object, id);
  if (role['IsPrimary'] !== 1) return;
  const opportunity = tables.catalog.get('Opportunity');
  tables.database
    .prepare(
      'UPDATE "OpportunityContactRole" SET "IsPrimary" = 0, "SystemModstamp" = ? WHERE "OpportunityId" = ? AND "Id" <> ? AND "IsPrimary" = 1',
    )
    .run(at, role['OpportunityId'] ?? null, longId(id));
  tables.set(opportunity, String(role['OpportunityId']), {
    ContactId: role['ContactId'] ?? null,
    ...tables.stamps(opportunity, at, 'system'),
  });
};

/** The defaults of a new row's fields, with its number in the fields that count. */
const withDefaults = (object: OrgObject, given: StoredValues, number: number): Record<string, Stored> => {
  const row: Record<string, Stored> = {};
  for (const field of object.fields.filter(isStored)) {
    const fallback = field.type === 'boolean' ? 0 : (field.defaultValue ?? null);
    row[field.name] = given[field.name] ?? (typeof fallback === 'boolean' ? Number(fallback) : fallback);
    if (field.autoNumber !== undefined) row[field.name] = `${field.autoNumber}${String(number).padStart(6, '0')}`;
  }
  return row;
};

export const createRowWrites = (tables: OrgTables, commits: Commits, clock: Clock, userId: string): RowWrites => ({
  insert: (name, values, options) => {
    const object = tables.catalog.get(name);
    const at = clock.second();
    const { id, number } = tables.nextId(object);
    const given = storedValues(object, values);
    const system = {
      Id: id,
      CreatedDate: at,
      CreatedById: userId,
      OwnerId: userId,
      ...tables.stamps(object, at, 'user'),
    };
    const row: Record<string, Stored> = {
      ...withDefaults(object, given, number),
      ...onlyFieldsOf(object, { ...consequences(object, {}, given, at), ...system }),
      ...given,
      ...onlyFieldsOf(object, { Id: id }),
    };
    for (const field of object.fields.filter(isStored)) {
      if (field.required === true && row[field.name] === null) throw new Error(`${name}.${field.name} is required`);
    }
    commits.commit(id, options, () => {
      tables.insert(object, row);
      keepOnePrimaryRole(tables, object, id, at);
    });
    return id;
  },

  update: (name, id, values, options) => {
    const object = tables.catalog.get(name);
    const at = clock.second();
    const changes = storedValues(object, values);
    commits.commit(id, options, () => {
      const before = tables.get(object, id);
      tables.set(object, id, {
        ...tables.stamps(object, at, 'user'),
        ...onlyFieldsOf(object, consequences(object, before, changes, at)),
        ...changes,
      });
      keepOnePrimaryRole(tables, object, id, at);
    });
  },
});
