import type { Instance } from './instance.ts';
import type { Entity } from './store.ts';

// A changed permission leaves an activity on the person (reference 4.5).

const permissions = [
  {
    fieldId: 'bol::p',
    given: 'act::s-all',
    taken: 'act::u-all',
    givenContext: 'str::s-ctx',
    takenContext: 'str::u-ctx',
  },
  {
    fieldId: 'bol::sp',
    given: 'act::ros-all',
    taken: 'act::oos-all',
    givenContext: 'str::soi-ctx',
    takenContext: 'str::soo-ctx',
  },
];

/** Call before the changes are written. */
export const recordPermissionChanges = (
  instance: Instance,
  person: Entity,
  changes: ReadonlyMap<string, unknown>,
): void => {
  for (const permission of permissions) {
    const value = changes.get(permission.fieldId);
    if (value === undefined || value === person.fields.get(permission.fieldId)) continue;
    const now = instance.now();
    const context = changes.get(value === true ? permission.givenContext : permission.takenContext);
    const byDefault = value === true ? 'Subscribed via API' : 'Unsubscribed via API';
    instance.activities.add({
      activityId: value === true ? permission.given : permission.taken,
      entityId: person.id,
      attributes: { context: typeof context === 'string' ? context : byDefault },
      created: now,
      receivedAt: now,
      key: undefined,
    });
  }
};
