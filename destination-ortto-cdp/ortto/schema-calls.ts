import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { ActivityDefinition, CustomField } from './account-schema.ts';
import { objects } from './answers.ts';
import type { Connection } from './connection.ts';
import { ask, PATHS } from './paths.ts';
import type { Entity } from './paths.ts';

/** Calls that read and extend custom fields and activity definitions. */
export interface SchemaCalls {
  /** The activities defined in the account, with their attributes. Throws ConfigError when the key or region is wrong. */
  definitions(): Promise<Record<Entity, readonly ActivityDefinition[]>>;
  customFields(entity: Entity): Promise<readonly CustomField[]>;
  /** Creates a custom field; undefined when Ortto refuses because the name is taken or there is no room. */
  createField(entity: Entity, name: string, type: string): Promise<CustomField | undefined>;
  /** The options of custom select fields, by field id. */
  selectOptions(entity: Entity): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Adds options to a custom select field. If Ortto refuses them, the rows that use them will show it. */
  addOptions(stream: string, entity: Entity, fieldId: string, values: readonly string[]): Promise<void>;
  /** Defines an activity of people; undefined when Ortto refuses, for instance because the name exists. */
  defineActivity(
    name: string,
    attributes: readonly { readonly name: string; readonly type: string }[],
  ): Promise<ActivityDefinition | undefined>;
}

export const schemaCalls = (connection: Connection): SchemaCalls => {
  /** People's fields are wrapped in one more object than organizations'. */
  const describedFields = (entity: Entity): Promise<readonly JsonObject[]> =>
    ask(connection, `${PATHS[entity]}/custom-field/get`, {}, ({ fields }) =>
      Array.isArray(fields) || fields === null
        ? objects(fields).map((entry) => (isObject(entry['field']) ? entry['field'] : entry))
        : undefined,
    );

  return {
    async definitions() {
      const content = { namespaces: ['cm', 'oc'] };
      const all = await ask(connection, 'instance-schema/get', content, ({ namespaces }) =>
        isObject(namespaces) || namespaces === null ? fieldsOf(namespaces ?? {}).flatMap(readDefinition) : undefined,
      );
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
      const path = `${PATHS[entity]}/custom-field/update`;
      const content = { field_id: fieldId, add_values: values };
      const read = (body: JsonObject) => (typeof body['field_id'] === 'string' ? true : undefined);
      await connection.send({ call: 'add_options', method: 'PUT', path, content, read, stream });
    },
    async createField(entity, name, type) {
      const path = `${PATHS[entity]}/custom-field/create`;
      const content = { type, name, ...(entity === 'person' && { track_changes: false }) };
      const read = ({ field_id: id }: JsonObject) => readField({ id, name, display_type: type })[0];
      const answer = await connection.send({ call: 'create_field', method: 'POST', path, content, read });
      return answer.kind === 'refused' ? undefined : answer.result;
    },
    async defineActivity(name, attributes) {
      const path = 'definitions/activity/create';
      const content = definitionBody(name, attributes);
      const read = (body: JsonObject) => readDefinition(body['custom_activity'])[0];
      const answer = await connection.send({ call: 'define_activity', method: 'POST', path, content, read });
      return answer.kind === 'refused' ? undefined : answer.result;
    },
  };
};

const fieldsOf = (namespaces: JsonObject): readonly JsonObject[] =>
  objects(Object.values(namespaces)).flatMap(({ fields }) => (isObject(fields) ? objects(Object.values(fields)) : []));

const definitionBody = (
  name: string,
  attributes: readonly { readonly name: string; readonly type: string }[],
): JsonObject => ({
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

const readDefinition = (activity: unknown): ActivityDefinition[] => {
  if (!isObject(activity)) return [];
  const id = activity['activity_field_id'] ?? activity['id'];
  const { name, attributes } = activity;
  return typeof id === 'string' && id.startsWith('act:')
    ? [{ id, name: typeof name === 'string' ? name : id, attributes: objects(attributes).flatMap(readField) }]
    : [];
};
