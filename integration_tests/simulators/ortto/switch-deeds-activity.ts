import { expect } from 'vitest';
import { getSchema } from './custom-fields.ts';
import { createDefinition } from './definitions.ts';
import { DAY_MS, ana, at, merge, statuses, tell, told } from './switch-deeds.ts';
import type { Deeds } from './switch-deeds.ts';

export const activityDeeds: Deeds = {
  activitySchema: [
    (instance) => {
      createDefinition(instance, { name: 'Deal won', attributes: [{ name: 'Stage', display_type: 'text' }] });
      const { namespaces } = getSchema(instance, { namespaces: ['cm'] }).body as {
        namespaces: { cm?: { fields: { [id: string]: { attributes: { id: string }[] } } } };
      };
      return namespaces.cm?.fields['act:cm:deal-won']?.attributes.map(({ id }) => id);
    },
    ['str:cm:stage'],
    undefined,
  ],
  activityAnswer: [
    (instance) => {
      merge(instance, [ana]);
      return tell(instance, {});
    },
    { activities: [{ person_id: expect.any(String), status: 'queued', person_status: 'queued' }] },
    {
      activities: [
        { person_id: expect.any(String), status: 'ingested', person_status: 'merged', activity_id: 'act:cm:seen' },
      ],
    },
  ],
  activityErrors: [
    (instance) => {
      merge(instance, [ana]);
      return statuses(tell(instance, {}, { activity_id: 'act:cm:unknown' }));
    },
    ['queued', 'invalid'],
    ['queued', 'queued'],
  ],
  activityIdentity: [
    (instance) => {
      merge(instance, [ana]);
      tell(instance, { key: 'k', created: at(0) }, { key: 'k', created: at(0) }, { key: 'k', created: at(-1000) });
      return told(instance);
    },
    2,
    3,
  ],
  activityDay: [
    (instance) => {
      merge(instance, [ana]);
      tell(instance, ...Array.from({ length: 80 }, (_, index) => ({ created: at(-(index % 2) * DAY_MS) })));
      return told(instance);
    },
    80,
    50,
  ],
  activityExcess: [
    (instance) => {
      merge(instance, [ana]);
      const given = tell(instance, ...Array.from({ length: 51 }, () => ({ created: at(0) })));
      return [(statuses(given) as readonly unknown[]).at(-1), told(instance)];
    },
    ['queued', 50],
    ['invalid', 50],
  ],
  oldActivity: [
    (instance) => {
      merge(instance, [ana]);
      return [statuses(tell(instance, { created: at(-91 * DAY_MS) }, { created: at(0) })), told(instance)];
    },
    [['invalid', 'queued'], 1],
    [['queued', 'queued'], 1],
    [['queued', 'queued'], 2],
  ],
  futureActivity: [
    (instance) => {
      merge(instance, [ana]);
      return statuses(tell(instance, { created: at(1000) }));
    },
    ['queued'],
    [400, 'invalid'],
  ],
};
