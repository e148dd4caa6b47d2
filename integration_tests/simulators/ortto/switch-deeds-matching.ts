import { ana, archive, firsts, ids, keyed, merge, people, statuses } from './switch-deeds.ts';
import type { Deeds } from './switch-deeds.ts';

export const matchingDeeds: Deeds = {
  verdictId: [
    (instance) => [ids(merge(instance, [ana])), ids(merge(instance, [ana], { merge_strategy: 3 }))],
    [[true], [true]],
    [[true], [false]],
    [[false], [false]],
  ],
  ignoredStatus: [
    (instance) => [merge(instance, [ana]), merge(instance, [ana], { merge_strategy: 3 })].map(statuses),
    [['created'], ['skipped']],
    [['created'], ['merged']],
    [['created'], ['unchanged']],
  ],
  absentStatus: [
    (instance) => merge(instance, [ana], { skip_non_existing: true }),
    { people: [{ status: 'skipped' }] },
    { people: [{ status: 'merged' }] },
    { people: [{ status: 'not_found' }] },
  ],
  mixedBatch: [
    (instance) => [statuses(merge(instance, [ana, { 'str::nope': 1 }])), people(instance).length],
    [['created', 'invalid'], 1],
    [[400, 'valid', 'invalid'], 0],
    [[400], 0],
  ],
  mergeAnswer: [
    (instance) => {
      const given = merge(instance, [ana]);
      return [statuses(given), ids(given), people(instance).length];
    },
    [['created'], [true], 1],
    [['queued'], [false], 1],
    [['queued'], [true], 1],
  ],
  keylessRow: [(instance) => statuses(merge(instance, [{ 'str::first': 'Ana' }])), [400, 'invalid'], ['created']],
  emaillessRow: [
    (instance) => {
      const by = { merge_by: ['str::first', 'str::email'] };
      merge(instance, [{ ...ana, 'str::first': 'Ana' }]);
      return [{ 'str::first': 'Ben' }, { 'str::first': 'Ana' }].map((row) => statuses(merge(instance, [row], by)));
    },
    [['created'], ['merged']],
    [[400, 'invalid'], ['merged']],
    [
      [400, 'invalid'],
      [400, 'invalid'],
    ],
  ],
  keyWinner: [
    (instance) => {
      for (const ei of ['1', '2']) merge(instance, [{ ...ana, 'str::ei': ei }], { merge_by: ['str::ei'] });
      merge(instance, [{ ...ana, 'str::first': 'found' }]);
      return firsts(instance);
    },
    ['found', undefined],
    [undefined, 'found'],
  ],
  emailMatch: [
    (instance) => statuses(merge(instance, [ana, { 'str::email': ' Ana@Corp.test' }])),
    ['created', 'merged'],
    ['created', 'created'],
  ],
  textMatch: [
    (instance) => statuses(merge(instance, [{ 'str::ei': 'aB' }, { 'str::ei': 'Ab' }], { merge_by: ['str::ei'] })),
    ['created', 'created'],
    ['created', 'merged'],
  ],
  emptyStringKey: [(instance) => statuses(merge(instance, [{ 'str::email': '' }])), [400, 'invalid'], ['created']],
  previousKeys: [
    (instance) => {
      const by = { merge_by: ['str::ei', 'str::email', 'str::first'], find_strategy: 1 };
      merge(instance, [{ 'str::ei': '1', 'str::first': 'Ana' }], by);
      return statuses(merge(instance, [{ 'str::ei': '2', 'str::first': 'Ana' }], by));
    },
    ['created'],
    ['merged'],
  ],
  missingFirstKey: [
    (instance) => {
      merge(instance, [{ ...ana, 'str::ei': '1' }], keyed);
      return statuses(merge(instance, [ana], keyed));
    },
    ['created'],
    ['merged'],
  ],
  duplicatesInRequest: [
    (instance) => statuses(merge(instance, [ana, ana])),
    ['created', 'merged'],
    ['created', 'created'],
  ],
  archivedMatch: [
    (instance) => {
      merge(instance, [ana]);
      archive(instance);
      const verdict = statuses(merge(instance, [ana]));
      return [verdict, Array.from(instance.people.all(), ({ archivedAt }) => archivedAt !== undefined)];
    },
    [['merged'], [true]],
    [['merged'], [false]],
    [['created'], [true, false]],
  ],
  unknownPersonId: [
    (instance) =>
      statuses(merge(instance, [{ ...ana, 'str::person_id': '0'.repeat(24) }], { merge_by: ['str::person_id'] })),
    [400, 'invalid'],
    ['skipped'],
    ['created'],
  ],
};
