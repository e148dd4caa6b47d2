import type { Activity } from './activity-log.ts';
import type { Attribute, Definition } from './definitions.ts';
import { isId } from './ids.ts';
import type { Answer, Instance } from './instance.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { mergeOne } from './merge.ts';
import type { Queue } from './merge.ts';
import { readMergeRequest } from './merge-request.ts';
import { Refusal, refusedField, rowError } from './refusal.ts';
import { idKeys } from './row.ts';
import type { Entity, Store } from './store.ts';
import { readTime, readValue } from './values.ts';

// activities/create and accounts/activities/create (docs/vendors.md, Activities).

type Told =
  | { readonly problem: string }
  | { readonly entity: Entity; readonly status: string; readonly named: boolean; readonly activityId: string };

const DAY_MS = 86_400_000;
/** Of every activity, defined or not: its value in money, times 1000. */
const CONVERSION_VALUE = 'int::v';

const readAttributes = (
  instance: Instance,
  { attributes }: Definition,
  json: unknown,
): { readonly values: JsonObject; readonly writes: readonly (readonly [string, unknown])[] } | { problem: string } => {
  const given = json ?? {};
  if (!isObject(given)) return { problem: 'attributes: an object is expected' };
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  const refused = refusedField(instance, entries);
  if (refused !== undefined) return { problem: refused };
  if (entries.length > instance.limits.attributesPerActivity) return { problem: 'attributes: too many' };
  const values: { [id: string]: unknown } = {};
  const writes: (readonly [string, unknown])[] = [];
  for (const [id, value] of entries) {
    const attribute: Attribute | undefined = attributes.get(id);
    if (attribute === undefined && id !== CONVERSION_VALUE) return { problem: `${id}: Object not found` };
    const read = attribute === undefined ? { value } : readValue(attribute.field, value, instance);
    if ('problem' in read) return { problem: `${id}: ${read.problem}` };
    values[id] = read.value;
    if (attribute?.writes !== undefined) writes.push([attribute.writes, read.value]);
  }
  return { values, writes };
};

const readCreated = (
  instance: Instance,
  json: unknown,
): number | { readonly problem: string; readonly old: boolean } => {
  const { switches, limits } = instance;
  const now = instance.now();
  if (json === undefined || json === null) return now;
  const created = readTime(json);
  if (created === undefined) return { problem: 'created: an RFC 3339 time is expected', old: false };
  if (created > now && switches.futureActivity === 'invalid') return { problem: 'created: in the future', old: false };
  const old = now - created > limits.retentionDays * DAY_MS;
  return old && switches.oldActivity !== 'accepted' ? { problem: 'created: too far back', old: true } : created;
};

/** The person or account it is about: given by id, else found or made by its fields. */
const findSubject = (
  instance: Instance,
  store: Store,
  activity: JsonObject,
  call: JsonObject,
): { readonly entity: Entity; readonly status: string; readonly named: boolean } | { readonly problem: string } => {
  const fields = isObject(activity['fields']) ? activity['fields'] : {};
  const id = [activity['person_id'], ...idKeys[store.noun].map((key) => activity[key] ?? fields[key])].find(
    (value) => value !== undefined && value !== null,
  );
  if (id !== undefined) {
    const entity = isId(id) ? store.get(id) : undefined;
    return entity === undefined ? { problem: 'Object not found' } : { entity, status: 'merged', named: true };
  }
  const listKey = store.noun === 'person' ? 'people' : 'accounts';
  const request = readMergeRequest(instance, store, {
    [listKey]: [{ fields }],
    merge_by: activity['merge_by'] ?? call['merge_by'],
    merge_strategy: activity['merge_strategy'] ?? call['merge_strategy'],
  });
  const outcome = mergeOne(instance, store, request, { fields });
  if ('error' in outcome) return { problem: outcome.error };
  const entity = store.get(outcome.id ?? '');
  return entity === undefined ? { problem: 'Object not found' } : { entity, status: outcome.status, named: false };
};

const tell = (instance: Instance, store: Store, json: unknown, call: JsonObject): Told => {
  if (!isObject(json)) return { problem: 'an activity is an object' };
  const { switches, limits } = instance;
  const activityId = String(json['activity_id']);
  const definition = instance.definitions.get(activityId);
  const namespace = store.noun === 'person' ? 'act:cm:' : 'act:oc:';
  if (definition === undefined || definition.archived || !activityId.startsWith(namespace)) {
    return { problem: `${activityId}: Object not found` };
  }
  if (Buffer.byteLength(JSON.stringify(json)) > limits.activityBytes) return { problem: 'larger than 16 kB' };
  const attributes = readAttributes(instance, definition, json['attributes']);
  if ('problem' in attributes) return attributes;
  const created = readCreated(instance, json['created']);
  const dropped = typeof created !== 'number' && created.old && switches.oldActivity === 'dropped';
  if (typeof created !== 'number' && !dropped) return { problem: created.problem };
  const subject = findSubject(instance, store, json, call);
  if ('problem' in subject) return subject;
  if (typeof created === 'number') {
    const activity: Activity = {
      activityId,
      entityId: subject.entity.id,
      attributes: attributes.values,
      created,
      receivedAt: instance.now(),
      key: typeof json['key'] === 'string' ? json['key'] : undefined,
    };
    const added = instance.activities.add(activity);
    if (added === 'excess' && switches.activityExcess === 'invalid') return { problem: 'too many of this day' };
    definition.live = true;
    for (const [fieldId, value] of attributes.writes) store.set(subject.entity, fieldId, value);
  }
  return { ...subject, activityId };
};

const verdict = (instance: Instance, store: Store, told: Told): JsonObject => {
  const { activityAnswer, activityErrors } = instance.switches;
  const [idKey, statusKey] =
    store.noun === 'person' ? ['person_id', 'person_status'] : ['account_id', 'account_status'];
  if ('problem' in told) {
    return activityErrors === 'rows'
      ? { status: 'invalid', error: rowError(instance, told.problem) }
      : { status: 'queued', [statusKey]: 'queued' };
  }
  const ingested = activityAnswer === 'ingested';
  return {
    ...((told.named || ingested) && { [idKey]: told.entity.id }),
    status: activityAnswer,
    [statusKey]: ingested ? told.status : 'queued',
    ...(ingested && { activity_id: told.activityId }),
  };
};

/** Records the activities of one body, in order. All rows bad is a Refusal with `details`. */
export const createActivities = (instance: Instance, store: Store, body: unknown, queue: Queue): Answer => {
  const { limits, switches } = instance;
  const list = isObject(body) ? body['activities'] : undefined;
  if (!isObject(body) || !Array.isArray(list) || list.length === 0) {
    throw new Refusal(400, 'Failed to parse request: 1 or more activities are expected');
  }
  if (list.length > limits.activitiesPerCall) {
    throw new Refusal(switches.oversized, `More than ${limits.activitiesPerCall} activities`);
  }
  const tellAll = (): readonly JsonObject[] => {
    const rows = list.map((json: unknown) => tell(instance, store, json, body));
    for (const told of rows) if ('problem' in told) instance.log.push(told.problem);
    return rows.map((told) => verdict(instance, store, told));
  };
  if (body['async'] === true) {
    queue(tellAll);
    return { status: 200, body: { activities: list.map(() => ({ status: 'queued', person_status: 'queued' })) } };
  }
  const rows = tellAll();
  if (rows.every(({ status }) => status === 'invalid')) {
    throw new Refusal(400, `No valid activities provided (${String(rows[0]?.['error'])})`, rows);
  }
  return { status: 200, body: { activities: rows } };
};
