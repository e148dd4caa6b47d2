import { expect } from 'vitest';
import { mergePeople } from './merge.ts';
import { createCursors, getByIds, query } from './query.ts';
import { ana, answer, archive, field, firsts, merge, people, personId, statuses } from './switch-deeds.ts';
import type { Deeds, Json } from './switch-deeds.ts';

export const fieldDeeds: Deeds = {
  tagsUnderIgnore: [
    (instance) => {
      for (const [tag, strategy] of [
        ['one', 3],
        ['two', 3],
        ['three', 1],
      ] as const) {
        mergePeople(instance, {
          people: [{ fields: ana, tags: [tag] }],
          merge_by: ['str::email'],
          merge_strategy: strategy,
        });
      }
      return Array.from(instance.people.all(), ({ tags }) => Array.from(tags));
    },
    [['one', 'two', 'three']],
    [['one', 'three']],
  ],
  nullUnderAppend: [
    (instance) => {
      merge(instance, [{ ...ana, 'str::first': 'Ana' }]);
      merge(instance, [{ ...ana, 'str::first': null }], { merge_strategy: 1 });
      return firsts(instance);
    },
    ['Ana'],
    [undefined],
  ],
  omittedPermission: [
    (instance) => {
      merge(instance, [{ ...ana, 'bol::p': false }]);
      merge(instance, [ana]);
      return people(instance).map((fields) => fields['bol::p']);
    },
    [false],
    [true],
  ],
  wrongType: [(instance) => statuses(merge(instance, [{ ...ana, 'str::first': 1 }])), [400, 'invalid'], ['created']],
  readOnlyField: [(instance) => statuses(merge(instance, [{ ...ana, 'str::is': 'x' }])), [400, 'invalid'], ['created']],
  overlongText: [
    (instance) => {
      merge(instance, [{ ...ana, 'str::first': '€'.repeat(256) }]);
      return firsts(instance);
    },
    [],
    ['€'.repeat(255)],
  ],
  selectOutsideOptions: [
    (instance) => {
      field(instance, 'Tier', 'single_select', { values: ['gold'] });
      return statuses(merge(instance, [{ ...ana, 'str:cm:tier': 'tin' }]));
    },
    ['created'],
    [400, 'invalid'],
  ],
  filterClauses: [
    (instance) =>
      [51, 101, 201].map((length) => {
        const condition = { '$str::is': { field_id: 'str::email', value: 'x' } };
        const filter = { $or: Array.from({ length }, () => condition) };
        return (
          'refused' in (answer(() => query(instance, instance.people, createCursors(), { filter }, 'contacts')) as Json)
        );
      }),
    [false, false, false],
    [false, false, true],
    [false, true, true],
    [true, true, true],
  ],
  unknownFieldInGet: [
    (instance) =>
      answer(() => query(instance, instance.people, createCursors(), { fields: ['str::nope'] }, 'contacts')),
    expect.objectContaining({ contacts: [] }),
    expect.objectContaining({ refused: 400 }),
  ],
  archivedById: [
    (instance) => {
      merge(instance, [ana]);
      archive(instance);
      const keys = { ids: 'contact_ids', list: 'contacts' };
      const found = answer(() => getByIds(instance, instance.people, { contact_ids: [personId(instance)] }, keys));
      return Object.keys((found as { contacts: object }).contacts).length;
    },
    1,
    0,
  ],
  duplicateName: [
    (instance) => [field(instance, 'Tier'), field(instance, 'tier')],
    [expect.objectContaining({ field_id: 'str:cm:tier' }), expect.objectContaining({ refused: 409 })],
    [expect.objectContaining({ field_id: 'str:cm:tier' }), expect.objectContaining({ refused: 400 })],
  ],
  oversized: [
    (instance) =>
      merge(
        instance,
        Array.from({ length: 101 }, () => ana),
      ),
    expect.objectContaining({ refused: 400 }),
    expect.objectContaining({ refused: 413 }),
  ],
};
