import type { Instance } from './instance.ts';
import type { Entity } from './store.ts';

// A permission given or taken leaves an activity on the person: seen in recordings of the live API.

const permissions = [
  {
    fieldId: 'bol::p',
    given: { activityId: 'act::s-all', context: 'str::s-ctx' },
    taken: { activityId: 'act::u-all', context: 'str::u-ctx' },
  },
  {
    fieldId: 'bol::sp',
    given: { activityId: 'act::ros-all', context: 'str::soi-ctx' },
    taken: { activityId: 'act::oos-all', context: 'str::soo-ctx' },
  },
];

/** Call before the changes are written. What a new person is given or denied counts as a change too. */
export const recordPermissionChanges = (
  instance: Instance,
  person: Entity,
  changes: ReadonlyMap<string, unknown>,
): void => {
  for (const { fieldId, given, taken } of permissions) {
    const value = changes.get(fieldId);
    if (value === undefined || value === person.fields.get(fieldId)) continue;
    const now = instance.now();
    const { activityId, context } = value === true ? given : taken;
    const byDefault = value === true ? 'Subscribed via API' : 'Unsubscribed via API';
    instance.activities.note({
      activityId,
      entityId: person.id,
      attributes: { [context]: changes.get(context) ?? byDefault },
      created: now,
      receivedAt: now,
      key: undefined,
    });
  }
};
