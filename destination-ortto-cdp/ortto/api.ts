// Longer than most: the whole vocabulary of Ortto's API is in this one file, so that nothing else has to know it.
import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { objects, readVerdicts } from './answers.ts';
import type { Definition } from '../mapping/activity.ts';
import type { Verdict } from './answers.ts';
import type { CustomField } from '../mapping/custom-fields.ts';
import { isolate } from './isolation.ts';
import type { Connection } from './connection.ts';

// What is asked of Ortto, in our words; paths, bodies and the spelling of answers stay in here.

export type Entity = 'person' | 'organization';

/** A merge as the passes put it: the body in Ortto's own words, 1 to 100 rows and less than 2 MB. */
export interface MergeRequest {
  readonly target: Entity;
  readonly body: JsonObject;
}

/** Somebody or something found by a look-up. Fields without a value are absent. */
export interface Found {
  readonly id: string;
  readonly fields: JsonObject;
}

/** An event about somebody or something that exists. */
export interface Event {
  /** Ortto's id of whom it is about. */
  readonly id: string;
  readonly activityId: string;
  readonly attributes: JsonObject;
  /** RFC 3339. Together with `key` it makes a repeated event one. */
  readonly created: string;
  readonly key: string;
}

/** The field that holds a person's organization, for look-ups; it cannot be written. */
export const organizationOfPerson = 'idt::o';

/**
 * Ortto in our words. Every call keeps to the gate, is retried while that may help, and throws ConfigError when the key,
 * the account or the plan stands in the way, TransientError when Ortto cannot be reached. `stream` says on whose account
 * the request goes.
 */
export interface Ortto {
  /**
   * One verdict per row, in order. Rows that Ortto refuses as part of a batch are found out and the others are sent
   * again; rows of which nothing is known are refused. Safe to repeat with the same rows.
   */
  merge(stream: string, request: MergeRequest): Promise<Verdict[]>;
  /** The events the account knows, with their attributes. Throws ConfigError when the key or region is wrong. */
  definitions(): Promise<Record<Entity, readonly Definition[]>>;
  customFields(entity: Entity): Promise<readonly CustomField[]>;
  /** Creates a custom field; undefined when Ortto refuses: the name is taken or there is no room. */
  createField(entity: Entity, name: string, type: string): Promise<CustomField | undefined>;
  /** The options of custom select fields, by field id. */
  selectOptions(entity: Entity): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Adds options to a custom select field. What Ortto refuses is left to the rows that use it. */
  addOptions(stream: string, entity: Entity, fieldId: string, values: readonly string[]): Promise<void>;
  /** Those who carry one of the values in one of the fields; any number. Not the archived ones. */
  find(
    stream: string,
    entity: Entity,
    conditions: readonly { readonly fieldId: string; readonly value: string }[],
    fields: readonly string[],
  ): Promise<readonly Found[]>;
  /** The ids that exist, with the fields asked for; at most 150 ids. */
  getByIds(
    stream: string,
    entity: Entity,
    ids: readonly string[],
    fields: readonly string[],
  ): Promise<readonly Found[]>;
  /** Everybody in the archive: Ortto takes no filter there. */
  archived(stream: string, entity: Entity, fields: readonly string[]): Promise<readonly Found[]>;
  /** At most 100 ids. */
  setArchived(stream: string, entity: Entity, ids: readonly string[], archived: 'archived' | 'restored'): Promise<void>;
  /** Takes people out of an organization. */
  unlink(stream: string, organizationId: string, personIds: readonly string[]): Promise<void>;
  /** Puts people into an organization. That the call succeeds proves nothing; false when Ortto refuses it. */
  link(stream: string, organizationId: string, personIds: readonly string[]): Promise<boolean>;
  /** One verdict per event, at most 100, all about people or all about organizations; `merged` is "recorded". */
  record(stream: string, entity: Entity, events: readonly Event[]): Promise<Verdict[]>;
  /** Creates a definition of events about people; undefined when Ortto refuses, as when the name exists. */
  defineActivity(
    name: string,
    attributes: readonly { readonly name: string; readonly type: string }[],
  ): Promise<Definition | undefined>;
}

const PATHS = { person: 'person', organization: 'accounts' } as const;
/** Conditions of one look-up, to begin with. */
const MOST_CLAUSES = 100;
const LISTS = { person: 'people', organization: 'accounts' } as const;

