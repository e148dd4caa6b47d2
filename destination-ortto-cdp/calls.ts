// Longer than most: the whole vocabulary of Ortto's API is in this one file, so that nothing else has to know it.
import type { JsonObject } from '../airbyte/protocol.ts';
import { isObject, objects, readVerdicts } from './answers.ts';
import type { Verdict } from './answers.ts';
import type { FindStrategy, MergeStrategy } from './config.ts';
import { isolate } from './isolation.ts';
import type { Connection } from './ortto.ts';

// What is asked of Ortto, in our words; paths, bodies and the spelling of answers stay in here.

export type Entity = 'person' | 'organization';

export interface OrttoField {
  readonly id: string;
  readonly name: string;
  /** Ortto's display type: the id alone does not tell an integer from a decimal. */
  readonly type: string;
  readonly readOnly: boolean;
}

export interface Row {
  readonly fields: JsonObject;
  /** Multi-select fields whose old options go away; null values clear by themselves. */
  readonly clear?: readonly string[];
}

export interface MergeRequest {
  readonly entity: Entity;
  /** 1 to 100, less than 2 MB in all. */
  readonly rows: readonly Row[];
  /** Field ids in the order Ortto tries them; the person id alone for people addressed by it. */
  readonly mergeBy: readonly string[];
  readonly mergeStrategy: MergeStrategy;
  readonly findStrategy: FindStrategy;
  readonly createNew: boolean;
}

/** Somebody or something found by a look-up. Fields without a value are absent. */
export interface Found {
  readonly id: string;
  readonly fields: JsonObject;
}

export interface Activity {
  readonly activityId: string;
  readonly personId: string;
  readonly attributes: JsonObject;
  /** RFC 3339. Together with `key` it makes a repeated activity one. */
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
  /** The system fields people and organizations have; throws ConfigError when the key or region is wrong. */
  systemFields(): Promise<Record<Entity, readonly OrttoField[]>>;
  customFields(entity: Entity): Promise<readonly OrttoField[]>;
  /** Creates a custom field; undefined when Ortto refuses: the name is taken or there is no room. */
  createField(entity: Entity, name: string, type: string): Promise<OrttoField | undefined>;
  /** Those who carry one of the values in one of the fields; at most 100 conditions. Not the archived ones. */
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
  /** Everybody in the archive, page by page: Ortto takes no filter there. */
  archived(stream: string, entity: Entity, fields: readonly string[]): AsyncIterable<readonly Found[]>;
  /** At most 100 ids. */
  setArchived(stream: string, entity: Entity, ids: readonly string[], archived: 'archived' | 'restored'): Promise<void>;
  /** Puts people into an organization. That the call succeeds proves nothing; false when Ortto refuses it. */
  link(stream: string, organizationId: string, personIds: readonly string[]): Promise<boolean>;
  /** One verdict per activity, at most 100; `merged` is "recorded". */
  record(stream: string, activities: readonly Activity[]): Promise<Verdict[]>;
  /** Creates an activity definition and returns its id; undefined when Ortto refuses, because the name exists. */
  defineActivity(name: string, attributes: readonly { name: string; type: string }[]): Promise<string | undefined>;
}

