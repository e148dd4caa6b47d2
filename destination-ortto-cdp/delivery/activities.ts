import type { JsonObject } from '../../airbyte/protocol.ts';
import { NO_VERDICT } from '../ortto/answers.ts';
import type { Verdict } from '../ortto/answers.ts';
import type { Ortto } from '../ortto/api.ts';
import type { Outcome } from '../queue/task.ts';
import type { IdKind } from '../mapping/identities.ts';
import { COUNT, createIdMemory, ORTTO_ID_AND_MORE } from './id-memory.ts';
import type { Fate } from '../queue/ledger.ts';
import type { Activity, LeftOut } from '../records/mapped.ts';
import type { KnownIds } from './known-ids.ts';
import type { Identities } from '../mapping/identities.ts';
import { MAX_REFUSED } from './refused-rows.ts';

/** Ortto keeps this many activities of one kind per person and day; what happens to further ones is not documented. */
const ACTIVITIES_A_DAY = 50;
/** How many combinations of person, day and activity are counted before the oldest are forgotten. */
const MAX_COUNTED_DAYS = 400_000;
const DAY_MS = 86_400_000;

/** Four digits: enough for every day until 2149. */
const hexDigits = (number: number): string => number.toString(16).padStart(4, '0');

export interface ActivityDeliveryOptions {
  readonly ortto: Ortto;
  readonly people: KnownIds;
  readonly organizations: KnownIds;
  readonly identities: Identities;
  /** Ids of the activities that are defined in Ortto. */
  readonly defined: ReadonlySet<string>;
}

/**
 * Records activities of people and organizations that exist; one outcome per activity, in order. Ortto's own ids address
 * them, so an activity never creates anyone.
 */
export type DeliverActivities = (activities: readonly Activity[]) => Promise<readonly Outcome[]>;

export const createActivityDelivery = ({
  ortto,
  people,
  organizations,
  identities,
  defined,
}: ActivityDeliveryOptions): DeliverActivities => {
  const counts = createIdMemory(ORTTO_ID_AND_MORE, COUNT, MAX_COUNTED_DAYS);
  const activityNumbers = new Map<string, number>();

  const countOfDay = ({ activityId, occurredAt }: Activity, id: string): number => {
    const activity = activityNumbers.get(activityId) ?? activityNumbers.size;
    activityNumbers.set(activityId, activity);
    const day = `${id}${hexDigits(Math.floor(Date.parse(occurredAt) / DAY_MS))}${hexDigits(activity)}`;
    const count = (counts.get(day) ?? 0) + 1;
    counts.set(day, count);
    return count;
  };

  /** Ortto ids of the people and organizations, by Salesforce id; looked up unless this run knows them already. */
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
    const decided = activities.map((activity): Fate | undefined => {
      if (!defined.has(activity.activityId)) return { kind: 'rejected', reason: 'no_definition' };
      const id = ids.get(activity.about.id);
      if (id === undefined) return NOT_FOUND;
      return countOfDay(activity, id) > ACTIVITIES_A_DAY ? { kind: 'rejected', reason: 'too_many_a_day' } : undefined;
    });
    const trials = new Map<Activity, ActivityTrial>();
    for (const entity of ['person', 'organization'] as const) {
      const sent = activities.filter((each, index) => decided[index] === undefined && entityOf(each) === entity);
      for (const trial of await insist(ortto, entity, sent, ids)) trials.set(trial.activity, trial);
    }
    return activities.map((activity, index): Outcome => {
      const fate = decided[index];
      if (fate !== undefined) return fate === NOT_FOUND ? { fate, isAbsent: true } : { fate };
      const { verdict, leftOut } = trials.get(activity) ?? { verdict: NO_VERDICT, leftOut: [] };
      if (verdict.kind === 'refused') return { fate: rejectedBy(activity, verdict), refused: 'whole', leftOut };
      return leftOut.length === 0 ? { fate: RECORDED } : { fate: RECORDED, refused: 'partly', leftOut };
    });
  };
};

/** An activity on its way, with what has been left out of it because Ortto refused it. */
interface ActivityTrial {
  readonly activity: Activity;
  readonly attributes: JsonObject;
  readonly leftOut: readonly LeftOut[];
  readonly verdict: Verdict;
}

/** Records activities, those that Ortto refuses again without the attribute it names. */
const insist = async (
  ortto: Ortto,
  entity: 'person' | 'organization',
  activities: readonly Activity[],
  ids: ReadonlyMap<string, string>,
): Promise<readonly ActivityTrial[]> => {
  const settled: ActivityTrial[] = [];
  let open = activities.map((activity): ActivityTrial => {
    const { attributes } = activity;
    return { activity, attributes, leftOut: [], verdict: NO_VERDICT };
  });
  while (open.length > 0) {
    const verdicts = await ortto.record(
      open[0]?.activity.mapping.stream ?? '',
      entity,
      open.map(({ activity: { about, activityId, occurredAt, key }, attributes }) => ({
        id: ids.get(about.id) ?? '',
        activityId,
        attributes,
        created: occurredAt,
        key,
      })),
    );
    const judged = open.map((trial, index) => ({ ...trial, verdict: verdicts[index] ?? NO_VERDICT }));
    open = judged.flatMap((trial) => {
      const next = withoutRefused(trial);
      if (next === undefined) settled.push(trial);
      return next ?? [];
    });
  }
  return settled;
};

const withoutRefused = ({ activity, attributes, leftOut, verdict }: ActivityTrial): ActivityTrial | undefined => {
  const refused = verdict.kind === 'refused' ? verdict.field : undefined;
  if (refused === undefined || !Object.hasOwn(attributes, refused) || leftOut.length >= MAX_REFUSED) return undefined;
  return {
    activity,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([id]) => id !== refused)),
    leftOut: [...leftOut, { field: attributeName(activity, refused), reason: 'refused' }],
    verdict,
  };
};

const RECORDED: Fate = { kind: 'recorded' };
const NOT_FOUND: Fate = { kind: 'skipped', reason: 'no_person' };

const entityOf = ({ about }: Activity): 'person' | 'organization' =>
  about.kind === 'account' ? 'organization' : 'person';

const rejectedBy = (activity: Activity, { reason, field }: Verdict & { readonly kind: 'refused' }): Fate => {
  // Today's date may be ahead of UTC; whether Ortto takes that is not known.
  if (reason === 'invalid' && field === undefined && activity.ahead !== undefined) {
    return { kind: 'rejected', reason: 'in_the_future', field: activity.ahead };
  }
  return { kind: 'rejected', reason, field: field === undefined ? undefined : attributeName(activity, field) };
};

/** Ortto names its own field; users know the Salesforce one. */
const attributeName = (activity: Activity, attributeId: string): string =>
  activity.mapping[entityOf(activity)]?.attributes.find(({ id }) => id === attributeId)?.from ?? attributeId;