export const orttoCalls = ({ call, refused }: Connection): Ortto => {
  const must = async (
    method: 'POST' | 'PUT',
    path: string,
    content: JsonObject,
    stream?: string,
  ): Promise<JsonObject> => {
    const answer = await call(method, path, content, stream);
    if (answer.kind === 'ok') return answer.body;
    throw refused(path, answer.status);
  };

  /** People's are wrapped once more than organizations'. */
  const describedFields = async (entity: Entity): Promise<readonly JsonObject[]> => {
    const { fields } = await must('POST', `${PATHS[entity]}/custom-field/get`, {});
    return objects(fields).map((entry) => (isObject(entry['field']) ? entry['field'] : entry));
  };

  // How many conditions a filter may hold is not documented; the number that was last accepted is kept.
  let clauses = MOST_CLAUSES;

  const pages = async (entity: Entity, question: JsonObject, stream: string): Promise<readonly Found[] | 'refused'> => {
    const path = `${PATHS[entity]}/get`;
    const listKey = entity === 'person' ? 'contacts' : 'accounts';
    const found: Found[] = [];
    let place: JsonObject = { offset: 0 };
    for (;;) {
      const answer = await call('POST', path, { limit: 500, ...question, ...place }, stream);
      if (answer.kind === 'bad' && answer.status !== 400) throw refused(path, answer.status);
      if (answer.kind === 'bad') return 'refused';
      found.push(...objects(answer.body[listKey]).flatMap(readFound));
      if (answer.body['has_more'] !== true) return found;
      place = { offset: answer.body['next_offset'], cursor_id: answer.body['cursor_id'] };
    }
  };

  const post = (path: string, content: JsonObject, stream: string) => call('POST', path, content, stream);

  return {
    merge(stream, { target, body }) {
      const path = `${PATHS[target]}/merge`;
      const { [LISTS[target]]: rows, ...settings } = body;
      const existingOnly = settings['skip_non_existing'] === true;
      const leave = { existingOnly, mayLeave: existingOnly || settings['merge_strategy'] === 3 };
      return isolate(objects(rows), {
        fieldsOf: ({ fields }) => (isObject(fields) ? fields : {}),
        post: (part) => post(path, { [LISTS[target]]: part, ...settings }, stream),
        read: (answer, sent) => readVerdicts(answer, sent, leave),
        refused: (status) => refused(path, status),
      });
    },
    async definitions() {
      const { namespaces } = await must('POST', 'instance-schema/get', { namespaces: ['cm', 'oc'] });
      const fields = isObject(namespaces)
        ? objects(Object.values(namespaces)).flatMap((entry) =>
            isObject(entry['fields']) ? objects(Object.values(entry['fields'])) : [],
          )
        : [];
      const all = fields.flatMap(readDefinition);
      return {
        person: all.filter(({ id }) => id.startsWith('act:cm:')),
        organization: all.filter(({ id }) => id.startsWith('act:oc:')),
      };
    },
    customFields: async (entity) => (await describedFields(entity)).flatMap(readField),
    async selectOptions(entity) {
      const selects = (await describedFields(entity)).filter(({ display_type: type }) => SELECTS.has(type));
      return new Map(selects.map(({ id, dic_items: items }) => [String(id), strings(items)]));
    },
    async addOptions(stream, entity, fieldId, values) {
      await call('PUT', `${PATHS[entity]}/custom-field/update`, { field_id: fieldId, add_values: values }, stream);
    },
    async createField(entity, name, type) {
      const path = `${PATHS[entity]}/custom-field/create`;
      const answer = await call('POST', path, { type, name, ...(entity === 'person' && { track_changes: false }) });
      if (answer.kind === 'ok') return readField({ id: answer.body['field_id'], name, display_type: type })[0];
      if (answer.status === 400 || answer.status === 409) return undefined;
      throw refused(path, answer.status);
    },
    async find(stream, entity, conditions, fields) {
      const found: Found[] = [];
      let rest = [...conditions];
      while (rest.length > 0) {
        const part = rest.slice(0, clauses);
        const page = await pages(entity, { filter: filterOf(part), fields }, stream);
        if (page === 'refused' && part.length > 1) {
          clauses = Math.floor(part.length / 2);
        } else if (page === 'refused') {
          throw refused(`${PATHS[entity]}/get`, 400);
        } else {
          found.push(...page);
          rest = rest.slice(part.length);
        }
      }
      return found;
    },
    async getByIds(stream, entity, ids, fields) {
      const [idsKey, listKey] = entity === 'person' ? ['contact_ids', 'contacts'] : ['account_ids', 'accounts'];
      const body = await must('POST', `${PATHS[entity]}/get-by-ids`, { [idsKey]: ids, fields }, stream);
      const byId = body[listKey];
      return isObject(byId) ? objects(Object.values(byId)).flatMap(readFound) : [];
    },
    async archived(stream, entity, fields) {
      const type = entity === 'person' ? 'archived' : 'archived_organization';
      const found = await pages(entity, { type, fields }, stream);
      if (found === 'refused') throw refused(`${PATHS[entity]}/get`, 400);
      return found;
    },
    async setArchived(stream, entity, ids, archived) {
      const verb = archived === 'archived' ? 'archive' : 'restore';
      await must('PUT', `${PATHS[entity]}/${verb}`, { inclusion_ids: ids }, stream);
    },
    async unlink(stream, organizationId, personIds) {
      await call('PUT', 'accounts/contacts/remove', linkBody(organizationId, personIds), stream);
    },
    async link(stream, organizationId, personIds) {
      const path = 'accounts/contacts/add';
      const answer = await call('PUT', path, linkBody(organizationId, personIds), stream);
      if (answer.kind === 'ok') return true;
      if (answer.status === 400) return false;
      throw refused(path, answer.status);
    },
    record(stream, entity, events) {
      const path = entity === 'person' ? 'activities/create' : 'accounts/activities/create';
      return isolate(events, {
        fieldsOf: ({ attributes }) => attributes,
        post: (part) => post(path, { activities: part.map((event) => wireEvent(entity, event)), async: false }, stream),
        read: (body, sent) => readVerdicts(body, sent, { mayLeave: false, existingOnly: false }),
        refused: (status) => refused(path, status),
      });
    },
    async defineActivity(name, attributes) {
      const answer = await call('POST', 'definitions/activity/create', {
        name,
        icon_id: 'flag-activities-illustration-icon',
        track_conversion_value: false,
        touch: true,
        filterable: true,
        visible_in_feeds: true,
        display_style: { type: 'activity' },
        attributes: attributes.map((attribute) => ({
          name: attribute.name,
          display_type: attribute.type,
          field_id: 'do-not-map',
        })),
      });
      if (answer.kind === 'bad') return undefined;
      return readDefinition(answer.body['custom_activity'])[0];
    },
  };
};

