import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { objects, readVerdicts } from './answers.ts';
import type { Verdict } from './answers.ts';
import type { Connection } from './connection.ts';
import { isolate } from './isolation.ts';
import { lookUpCalls } from './look-up-calls.ts';
import type { LookUpCalls } from './look-up-calls.ts';
import { PATHS } from './paths.ts';
import type { Entity } from './paths.ts';
import { schemaCalls } from './schema-calls.ts';
import type { SchemaCalls } from './schema-calls.ts';

// What can be asked of Ortto, in our words; paths, bodies and the form of answers stay in this folder.

/** A merge as the passes build it: the body in Ortto's own terms, 1 to 100 rows and less than 2 MB. */
export interface MergeRequest {
  readonly target: Entity;
  readonly body: JsonObject;
}

/** An activity of a person or organization that exists. */
export interface NewActivity {
  /** Ortto's id of the person or organization. */
  readonly id: string;
  readonly activityId: string;
  readonly attributes: JsonObject;
  /** RFC 3339. Together with `key` it makes it harmless to send the same activity again. */
  readonly created: string;
  readonly key: string;
}

/** The field that holds a person's organization; for look-ups only, since it cannot be written. */
export const organizationOfPerson = 'idt::o';

/**
 * Ortto in our words. Every call goes through the gate, is retried while that may help, and throws ConfigError when the key,
 * the account or the plan prevents it, TransientError when Ortto cannot be reached. `stream` is the stream that the
 * request is made for.
 */
export interface Ortto extends SchemaCalls, LookUpCalls {
  /**
   * One verdict per row, in order. When Ortto refuses a batch, the rows at fault are found and the others are sent again;
   * rows that Ortto does not answer for are refused. Safe to repeat with the same rows.
   */
  merge(stream: string, request: MergeRequest): Promise<Verdict[]>;
  /** At most 100 ids. */
  setArchived(stream: string, entity: Entity, ids: readonly string[], archived: 'archived' | 'restored'): Promise<void>;
  /** Takes people out of an organization. */
  unlink(stream: string, organizationId: string, personIds: readonly string[]): Promise<void>;
  /**
   * Puts people into an organization; false when Ortto refuses. Success does not prove that they are in it. `spelling`: the
   * call as Ortto's newest page has it, or its older twin.
   */
  link(
    stream: string,
    organizationId: string,
    personIds: readonly string[],
    spelling: 'current' | 'older',
  ): Promise<boolean>;
  /** One verdict per activity; at most 100, all of people or all of organizations. `merged` means recorded. */
  record(stream: string, entity: Entity, activities: readonly NewActivity[]): Promise<Verdict[]>;
}

const LISTS = { person: 'people', organization: 'accounts' } as const;

export const orttoApi = (connection: Connection): Ortto => ({
  ...schemaCalls(connection),
  ...lookUpCalls(connection),
  merge(stream, { target, body: request }) {
    const path = `${PATHS[target]}/merge`;
    const { [LISTS[target]]: rows, ...settings } = request;
    const existingOnly = settings['skip_non_existing'] === true;
    const scope = { existingOnly, newOnly: settings['merge_strategy'] === 3 };
    return isolate(objects(rows), {
      fieldsOf: ({ fields }) => (isObject(fields) ? fields : {}),
      post: (part, sent) => {
        const content = { [LISTS[target]]: part, ...settings };
        const read = (body: JsonObject) => readVerdicts(body, sent, scope);
        return connection.send({ call: 'merge', method: 'POST', path, content, read, stream });
      },
    });
  },
  async setArchived(stream, entity, ids, archived) {
    const path = `${PATHS[entity]}/${archived === 'archived' ? 'archive' : 'restore'}`;
    const content = { inclusion_ids: ids };
    const answer = await connection.send({ call: 'archive', method: 'PUT', path, content, read: countOf, stream });
    if (answer.kind === 'refused') throw answer.error;
  },
  async unlink(stream, organizationId, personIds) {
    const [path, content] = ['accounts/contacts/remove', linkBody(organizationId, personIds)];
    await connection.send({ call: 'unlink', method: 'PUT', path, content, read: anything, stream });
  },
  async link(stream, organizationId, personIds, spelling) {
    const path = `${spelling === 'current' ? 'accounts' : 'organizations'}/contacts/add`;
    const content = linkBody(organizationId, personIds);
    const answer = await connection.send({ call: 'link', method: 'PUT', path, content, read: anything, stream });
    return answer.kind === 'ok';
  },
  record(stream, entity, activities) {
    const path = entity === 'person' ? 'activities/create' : 'accounts/activities/create';
    return isolate(activities, {
      fieldsOf: ({ attributes }) => attributes,
      post: (part, sent) => {
        const content = { activities: part.map((each) => activityRow(entity, each)), async: false };
        const read = (body: JsonObject) => readVerdicts(body, sent, { existingOnly: false, newOnly: false });
        return connection.send({ call: 'record', method: 'POST', path, content, read, stream });
      },
    });
  },
});

/** Links are answered `{}`, whatever the outcome, so success has to be read back. */
const anything = (): true => true;

/** How many were archived or restored, now or shortly; undefined when the answer has no count. */
const countOf = (body: JsonObject): number | undefined => {
  const counts = Object.entries(body).flatMap(([key, value]) =>
    /^(?:scheduled|archived|restored)_/.test(key) && typeof value === 'number' ? [value] : [],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
};

/** The id under every name it has in Ortto's documentation, which disagrees with itself; unknown keys are not an error. */
const linkBody = (organizationId: string, personIds: readonly string[]): JsonObject => ({
  inclusion_ids: personIds,
  accounts_id: organizationId,
  account_id: organizationId,
  organization_id: organizationId,
});

const activityRow = (entity: Entity, { id, activityId, attributes, created, key }: NewActivity): JsonObject => ({
  activity_id: activityId,
  ...(entity === 'person' ? { person_id: id } : { 'str:o:organization_id': id }),
  attributes,
  created,
  key,
});