const STRATEGIES = { append_only: 1, overwrite_existing: 2, ignore: 3 } as const;
const FINDERS = { any: 0, next_if_previous_empty: 1, all: 2 } as const;
const PATHS = { person: 'person', organization: 'accounts' } as const;
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

  const post = (path: string, content: JsonObject, stream: string) => call('POST', path, content, stream);

  return {
    merge(stream, { entity, rows, mergeBy, mergeStrategy, findStrategy, createNew }) {
      const path = `${PATHS[entity]}/merge`;
      const settings = {
        async: false,
        merge_by: mergeBy,
        merge_strategy: STRATEGIES[mergeStrategy],
        find_strategy: FINDERS[findStrategy],
        skip_non_existing: !createNew,
      };
      const mayLeave = !createNew || mergeStrategy === 'ignore';
      return isolate(rows, {
        fieldIds: ({ fields }) => Object.keys(fields),
        post: (part) => post(path, { [LISTS[entity]]: part.map(wireRow), ...settings }, stream),
        read: (body, sent) => readVerdicts(body, sent, { mayLeave, existingOnly: !createNew }),
        refused: (status) => refused(path, status),
      });
    },
    async systemFields() {
      const { namespaces } = await must('POST', 'instance-schema/get', { namespaces: ['', 'o'] });
      const fieldsOf = (namespace: string) => {
        const entry = isObject(namespaces) ? namespaces[namespace] : undefined;
        const fields = isObject(entry) && isObject(entry['fields']) ? Object.values(entry['fields']) : [];
        return fields.flatMap(readField);
      };
      return { person: fieldsOf(''), organization: fieldsOf('o') };
    },
    async customFields(entity) {
      const { fields } = await must('POST', `${PATHS[entity]}/custom-field/get`, {});
      // People's are wrapped once more than organizations'.
      return objects(fields).flatMap((entry) => readField(isObject(entry['field']) ? entry['field'] : entry));
    },
    async createField(entity, name, type) {
      const path = `${PATHS[entity]}/custom-field/create`;
      const answer = await call('POST', path, { type, name, ...(entity === 'person' && { track_changes: false }) });
      if (answer.kind === 'ok') return readField({ id: answer.body['field_id'], name, display_type: type })[0];
      if (answer.status === 400 || answer.status === 409) return undefined;
      throw refused(path, answer.status);
    },
    async find(stream, entity, conditions, fields) {
      const filter = {
        $or: conditions.map(({ fieldId, value }) => ({ '$str::is': { field_id: fieldId, value } })),
      };
      const found: Found[] = [];
      for await (const page of pages(entity, { filter, fields }, stream)) found.push(...page);
      return found;
    },
    async getByIds(stream, entity, ids, fields) {
      const [idsKey, listKey] = entity === 'person' ? ['contact_ids', 'contacts'] : ['account_ids', 'accounts'];
      const body = await must('POST', `${PATHS[entity]}/get-by-ids`, { [idsKey]: ids, fields }, stream);
      const byId = body[listKey];
      return isObject(byId) ? objects(Object.values(byId)).flatMap(readFound) : [];
    },
    archived(stream, entity, fields) {
      const type = entity === 'person' ? 'archived' : 'archived_organization';
      return pages(entity, { type, fields }, stream);
    },
    async setArchived(stream, entity, ids, archived) {
      const verb = archived === 'archived' ? 'archive' : 'restore';
      await must('PUT', `${PATHS[entity]}/${verb}`, { inclusion_ids: ids }, stream);
    },
    async link(stream, organizationId, personIds) {
      // Both spellings: the documents disagree, and an unknown key is not an error.
      const content = { inclusion_ids: personIds, accounts_id: organizationId, organization_id: organizationId };
      const path = 'accounts/contacts/add';
      const answer = await call('PUT', path, content, stream);
      if (answer.kind === 'ok') return true;
      if (answer.status === 400) return false;
      throw refused(path, answer.status);
    },
    record(stream, activities) {
      const path = 'activities/create';
      return isolate(activities, {
        fieldIds: ({ attributes }) => Object.keys(attributes),
        post: (part) => post(path, { activities: part.map(wireActivity), async: false }, stream),
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
      const made = answer.body['custom_activity'];
      const id = isObject(made) ? made['activity_field_id'] : undefined;
      return typeof id === 'string' ? id : undefined;
    },
  };

  async function* pages(entity: Entity, question: JsonObject, stream: string): AsyncIterable<readonly Found[]> {
    const listKey = entity === 'person' ? 'contacts' : 'accounts';
    let place: JsonObject = { offset: 0 };
    for (;;) {
      const page = await must('POST', `${PATHS[entity]}/get`, { limit: 500, ...question, ...place }, stream);
      yield objects(page[listKey]).flatMap(readFound);
      if (page['has_more'] !== true) return;
      place = { offset: page['next_offset'], cursor_id: page['cursor_id'] };
    }
  }
};

const wireRow = ({ fields, clear }: Row): JsonObject =>
  clear === undefined || clear.length === 0
    ? { fields }
    : { fields, clear_fields: Object.fromEntries(clear.map((id) => [id, true])) };

const wireActivity = ({ activityId, personId, attributes, created, key }: Activity): JsonObject => ({
  activity_id: activityId,
  person_id: personId,
  attributes,
  created,
  key,
});

const readField = (field: unknown): OrttoField[] => {
  if (!isObject(field)) return [];
  const { id, name, display_type: type, read_only: readOnly } = field;
  return typeof id === 'string' && typeof type === 'string'
    ? [{ id, name: typeof name === 'string' ? name : id, type, readOnly: readOnly === true }]
    : [];
};

const readFound = ({ id, fields }: JsonObject): Found[] =>
  typeof id === 'string' ? [{ id, fields: isObject(fields) ? fields : {} }] : [];