const filterOf = (conditions: readonly { readonly fieldId: string; readonly value: string }[]): JsonObject => ({
  $or: conditions.map(({ fieldId, value }) => ({ '$str::is': { field_id: fieldId, value } })),
});

/** All spellings of the id: the documents disagree, and an unknown key is not an error. */
const linkBody = (organizationId: string, personIds: readonly string[]): JsonObject => ({
  inclusion_ids: personIds,
  accounts_id: organizationId,
  account_id: organizationId,
  organization_id: organizationId,
});

const wireEvent = (entity: Entity, { id, activityId, attributes, created, key }: Event): JsonObject => ({
  activity_id: activityId,
  ...(entity === 'person' ? { person_id: id } : { 'str:o:organization_id': id }),
  attributes,
  created,
  key,
});

const SELECTS: ReadonlySet<unknown> = new Set(['single_select', 'multi_select']);

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

const readField = (field: unknown): CustomField[] => {
  if (!isObject(field)) return [];
  const id = field['id'] ?? field['field_id'];
  const { name, display_type: type } = field;
  return typeof id === 'string' && typeof type === 'string'
    ? [{ id, name: typeof name === 'string' ? name : id, type }]
    : [];
};

const readDefinition = (activity: unknown): Definition[] => {
  if (!isObject(activity)) return [];
  const id = activity['activity_field_id'] ?? activity['id'];
  const { name, attributes } = activity;
  return typeof id === 'string' && id.startsWith('act:')
    ? [{ id, name: typeof name === 'string' ? name : id, attributes: objects(attributes).flatMap(readField) }]
    : [];
};

const readFound = ({ id, fields }: JsonObject): Found[] =>
  typeof id === 'string' ? [{ id, fields: isObject(fields) ? fields : {} }] : [];
