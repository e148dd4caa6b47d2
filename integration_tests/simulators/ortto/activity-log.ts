import type { JsonObject } from './json.ts';
import type { Limits } from './limits.ts';
import type { Switches } from './switches.ts';

export interface Activity {
  readonly activityId: string;
  /** The person's or account's id. */
  readonly entityId: string;
  readonly attributes: JsonObject;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly receivedAt: number;
  readonly key: string | undefined;
}

export interface ActivityLog {
  /** In the order of arrival. */
  all(): Iterable<Activity>;
  of(entityId: string): readonly Activity[];
  /** One of Ortto's own: neither repeated nor too many. */
  note(activity: Activity): void;
  /** A repeated one (same key and created) replaces the first; one too many of a day is not kept. */
  add(activity: Activity): 'added' | 'repeated' | 'excess';
  forget(entityId: string): void;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

export const createActivityLog = (switches: Switches, limits: Limits): ActivityLog => {
  const byEntity = new Map<string, Activity[]>();
  const identities = new Map<string, number>();
  const perDay = new Map<string, number>();

  const listOf = (entityId: string): Activity[] => {
    const known = byEntity.get(entityId);
    if (known !== undefined) return known;
    const activities: Activity[] = [];
    byEntity.set(entityId, activities);
    return activities;
  };

  return {
    *all() {
      for (const activities of byEntity.values()) yield* activities;
    },
    of: (entityId) => byEntity.get(entityId) ?? [],
    note: (activity) => {
      listOf(activity.entityId).push(activity);
    },
    add: (activity) => {
      const activities = listOf(activity.entityId);
      const subject = `${activity.activityId} ${activity.entityId}`;
      const identity =
        activity.key === undefined || switches.activityIdentity === 'ignored'
          ? undefined
          : `${subject} ${activity.created} ${activity.key}`;
      const earlier = identity === undefined ? undefined : identities.get(identity);
      if (earlier !== undefined) {
        activities[earlier] = activity;
        return 'repeated';
      }
      const counted = `${subject} ${day(switches.activityDay === 'created' ? activity.created : activity.receivedAt)}`;
      const count = perDay.get(counted) ?? 0;
      if (count >= limits.eventsPerDay) return 'excess';
      perDay.set(counted, count + 1);
      if (identity !== undefined) identities.set(identity, activities.length);
      activities.push(activity);
      return 'added';
    },
    forget: (entityId) => {
      byEntity.delete(entityId);
    },
  };
};
