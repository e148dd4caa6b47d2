import { findMatch } from './match.ts';
import { isId } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject, readStrings } from './json.ts';
import type { JsonObject } from './json.ts';
import { tagNumbers } from './reading.ts';
import { Refusal } from './refusal.ts';
import type { Entity, Store } from './store.ts';

// What else may be read of people: their activities, their permissions, and the tags in use, answered as in recordings of the
// live API.

/** person/get/activities: latest first. */
export const getActivities = (instance: Instance, body: unknown): Answer => {
  if (!isObject(body)) throw new Refusal(400, 'Failed to parse request');
  const id = body['person_id'];
  const person = isId(id) ? instance.people.get(id) : undefined;
  if (person === undefined) throw new Refusal(400, 'person_id: Object not found');
  const kinds = readStrings(body['activities']) ?? [];
  const offset = Number(body['offset'] ?? 0);
  const limit = Number(body['limit'] ?? 50);
  const told = instance.activities
    .of(person.id)
    .filter(({ activityId }) => kinds.length === 0 || kinds.includes(activityId))
    .toSorted((a, b) => b.created - a.created);
  const page = told.slice(offset, offset + limit);
  const next = offset + page.length;
  return {
    status: 200,
    body: {
      activities: page.map(({ activityId, attributes, created }, index) => ({
        id: `${person.id.slice(0, -4)}${(offset + index).toString(16).padStart(4, '0')}`,
        attr: attributes,
        created_at: new Date(created).toISOString(),
        field_id: activityId,
      })),
      meta: {
        total_activities: told.length,
        field_ids: null,
        has_more: next < told.length,
        retention: { type: 'time', max_value: instance.limits.retentionDays },
      },
      offset,
      next_offset: next,
    },
  };
};

const findNamed = (instance: Instance, json: unknown): Entity | undefined => {
  if (!isObject(json)) return undefined;
  if (isId(json['person_id'])) return instance.people.get(json['person_id']);
  const keys = [
    { fieldId: 'str::email', value: json['email'], alternatives: [] },
    { fieldId: 'str::ei', value: json['external_id'], alternatives: [] },
  ];
  return findMatch(instance.people, keys, 0, instance.switches);
};

/** person/subscriptions: there are no audiences here, so `subscriptions` is always empty. */
export const getSubscriptions = (instance: Instance, body: unknown): Answer => {
  const list = isObject(body) ? body['people'] : undefined;
  if (!Array.isArray(list)) throw new Refusal(400, 'Failed to parse request');
  const people = list.map((json: unknown): JsonObject => {
    const person = findNamed(instance, json);
    if (person === undefined) return { person_status: 'invalid', error: 'Object not found' };
    return {
      person_status: isObject(json) && 'person_id' in json ? 'by-id' : 'merged',
      person_id: person.id,
      email: person.fields.get('str::email') ?? '',
      subscriptions: [],
      email_permissions: person.fields.get('bol::p') === true,
      sms_permissions: person.fields.get('bol::sp') === true,
    };
  });
  return { status: 200, body: { people } };
};

const tagRows = (store: Store): readonly JsonObject[] =>
  Array.from(tagNumbers(store), ([name, id]) => {
    const tagged = Array.from(store.all()).filter((entity) => entity.tags.has(name));
    const times = tagged.map(({ editedAt }) => editedAt);
    return {
      id,
      instance_id: 'simulator',
      name,
      created_at: new Date(Math.min(...tagged.map(({ createdAt }) => createdAt))).toISOString(),
      last_used: new Date(Math.max(...times)).toISOString(),
      count: tagged.length,
      subscribers: tagged.filter((entity) => entity.fields.get('bol::p') === true).length,
      type: store.noun === 'person' ? '' : 'organization',
    };
  });

export const getTags = ({ people, organizations }: Instance, body: unknown): Answer => {
  const q = isObject(body) && typeof body['q'] === 'string' ? body['q'].toLowerCase() : '';
  const rows = [...tagRows(people), ...tagRows(organizations)];
  return { status: 200, body: rows.filter(({ name }) => String(name).toLowerCase().includes(q)) };
};
