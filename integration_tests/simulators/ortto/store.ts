import type { Field } from './fields.ts';
import { makeId } from './ids.ts';
import type { Switches } from './switches.ts';
import { keyText } from './values.ts';

/** A person or an account. Its fields and its archiving change through the store alone, which indexes and counts them. */
export interface Entity {
  readonly id: string;
  /** Order of creation. */
  readonly serial: number;
  /** Values by field id, in stored form; a field without a value is not in it. */
  readonly fields: Map<string, unknown>;
  readonly tags: Set<string>;
  readonly createdAt: number;
  editedAt: number;
  /** Set by `archive` alone. */
  archivedAt: number | undefined;
  /** A person's account. */
  organizationId: string | undefined;
  /** An account's people. */
  readonly members: Set<string>;
}

export interface Store {
  readonly noun: 'person' | 'organization';
  readonly fields: Map<string, Field>;
  /** Archived ones included. */
  readonly size: number;
  readonly archivedCount: number;
  /** People with the email permission. */
  readonly subscriberCount: number;
  get(id: string): Entity | undefined;
  /** Oldest first, archived ones included. */
  all(): Iterable<Entity>;
  create(now: number): Entity;
  /** `undefined` takes the value away. */
  set(entity: Entity, fieldId: string, value: unknown): void;
  /** `undefined` restores. */
  archive(entity: Entity, at: number | undefined): void;
  remove(entity: Entity): void;
  /** The entities with this value (as `keyText` spells it) in the field, archived ones included. The first call builds an index. */
  holders(fieldId: string, text: string): Iterable<Entity>;
}

/** Most keys have one holder, and a set for each of them would be most of the memory. */
type Index = Map<string, Entity | Set<Entity>>;

/** Shared by all people, since people have no members. */
const noMembers = new Set<string>();

const enter = (index: Index, text: string | undefined, entity: Entity): void => {
  if (text === undefined) return;
  const holders = index.get(text);
  if (holders === undefined) index.set(text, entity);
  else if (holders instanceof Set) holders.add(entity);
  else if (holders !== entity) index.set(text, new Set([holders, entity]));
};

const leave = (index: Index, text: string | undefined, entity: Entity): void => {
  if (text === undefined) return;
  const holders = index.get(text);
  if (holders === entity) index.delete(text);
  else if (holders instanceof Set) {
    holders.delete(entity);
    if (holders.size === 0) index.delete(text);
  }
};

export const createStore = (noun: Store['noun'], fields: Map<string, Field>, switches: Switches): Store => {
  const entities = new Map<string, Entity>();
  const indices = new Map<string, Index>();
  let serial = 0;
  let archivedCount = 0;
  let subscriberCount = 0;

  const archive: Store['archive'] = (entity, at) => {
    archivedCount += Number(at !== undefined) - Number(entity.archivedAt !== undefined);
    entity.archivedAt = at;
  };

  const set: Store['set'] = (entity, fieldId, value) => {
    if (fieldId === 'bol::p') subscriberCount += Number(value === true) - Number(entity.fields.get(fieldId) === true);
    const index = indices.get(fieldId);
    if (index !== undefined) leave(index, keyText(fieldId, entity.fields.get(fieldId), switches), entity);
    if (value === undefined) entity.fields.delete(fieldId);
    else entity.fields.set(fieldId, value);
    if (index !== undefined) enter(index, keyText(fieldId, value, switches), entity);
  };

  return {
    noun,
    fields,
    get size() {
      return entities.size;
    },
    get archivedCount() {
      return archivedCount;
    },
    get subscriberCount() {
      return subscriberCount;
    },
    get: (id) => entities.get(id),
    all: () => entities.values(),
    create: (now) => {
      serial += 1;
      const entity: Entity = {
        id: makeId(noun === 'person' ? '00' : '10', now, serial),
        serial,
        fields: new Map(),
        tags: new Set(),
        createdAt: now,
        editedAt: now,
        archivedAt: undefined,
        organizationId: undefined,
        members: noun === 'organization' ? new Set() : noMembers,
      };
      entities.set(entity.id, entity);
      return entity;
    },
    set,
    archive,
    remove: (entity) => {
      archive(entity, undefined);
      for (const fieldId of Array.from(entity.fields.keys())) set(entity, fieldId, undefined);
      entities.delete(entity.id);
    },
    holders: (fieldId, text) => {
      let index = indices.get(fieldId);
      if (index === undefined) {
        index = new Map();
        indices.set(fieldId, index);
        for (const entity of entities.values())
          enter(index, keyText(fieldId, entity.fields.get(fieldId), switches), entity);
      }
      const holders = index.get(text);
      if (holders === undefined) return [];
      return holders instanceof Set ? holders : [holders];
    },
  };
};
