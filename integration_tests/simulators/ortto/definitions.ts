import { idSlug, slug, typePrefix } from './fields.ts';
import type { DisplayType, Field } from './fields.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { Refusal } from './refusal.ts';

// definitions/activity/create, modify and delete, answered as in recordings of the live API (docs/vendors.md, Activities).

export interface Attribute {
  readonly field: Field;
  /** The person field that takes the value too, if any. */
  readonly writes: string | undefined;
}

/** A custom activity: what may be recorded of a person or an account. */
export interface Definition {
  /** `act:cm:<slug>` on people, `act:oc:<slug>` on accounts. */
  readonly id: string;
  readonly name: string;
  /** By attribute id. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Icon, display and the like, as given. */
  readonly settings: JsonObject;
  readonly createdAt: number;
  live: boolean;
  archived: boolean;
}

const readAttribute = (instance: Instance, json: unknown): Attribute => {
  const { name, display_type: type, field_id: fieldId } = isObject(json) ? json : {};
  const prefix = typeof type === 'string' ? typePrefix(type) : undefined;
  if (typeof name !== 'string' || slug(name) === '' || typeof type !== 'string' || prefix === undefined) {
    throw new Refusal(400, 'An attribute needs a name and a known display_type');
  }
  const writes = typeof fieldId === 'string' && fieldId !== '' && fieldId !== 'do-not-map' ? fieldId : undefined;
  if (writes !== undefined && !instance.people.fields.has(writes))
    throw new Refusal(400, `${writes}: Object not found`);
  const id = `${prefix}:cm:${slug(name)}`;
  return {
    field: {
      id,
      name,
      displayType: type as DisplayType,
      readOnly: false,
      custom: true,
      options: undefined,
      tracked: false,
    },
    writes,
  };
};

const readAttributes = (instance: Instance, json: unknown): ReadonlyMap<string, Attribute> => {
  const list: readonly unknown[] = Array.isArray(json) ? json : [];
  if (list.length > instance.limits.attributesPerActivity) {
    throw new Refusal(400, `An activity has up to ${instance.limits.attributesPerActivity} attributes`);
  }
  return new Map(
    list.map((one) => {
      const attribute = readAttribute(instance, one);
      return [attribute.field.id, attribute];
    }),
  );
};

const defaults = {
  icon_id: 'flag-activities-illustration-icon',
  track_conversion_value: false,
  touch: true,
  filterable: true,
  visible_in_feeds: true,
};

const readSettings = (before: JsonObject, body: JsonObject): JsonObject => ({
  ...Object.fromEntries(Object.entries(before).map(([key, value]) => [key, body[key] ?? value])),
  display_mode: body['display_style'] ?? before['display_mode'] ?? { type: 'activity' },
});

const describe = (definition: Definition): JsonObject => ({
  name: definition.name,
  activity_field_id: definition.id,
  state: definition.live ? 'live' : 'awaiting_implementation',
  attributes: Array.from(definition.attributes.values(), ({ field }) => ({
    name: field.name,
    field_id: field.id,
    display_type: field.displayType,
    liquid_name: `activity.custom.${slug(definition.name)}.${slug(field.name)}`,
  })),
  ...definition.settings,
  created_by: 'Public API',
  created_at: new Date(definition.createdAt).toISOString(),
  edited_at: new Date(definition.createdAt).toISOString(),
});

/** Defines an activity of people (`cm`) or, which no call does, of accounts (`oc`). */
export const define = (instance: Instance, namespace: 'cm' | 'oc', body: JsonObject): Definition => {
  const { name } = body;
  const { duplicateName } = instance.switches;
  if (typeof name !== 'string' || idSlug(name, instance.switches) === '') {
    throw new Refusal(400, 'An activity needs a name');
  }
  const id = `act:${namespace}:${idSlug(name, instance.switches)}`;
  const inUse = Array.from(instance.definitions.values()).filter(({ archived }) => !archived);
  if (instance.definitions.has(id)) throw new Refusal(duplicateName, `An activity named ${name} exists already`);
  if (inUse.length >= instance.limits.activityDefinitions) {
    throw new Refusal(duplicateName, `No more than ${instance.limits.activityDefinitions} activities`);
  }
  const definition: Definition = {
    id,
    name: name.trim(),
    attributes: readAttributes(instance, body['attributes']),
    settings: readSettings(defaults, body),
    createdAt: instance.now(),
    live: false,
    archived: false,
  };
  instance.definitions.set(id, definition);
  return definition;
};

export const createDefinition = (instance: Instance, body: unknown): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  return { status: 200, body: { custom_activity: describe(define(instance, 'cm', body)) } };
};

const find = (instance: Instance, body: unknown): { readonly definition: Definition; readonly body: JsonObject } => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const definition = Array.from(instance.definitions.values()).find(
    ({ id, name, archived }) =>
      !archived && (body['activity_field_id'] === undefined ? name === body['name'] : id === body['activity_field_id']),
  );
  if (definition === undefined) throw new Refusal(400, 'activity_field_id: Object not found');
  return { definition, body };
};

/** Attributes given are added or take the place of those of the same id; the name stays. */
export const modifyDefinition = (instance: Instance, given: unknown): Answer => {
  const { definition, body } = find(instance, given);
  const added = readAttributes(instance, body['attributes']);
  const modified: Definition = {
    ...definition,
    attributes: new Map([...definition.attributes, ...added]),
    settings: readSettings(definition.settings, body),
  };
  instance.definitions.set(definition.id, modified);
  return { status: 200, body: { custom_activity: describe(modified) } };
};

export const deleteDefinition = (instance: Instance, body: unknown): Answer => {
  const { definition } = find(instance, body);
  definition.archived = true;
  return { status: 200, body: { archived_activity: definition.id } };
};
