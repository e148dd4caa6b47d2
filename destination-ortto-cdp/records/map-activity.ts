import type { JsonObject } from '../../airbyte/protocol.ts';
import type { ActivityMapping, MappedActivity } from '../mapping/activity.ts';
import { certainId, idKind, salesforceId } from './identity.ts';
import { isNulled, rejection, valueAt } from './mapped.ts';
import type { Activity, LeftOut, Mapped, Rejection } from './mapped.ts';
import { convert, instantOf } from './convert.ts';
import { withoutInvisible } from './visible-text.ts';

const HOUR_MS = 3_600_000;

/** Ortto keeps activities for 90 days. An hour less, because an activity may wait before it is sent. */
const OLDEST_MS = 90 * 24 * HOUR_MS - HOUR_MS;

/** How far this machine's clock may lag Salesforce's before a fresh activity looks like a future one. */
const CLOCK_SKEW_MS = 300_000;

/** Where the day begins first, it is today this long before it is in UTC. */
const FIRST_DAYLIGHT_MS = 14 * HOUR_MS;

/** Ortto accepts 16 kB per activity; the remainder needs room too. */
const ATTRIBUTE_BYTES = 15_000;

/** What becomes of a record that is an activity: `id` is its own id, `now` in milliseconds since 1970. */
export const mapActivity = (
  mapping: ActivityMapping,
  data: JsonObject,
  id: string,
  now: number,
  nulled: readonly string[],
): Mapped => {
  const about = mapping.about === undefined ? aboutByValues(mapping, data) : aboutByField(mapping, mapping.about, data);
  if (about === undefined) return { kind: 'skip', id, reason: 'no_person' };
  const time = timeOf(mapping, data, now);
  if ('at' in time && time.at < now - OLDEST_MS) return { kind: 'skip', id, reason: 'older_than_90_days' };
  const activity = 'reason' in about || about.kind !== 'account' ? mapping.person : mapping.organization;
  const { attributes, cut, leftOut } = attributesOf(mapping, activity, data, nulled);
  const [first, ...others] = [
    ...('reason' in about ? [about] : []),
    ...('at' in time ? [] : [time]),
    ...(Buffer.byteLength(JSON.stringify(attributes)) > ATTRIBUTE_BYTES ? [TOO_LARGE] : []),
  ];
  if (first !== undefined) return rejection(id, first, [...others, ...leftOut]);
  if ('reason' in about || !('at' in time) || activity === undefined) {
    throw new Error(`A record of ${mapping.stream} has neither an activity nor a problem`);
  }
  const occurredAt = new Date(time.at).toISOString();
  const key = keyOf(mapping, data, id);
  return {
    kind: 'activity',
    activity: {
      mapping,
      id,
      about,
      activityId: activity.activityId,
      occurredAt,
      ahead: time.ahead,
      key,
      attributes,
      cut,
      leftOut,
    },
  };
};

/** What keeps an activity from being recorded. */
type Fault = Pick<Rejection, 'reason' | 'field'>;

const TOO_LARGE: Fault = { reason: 'activity_too_large', field: undefined };

type About = Activity['about'];

const aboutByField = (
  mapping: ActivityMapping,
  path: readonly string[],
  data: JsonObject,
): About | Fault | undefined => {
  const field = path.join('.');
  const value = valueAt(data, path);
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' && withoutInvisible(value) === '') return undefined;
  const id = salesforceId(value);
  const kind = id === undefined ? undefined : idKind(id);
  const fits = kind === 'account' ? mapping.organization : kind && mapping.person;
  if (id === undefined || kind === undefined || fits === undefined) {
    return { reason: mapping.person === undefined ? 'not_an_organization' : 'not_a_person', field };
  }
  return { kind, id, field };
};

/** The one person whose id is among the values, or else the one account. Of several any could be meant, so none is used. */
const aboutByValues = (mapping: ActivityMapping, data: JsonObject): About | Fault | undefined => {
  const found = new Map<string, About>();
  for (const [field, value] of Object.entries(data)) {
    const id = field === 'Id' ? undefined : certainId(value);
    const kind = id === undefined ? undefined : idKind(id);
    if (id !== undefined && kind !== undefined && !found.has(id)) found.set(id, { kind, id, field });
  }
  const people = mapping.person === undefined ? [] : [...found.values()].filter(({ kind }) => kind !== 'account');
  const accounts =
    mapping.organization === undefined ? [] : [...found.values()].filter(({ kind }) => kind === 'account');
  const named = people.length > 0 ? people : accounts;
  return named.length > 1 ? { reason: 'several_ids', field: named.map(({ field }) => field).join(', ') } : named[0];
};

/** When it happened, in milliseconds since 1970; `ahead` names the field if that holds a day which has not begun in UTC. */
interface Occurrence {
  readonly at: number;
  readonly ahead: string | undefined;
}

/**
 * The first time that the record has. A future time might still change, and with it the activity's identity. A date without a time
 * is midnight in UTC, whoever reads it and when: in Sydney today's date is ahead of that for most of the morning.
 */
const timeOf = (mapping: ActivityMapping, data: JsonObject, now: number): Occurrence | Fault => {
  for (const path of mapping.occurredAt) {
    const value = valueAt(data, path);
    if (value === null || value === undefined || value === '') continue;
    const field = path.join('.');
    const instant = instantOf(value);
    if (instant === undefined) return { reason: 'not_a_time', field };
    const latest = now + CLOCK_SKEW_MS + (typeof value === 'string' && !value.includes('T') ? FIRST_DAYLIGHT_MS : 0);
    if (instant > latest) return { reason: 'in_the_future', field };
    return { at: instant, ahead: instant > now + CLOCK_SKEW_MS ? field : undefined };
  }
  return { reason: 'no_time', field: mapping.occurredAt[0]?.join('.') };
};

const attributesOf = (
  { phoneCountry }: ActivityMapping,
  activity: MappedActivity | undefined,
  data: JsonObject,
  nulled: readonly string[],
): { attributes: JsonObject; cut: string[]; leftOut: LeftOut[] } => {
  const attributes: { [id: string]: unknown } = {};
  const cut: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const { from, path, id, type } of activity?.attributes ?? []) {
    const value = valueAt(data, path) ?? null;
    const converted = convert(type, value, phoneCountry);
    if (value === null && isNulled(nulled, path)) leftOut.push({ field: from, reason: 'nulled' });
    else if (converted.misfit !== undefined) leftOut.push({ field: from, reason: converted.misfit });
    else if (converted.value !== null) {
      attributes[id] = converted.value;
      if (converted.cut) cut.push(from);
    }
  }
  return { attributes, cut, leftOut };
};

/** What identifies the activity, as one text: two different lists of values never share it. */
const keyOf = (mapping: ActivityMapping, data: JsonObject, id: string): string =>
  mapping.identifiedBy
    .map((path) => (path.length === 1 && path[0] === 'Id' ? id : keyPart(valueAt(data, path))))
    .join('/');

const keyPart = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed());
};
