import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { objects } from './answers.ts';
import type { Connection } from './connection.ts';
import { PATHS, readBody } from './paths.ts';
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
    const listKey = entity === 'person' ? 'contacts' : 'accounts';
    const found: Found[] = [];
    let cursor: JsonObject = { offset: 0 };
    for (;;) {
      const content = { limit: PAGE_ROWS, ...question, ...cursor };
      const answer = await connection.send({ call: 'look_up', method: 'POST', path, content, stream });
      if (answer.kind === 'refused') return { refused: answer.error };
      found.push(...objects(answer.body[listKey]).flatMap(readFound));
      if (answer.body['has_more'] !== true) return found;
      cursor = { offset: answer.body['next_offset'], cursor_id: answer.body['cursor_id'] };
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
      const body = await readBody(connection, `${PATHS[entity]}/get-by-ids`, { [idsKey]: ids, fields }, stream);
      const byId = body[listKey];
      return isObject(byId) ? objects(Object.values(byId)).flatMap(readFound) : [];
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

const readFound = ({ id, fields }: JsonObject): Found[] =>
  typeof id === 'string' ? [{ id, fields: isObject(fields) ? fields : {} }] : [];
