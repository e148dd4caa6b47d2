import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { Fault, FaultAnswer } from '../simulators/ortto/faults.ts';
import { contact, FIELDS } from './contact-records.ts';
import {
  errorsOf,
  ledgerOf,
  liveWrite,
  logs,
  record,
  runWrite,
  salesforceId,
  state,
  stateIds,
} from './destination-run.ts';
import { config, live, picture } from './mirrored-org.ts';
import { useOrtto } from './use-ortto.ts';

// An answer counts only if it says what was asked. Whatever else comes with status 200 is asked again, by every call.

const ortto = useOrtto();

const archiving = { ...config, deleted_records: 'archive' };
let usual: Awaited<ReturnType<typeof syncs>>;

const syncs = async (faults: readonly Fault[]) => {
  const server = await startOrtto();
  try {
    server.faults.add(...faults);
    const lived = await live(server, archiving);
    return { lived, picture: picture(server), hits: server.faults.hits };
  } finally {
    await server.close();
  }
};

beforeAll(async () => {
  usual = await syncs([]);
});

const CALLS = [
  '/person/merge',
  '/accounts/merge',
  '/person/get',
  '/accounts/get',
  '/person/get-by-ids',
  '/person/archive',
  '/activities/create',
  '/instance-schema/get',
  '/person/custom-field/get',
  '/person/custom-field/create',
] as const;

test.each<[string, FaultAnswer, boolean]>([
  ['an error with status 200', { status: 200, body: { code: 503, error: 'Service unavailable' } }, false],
  ['an empty object', { status: 200, body: {} }, true],
  ['lists that are null under other names', { status: 200, body: { people: null } }, true],
  ['an empty body', { status: 204, body: '' }, false],
  ["a CDN's page", { status: 403, body: '<html>Forbidden</html>' }, false],
])('%s from every call once leaves the CDP of an undisturbed sync', async (_, answer, worked) => {
  const { lived, picture: seen, hits } = await syncs(CALLS.map((path) => ({ path, answer, worked })));
  expect(hits).toBe(CALLS.length);
  expect(seen).toEqual(usual.picture);
  expect(lived.states).toEqual(usual.lived.states);
  expect(lived.rejected).toEqual(usual.lived.rejected);
});

test("an answer with too few rows lets nobody's opt-out land on another", async () => {
  const rows = [contact(1), contact(2, { HasOptedOutOfEmail: true }), contact(3)];
  const one = { person_id: `00${'a'.repeat(20)}00`, status: 'merged' };
  ortto.faults.add({ path: '/person/merge', answer: { status: 200, body: { people: [one, one] } } });
  const lines = [...rows.map((row) => record('Contact', row)), state('Contact', 1)];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 3, rejected: {} });
  const out = ortto.cdp.people().filter(({ fields }) => fields['bol::p'] === false);
  expect(out.map(({ fields }) => fields['str:cm:salesforce-contact-id'])).toEqual([rows[1]?.['Id']]);
});

test('a list that never ends is read once', async () => {
  const people = [{ id: `00${'b'.repeat(20)}00`, fields: { 'str:cm:salesforce-contact-id': 'x' } }];
  const body = { contacts: people, has_more: true, next_offset: 0, cursor_id: 'c' };
  ortto.faults.add({ path: '/person/get', times: 1_000, answer: { status: 200, body } });
  const task = {
    Id: salesforceId('00T', 1),
    WhoId: salesforceId('003', 9),
    Subject: 'Call',
    CreatedDate: new Date().toISOString(),
  };
  const streams = { Task: ['Id', 'WhoId', 'Subject', 'CreatedDate'] };
  const run = await runWrite(ortto, { streams, lines: [record('Task', task), state('Task', 1)] });
  expect([run.exitCode, ledgerOf(run, 'Task')['skipped']]).toEqual([0, { no_person: 1 }]);
  expect(ortto.faults.hits).toBeLessThan(5);
});

const streams = { Account: ['Id', 'Name'], Contact: ['Id', 'Email', 'AccountId'] };
const accountId = salesforceId('001', 1);
const members = (count: number) => [
  record('Account', { Id: accountId, Name: 'Acme' }),
  ...Array.from({ length: count }, (_, number) =>
    record('Contact', { Id: salesforceId('003', number), Email: `p${number}@x.test`, AccountId: accountId }),
  ),
  state('Contact', 1),
];
const sync = (count: number, settings: JsonObject = {}) =>
  liveWrite(ortto, { streams, lines: members(count), config: settings }, { linkLooksMs: [0, 1, 1] });
const deaf: Fault = { path: /contacts\/add$/, times: 1_000, answer: { status: 200, body: {} } };

test('links that Ortto accepts and does not show count as refused, with one warning', async () => {
  ortto.faults.add(deaf);
  const run = await sync(5);
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 5, link_refused: 5 });
  expect(ledgerOf(run, 'Contact')).not.toHaveProperty('linked');
  expect(logs(run, 'WARN').filter((text) => text.includes('does not show them'))).toHaveLength(1);
  expect(stateIds(run)).toEqual([1]);
});

test('when none of the first hundred links is shown, the sync fails and holds the states', async () => {
  ortto.faults.add(deaf);
  const run = await sync(120);
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'transient_error', message: expect.stringContaining('shows none') },
  ]);
  expect(stateIds(run)).toEqual([]);
});

test('a link that is shown a little later is no reason for anything', async () => {
  ortto.faults.add({ path: '/person/get-by-ids', times: 2, answer: { status: 200, body: { contacts: {} } } });
  const run = await sync(3);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ linked: 3 });
  expect(ortto.counts.calls['/accounts/contacts/add']).toBe(1);
});

test('where only the older path links, everybody is linked, and later calls go there at once', async () => {
  const older = await startOrtto({ switches: { linkPath: 'organizations' } });
  try {
    const lines = [
      ...[1, 2, 3].map((number) => record('Account', { Id: salesforceId('001', number), Name: `Acme ${number}` })),
      ...Array.from({ length: 90 }, (_, number) =>
        record('Contact', {
          Id: salesforceId('003', number),
          Email: `p${number}@x.test`,
          AccountId: salesforceId('001', 1 + (number % 3)),
        }),
      ),
      state('Contact', 1),
    ];
    const run = await liveWrite(older, { streams, lines }, { linkLooksMs: [0, 1, 1] });
    expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 90, linked: 90 });
    expect(older.cdp.organizations().map((each) => each.members?.length)).toEqual([30, 30, 30]);
    // One without effect, and one for each organization.
    expect(older.counts.calls['/accounts/contacts/add']).toBe(4);
  } finally {
    await older.close();
  }
});
