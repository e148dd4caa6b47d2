import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { objects } from './answers.ts';
import type { Connection } from './connection.ts';
import { ask, PATHS } from './paths.ts';
import type { Entity } from './paths.ts';

/** A person or organization that a look-up found. Fields without a value are absent. */
export interface Found {
  readonly id: string;
  readonly fields: JsonObject;
}

export interface LookUpCalls {
  /** Those that meet at least one of the conditions, of which there may be any number; archived ones are not included. */
  find(
    stream: string,
    entity: Entity,
    conditions: readonly { readonly fieldId: string; readonly value: string }[],
    fields: readonly string[],
  ): Promise<readonly Found[]>;
  /** Those of the ids that exist, with the requested fields; at most 150 ids. */
  getByIds(
    stream: string,
    entity: Entity,
    ids: readonly string[],
    fields: readonly string[],
  ): Promise<readonly Found[]>;
  /** The whole archive: Ortto cannot filter it. */
  archived(stream: string, entity: Entity, fields: readonly string[]): Promise<readonly Found[]>;
}

/** Conditions in one look-up, to start with. */
const MAX_CONDITIONS = 100;

/** The largest page of `person/get`. */
const PAGE_ROWS = 500;

export const lookUpCalls = (connection: Connection): LookUpCalls => {
  // Ortto does not document how many conditions a filter may hold, so the number last accepted is kept.
  let maxConditions = MAX_CONDITIONS;

  const pages = async (
    entity: Entity,
    question: JsonObject,
    stream: string,
  ): Promise<readonly Found[] | { readonly refused: Error }> => {
    const path = `${PATHS[entity]}/get`;
    const read = (body: JsonObject) => readPage(body, entity === 'person' ? 'contacts' : 'accounts');
    const found = new Map<string, Found>();
    let cursor: JsonObject = { offset: 0 };
    for (;;) {
      const content = { limit: PAGE_ROWS, ...question, ...cursor };
      const answer = await connection.send({ call: 'look_up', method: 'POST', path, content, read, stream });
      if (answer.kind === 'refused') return { refused: answer.error };
      const { rows, next } = answer.result;
      const before = found.size;
      for (const row of rows) found.set(row.id, row);
      // A page with nothing new is the last one, whatever it says about a next one.
      if (next === undefined || found.size === before) return [...found.values()];
      cursor = next;
    }
  };

  return {
    async find(stream, entity, conditions, fields) {
      const found: Found[] = [];
      let rest = [...conditions];
      while (rest.length > 0) {
        const part = rest.slice(0, maxConditions);
        const page = await pages(entity, { filter: filterOf(part), fields }, stream);
        if (!('refused' in page)) {
          found.push(...page);
          rest = rest.slice(part.length);
        } else if (part.length > 1) {
          maxConditions = Math.floor(part.length / 2);
        } else throw page.refused;
      }
      return found;
    },
    async getByIds(stream, entity, ids, fields) {
      const [idsKey, listKey] = entity === 'person' ? ['contact_ids', 'contacts'] : ['account_ids', 'accounts'];
      const path = `${PATHS[entity]}/get-by-ids`;
      return ask(connection, path, { [idsKey]: ids, fields }, (body) => readMap(body, listKey), stream);
    },
    async archived(stream, entity, fields) {
      const type = entity === 'person' ? 'archived' : 'archived_organization';
      const found = await pages(entity, { type, fields }, stream);
      if ('refused' in found) throw found.refused;
      return found;
    },
  };
};

const filterOf = (conditions: readonly { readonly fieldId: string; readonly value: string }[]): JsonObject => ({
  $or: conditions.map(({ fieldId, value }) => ({ '$str::is': { field_id: fieldId, value } })),
});

interface Page {
  readonly rows: readonly Found[];
  /** Undefined on the last page. */
  readonly next: JsonObject | undefined;
}

/** Ortto writes null for an empty list, but never leaves the list out. */
const readPage = (body: JsonObject, listKey: string): Page | undefined => {
  const list = body[listKey];
  if (!Array.isArray(list) && list !== null) return undefined;
  const { has_more: hasMore, next_offset: offset, cursor_id: cursorId } = body;
  return {
    rows: objects(list).flatMap(readFound),
    next: hasMore === true ? { offset, cursor_id: cursorId } : undefined,
  };
};

/** Rows by id; ids that do not exist are absent. */
const readMap = (body: JsonObject, mapKey: string): readonly Found[] | undefined => {
  const byId = body[mapKey];
  if (byId === null) return [];
  return isObject(byId) ? objects(Object.values(byId)).flatMap(readFound) : undefined;
};

const readFound = ({ id, fields }: JsonObject): Found[] =>
  typeof id === 'string' ? [{ id, fields: isObject(fields) ? fields : {} }] : [];
