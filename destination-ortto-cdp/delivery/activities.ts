import type { Verdict } from '../ortto/answers.ts';
import type { Ortto } from '../ortto/api.ts';
import type { Outcome } from '../queue/task.ts';
import type { IdKind } from '../mapping/identities.ts';
import { COUNT, createIdMemory, ORTTO_ID_AND_MORE } from './id-memory.ts';
import type { Fate } from '../queue/ledger.ts';
import type { Activity } from '../records/mapped.ts';
import type { KnownIds } from './known-ids.ts';
import type { Identities } from '../mapping/identities.ts';

/** Ortto keeps this many activities of one kind, person and day; what it does with further ones is not known. */
const ACTIVITIES_A_DAY = 50;
/** Days of people whose activities are counted. */
const REMEMBERED = 400_000;
const DAY_MS = 86_400_000;

/** Four digits, enough for the days until 2149. */
const hexadecimal = (number: number): string => number.toString(16).padStart(4, '0');

export interface ActivityDeliveryOptions {
  readonly ortto: Ortto;
  readonly people: KnownIds;
  readonly organizations: KnownIds;
  readonly identities: Identities;
  /** Ids of the activities that Ortto has a definition of. */
  readonly defined: ReadonlySet<string>;
}

/**
 * Records activities of people and organizations that exist; one outcome per activity, in order. They are addressed by Ortto's own
 * id, so that no activity ever creates anybody.
 */
export type DeliverActivities = (activities: readonly Activity[]) => Promise<readonly Outcome[]>;

export const createActivityDelivery = ({
  ortto,
  people,
  organizations,
  identities,
  defined,
}: ActivityDeliveryOptions): DeliverActivities => {
  const ofDay = createIdMemory(ORTTO_ID_AND_MORE, COUNT, REMEMBERED);
  const numbers = new Map<string, number>();

  const countOfDay = ({ activityId, occurredAt }: Activity, id: string): number => {
    const activity = numbers.get(activityId) ?? numbers.size;
    numbers.set(activityId, activity);
    const day = `${id}${hexadecimal(Math.floor(Date.parse(occurredAt) / DAY_MS))}${hexadecimal(activity)}`;
    const count = (ofDay.get(day) ?? 0) + 1;
    ofDay.set(day, count);
    return count;
  };

  /** Ortto ids of the people and organizations, by Salesforce id; looked up where this run does not know them. */
  const locate = async (activities: readonly Activity[]): Promise<ReadonlyMap<string, string>> => {
    const known = new Map<string, string>();
    const unknown = new Map<string, IdKind>();
    for (const { about } of activities) {
      const id = (about.kind === 'account' ? organizations : people).get(about.id);
      if (id === undefined) unknown.set(about.id, about.kind);
      else known.set(about.id, id);
    }
    const stream = activities[0]?.mapping.stream ?? '';
    for (const entity of ['person', 'organization'] as const) {
      const wanted = [...unknown].filter(([, kind]) => (kind === 'account') === (entity === 'organization'));
      const conditions = wanted.flatMap(([value, kind]) => {
        const fieldId = identities.get(kind);
        return fieldId === undefined ? [] : [{ fieldId, value }];
      });
      if (conditions.length === 0) continue;
      const fields = [...new Set(conditions.map(({ fieldId }) => fieldId))];
      for (const found of await ortto.find(stream, entity, conditions, fields)) {
        for (const field of fields) {
          const value = found.fields[field];
          if (typeof value === 'string') known.set(value, found.id);
        }
      }
    }
    return known;
  };

  return async (activities) => {
    const ids = await locate(activities.filter(({ activityId }) => defined.has(activityId)));
    const early = activities.map((activity): Fate | undefined => {
      if (!defined.has(activity.activityId)) return { kind: 'rejected', reason: 'no_definition' };
      const id = ids.get(activity.about.id);
      if (id === undefined) return NOBODY;
      return countOfDay(activity, id) > ACTIVITIES_A_DAY ? { kind: 'rejected', reason: 'too_many_a_day' } : undefined;
    });
    const verdicts = new Map<Activity, Verdict>();
    for (const entity of ['person', 'organization'] as const) {
      const going = activities.filter((each, index) => early[index] === undefined && entityOf(each) === entity);
      const answers = await ortto.record(
        activities[0]?.mapping.stream ?? '',
        entity,
        going.map(({ about, activityId, attributes, occurredAt, key }) => ({
          id: ids.get(about.id) ?? '',
          activityId,
          attributes,
          created: occurredAt,
          key,
        })),
      );
      for (const [index, each] of going.entries()) verdicts.set(each, answers[index] ?? NO_VERDICT);
    }
    return activities.map((activity, index): Outcome => {
      const verdict = verdicts.get(activity) ?? NO_VERDICT;
      const fate = early[index] ?? (verdict.kind === 'refused' ? rejectedBy(activity, verdict) : RECORDED);
      return fate === NOBODY ? { fate, isAbsent: true } : { fate };
    });
  };
};

const RECORDED: Fate = { kind: 'recorded' };
const NOBODY: Fate = { kind: 'skipped', reason: 'no_person' };
const NO_VERDICT: Verdict = { kind: 'refused', reason: 'no_verdict', field: undefined };

const entityOf = ({ about }: Activity): 'person' | 'organization' =>
  about.kind === 'account' ? 'organization' : 'person';

/** Ortto names its own field; people know the Salesforce one. */
const rejectedBy = (activity: Activity, { reason, field }: Verdict & { readonly kind: 'refused' }): Fate => {
  const { attributes } = activity.mapping[entityOf(activity)] ?? { attributes: [] };
  return { kind: 'rejected', reason, field: attributes.find(({ id }) => id === field)?.from ?? field };
};
