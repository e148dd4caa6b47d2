import { expect, test } from 'vitest';
import { createInstance } from './instance.ts';
import { changeLife } from './lifecycle.ts';
import { mergePeople } from './merge.ts';
import { switchDescriptions } from './switches.ts';
import { NOW, ben, personId } from './fixtures/switch-deeds.ts';
import type { Deeds } from './fixtures/switch-deeds.ts';
import { organizationDeeds } from './fixtures/switch-deeds-organization.ts';
import { matchingDeeds } from './fixtures/switch-deeds-matching.ts';
import { activityDeeds } from './fixtures/switch-deeds-activity.ts';
import { fieldDeeds } from './fixtures/switch-deeds-field.ts';

// Every switch is thrown in each of its positions.

const deeds: Deeds = { ...matchingDeeds, ...fieldDeeds, ...organizationDeeds, ...activityDeeds };

const positions = switchDescriptions.flatMap(({ name, positions: all }) =>
  all.map((position, index) => ({ name, position, index })),
);

test.each(positions)('$name at $position does what it says', ({ name, position, index }) => {
  const instance = createInstance({ switches: { [name]: position }, now: () => NOW });
  mergePeople(instance, { people: [{ fields: ben }], merge_by: ['str::email'] });
  changeLife(instance, instance.people, 'archive', { inclusion_ids: [personId(instance)] });
  changeLife(instance, instance.people, 'delete', { inclusion_ids: [personId(instance)] });
  const [deed, ...outcomes] = deeds[name] ?? [];
  expect(outcomes).toHaveLength(positions.filter((one) => one.name === name).length);
  expect(deed?.(instance)).toEqual(outcomes[index]);
});

test('a switch refuses a position it does not have', () => {
  expect(() => createInstance({ switches: { keyWinner: 'tallest' as 'oldest' } })).toThrow('keyWinner');
});
