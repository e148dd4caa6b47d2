import { expect, test } from 'vitest';
import { createActivities } from './ortto/activities.ts';
import { createCustomField, getSchema } from './ortto/custom-fields.ts';
import { createDefinition } from './ortto/definitions.ts';
import { createInstance } from './ortto/instance.ts';
import type { Answer, Instance } from './ortto/instance.ts';
import { changeLife } from './ortto/lifecycle.ts';
import { addContacts } from './ortto/links.ts';
import { mergeOrganizations, mergePeople } from './ortto/merge.ts';
import { createCursors, getByIds, query } from './ortto/query.ts';
import { Refusal } from './ortto/refusal.ts';
import { picture } from './ortto/snapshot.ts';
import { switchDescriptions } from './ortto/switches.ts';

type Json = { readonly [key: string]: unknown };

const NOW = Date.UTC(2026, 10, 24, 9);
const DAY_MS = 86_400_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const ana = { 'str::email': 'ana@corp.test' };
const ben = { 'str::email': 'ben@corp.test' };
const keyed = { merge_by: ['str::ei', 'str::email'], find_strategy: 1 };

// A status of its own is an answer, a refusal another.
const answer = (act: () => Answer): unknown => {
  try {
    return act().body;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.status, ...(error.details && { details: error.details.map(({ status }) => status) }) };
  }
};

const merge = (instance: Instance, rows: readonly Json[], more: Json = {}): unknown =>
  answer(() =>
    mergePeople(instance, { people: rows.map((fields) => ({ fields })), merge_by: ['str::email'], ...more }),
  );
const mergeAccounts = (instance: Instance, rows: readonly Json[], more: Json = {}): unknown =>
  answer(() => mergeOrganizations(instance, { accounts: rows, merge_by: ['str:o:name'], ...more }));
const people = (instance: Instance): readonly Json[] =>
  Array.from(instance.people.all(), picture).map((one) => one.fields);
const firsts = (instance: Instance): readonly unknown[] => people(instance).map((fields) => fields['str::first']);
const statuses = (given: unknown): unknown =>
  Object.values(given as Json)
    .flat()
    .map((row) => (row as Json)['status'] ?? row);
const ids = (given: unknown): readonly boolean[] =>
  Object.values(given as { [key: string]: readonly Json[] })
    .flat()
    .map((row) => 'person_id' in row);
const personId = (instance: Instance, index = 0): string => Array.from(instance.people.all())[index]?.id ?? '';
const accountId = (instance: Instance, index = 0): string => Array.from(instance.organizations.all())[index]?.id ?? '';
const tell = (instance: Instance, ...rows: readonly Json[]): unknown => {
  answer(() => createDefinition(instance, { name: 'Seen' }));
  const activities = rows.map((row) => ({ activity_id: 'act:cm:seen', person_id: personId(instance), ...row }));
  return answer(() => createActivities(instance, instance.people, { activities }, (work) => work()));
};
const told = (instance: Instance): number =>
  Array.from(instance.activities.all()).filter(({ activityId }) => activityId === 'act:cm:seen').length;
const archive = (instance: Instance): unknown =>
  answer(() => changeLife(instance, instance.people, 'archive', { inclusion_ids: [personId(instance)] }));
const field = (instance: Instance, name: string, type = 'text', more: Json = {}): unknown =>
  answer(() => createCustomField(instance, instance.people, { name, type, ...more }));

// For every switch a deed, and what it comes to in each position, default first.
const deeds: { readonly [name: string]: readonly [(instance: Instance) => unknown, ...outcomes: unknown[]] } = {
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
  accountIdKey: [
    (instance) => mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }]),
    { accounts: [{ account_id: expect.any(String), status: 'created' }] },
    { accounts: [{ organization_id: expect.any(String), status: 'created' }] },
    { accounts: [{ id: expect.any(String), status: 'created' }] },
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
  organizationKeys: [
    (instance) =>
      statuses(
        mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], {
          merge_by: ['str:o:website', 'str:o:name', 'str:o:postal'],
        }),
      ),
    [400],
    ['created'],
  ],
  organizationFindAll: [
    (instance) => statuses(mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], { find_strategy: 2 })),
    ['created'],
    [400],
  ],
  organizationSkipNonExisting: [
    (instance) =>
      statuses(mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }], { skip_non_existing: true })),
    ['created'],
    ['skipped'],
  ],
  organizationClearFields: [
    (instance) => {
      const named = { 'str:o:name': 'Acme' };
      mergeAccounts(instance, [{ fields: { ...named, 'str:o:postal': '0150' } }]);
      mergeAccounts(instance, [{ fields: named, clear_fields: { 'str:o:postal': true } }]);
      return Array.from(instance.organizations.all(), ({ fields }) => fields.get('str:o:postal'));
    },
    [undefined],
    ['0150'],
  ],
  linkKey: [
    (instance) => {
      merge(instance, [ana]);
      mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }]);
      return ['accounts_id', 'account_id', 'organization_id'].filter((key) => {
        for (const person of instance.people.all()) person.organizationId = undefined;
        addContacts(instance, { inclusion_ids: [personId(instance)], [key]: accountId(instance) });
        return Array.from(instance.people.all()).some(({ organizationId }) => organizationId !== undefined);
      });
    },
    ['accounts_id', 'account_id', 'organization_id'],
    ['accounts_id'],
    ['account_id'],
    ['organization_id'],
  ],
  secondOrganization: [
    (instance) => {
      merge(instance, [ana]);
      mergeAccounts(instance, [{ fields: { 'str:o:name': 'Acme' } }, { fields: { 'str:o:name': 'Bolt' } }]);
      for (const index of [0, 1]) {
        addContacts(instance, { inclusion_ids: [personId(instance)], accounts_id: accountId(instance, index) });
      }
      return Array.from(instance.organizations.all(), ({ members }) => members.size);
    },
    [0, 1],
    [1, 0],
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
  accountFieldNamespace: [
    (instance) => {
      createCustomField(instance, instance.organizations, { name: 'Sap id', type: 'text' });
      const { namespaces } = getSchema(instance, {}).body as { namespaces: { [name: string]: { fields: object } } };
      return Object.keys(namespaces).filter((name) => 'str:oc:sap-id' in (namespaces[name]?.fields ?? {}));
    },
    ['oc'],
    ['o'],
  ],
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
