import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import type { Instance } from './instance.ts';
import type { Entity, Store } from './store.ts';

// What is read back of a person or an account: its stored fields and those Ortto derives.

const iso = (time: number): string => new Date(time).toISOString();

const derived: { readonly [fieldId: string]: (entity: Entity) => unknown } = {
  'str::person_id': (entity) => entity.id,
  'idt::o': (entity) => entity.organizationId,
  'ids:o:p': (entity) => (entity.members.size > 0 ? [...entity.members] : undefined),
  tags: (entity) => (entity.tags.size > 0 ? [...entity.tags] : undefined),
  c: (entity) => iso(entity.createdAt),
  e: (entity) => iso(entity.editedAt),
  a: (entity) => (entity.archivedAt === undefined ? undefined : iso(entity.archivedAt)),
  oc: (entity) => iso(entity.createdAt),
  oe: (entity) => iso(entity.editedAt),
};

/** Undefined when the entity has none. */
export const fieldValue = (entity: Entity, fieldId: string): unknown =>
  entity.fields.get(fieldId) ?? derived[fieldId]?.(entity);

export const fieldExists = (store: Store, fieldId: string): boolean =>
  store.fields.has(fieldId) || (store.noun === 'person' && fieldId === 'str::person_id');

/** The numbers of tags, counted from 1 in the order of first use, separately for people and accounts. */
export const tagNumbers = (store: Store): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  for (const entity of store.all()) {
    for (const tag of entity.tags) {
      if (!numbers.has(tag)) numbers.set(tag, numbers.size + 1);
    }
  }
  return numbers;
};

/** The asked-for fields that have a value. */
export const present = (store: Store, entity: Entity, fieldIds: readonly string[]): JsonObject => {
  const fields: { [fieldId: string]: unknown } = {};
  for (const fieldId of fieldIds) {
    const isTagNumbers = fieldId === 'u4s::t' || fieldId === 'u4s:o:t';
    const value = isTagNumbers
      ? entity.tags.size > 0
        ? Array.from(entity.tags, (tag) => tagNumbers(store).get(tag))
        : undefined
      : fieldValue(entity, fieldId);
    if (value !== undefined) fields[fieldId] = value;
  }
  return { id: entity.id, fields };
};

/** The `meta` of a query. */
export const totals = ({ people, organizations }: Instance, matches: number): JsonObject => ({
  total_contacts: people.size - people.archivedCount,
  total_organizations: organizations.size - organizations.archivedCount,
  total_matches: matches,
  total_subscribers: people.subscriberCount,
});

/** A value as text to search and sort by. */
export const plainText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return value === undefined ? '' : JSON.stringify(value);
  return [value['name'], value['c'], value['n']].filter((part) => typeof part === 'string').join('');
};
