import { beforeEach, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { errorsOf, ledgerOf, liveWrite, logs, record, salesforceId, state, stateIds } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Which organization a person belongs to, and when the states that wait for it leave.

const ortto = useOrtto();
beforeEach(() => {
  ortto.limits.peoplePerOrganization = 3000;
});

const streams = {
  Account: ['Id', 'Name', 'IsDeleted'],
  Contact: ['Id', 'Email', 'AccountId', 'IsDeleted'],
};
const accountId = (number: number) => salesforceId('001', number);
const account = (number: number, more: JsonObject = {}) =>
  record('Account', { Id: accountId(number), Name: `Acme ${number}`, ...more });
const contact = (number: number, account_: number | null, more: JsonObject = {}) =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `p${number}@x.test`,
    AccountId: account_ === null ? null : accountId(account_),
    ...more,
  });
const contacts = (count: number, account_: (number: number) => number, from = 0) =>
  Array.from({ length: count }, (_, index) => contact(from + index, account_(from + index)));
const sync = (
  lines: Iterable<string> | AsyncIterable<string>,
  config: JsonObject = {},
  bounds?: Parameters<typeof liveWrite>[2],
) => liveWrite(ortto, { streams, lines, config }, bounds);
const sizes = () => ortto.cdp.organizations().map(({ members }) => members?.length);

test('people are linked to the organizations of their accounts by one call each, and right links cost none', async () => {
  const lines = [account(1), account(2), ...contacts(20, (number) => 1 + (number % 2)), state('Contact', 1)];
  const first = await sync(lines);
  expect(ledgerOf(first, 'Contact')).toMatchObject({ linked: 20 });
  expect(ortto.counts.calls['/accounts/contacts/add']).toBe(2);
  expect(sizes()).toEqual([10, 10]);
  expect(stateIds(first)).toEqual([1]);
  await sync(lines);
  expect(ortto.counts.calls['/accounts/contacts/add']).toBe(2);
});

test('a person whose organization is not there yet is linked when it comes', async () => {
  const early = await sync([contact(1, 1)]);
  expect(ledgerOf(early, 'Contact')).toMatchObject({ link_waiting: 1 });
  const late = await sync([account(1)]);
  expect(ledgerOf(late, 'Account')).toMatchObject({ created: 1, linked: 1 });
  expect(sizes()).toEqual([1]);
});

test('a person with a record in this sync is counted as linked there, though organizations ask who was waiting for them', async () => {
  const run = await sync([...contacts(30, () => 1), account(1), ...contacts(30, () => 1, 30), state('Contact', 1)]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 60, linked: 60 });
  expect(ledgerOf(run, 'Account')).not.toHaveProperty('linked');
  expect(sizes()).toEqual([60]);
});

test('without links nothing is linked', async () => {
  await sync([account(1), contact(1, 1)], { link_people_to_organizations: false });
  expect(sizes()).toEqual([0]);
});

test('an organization takes as many people as it has room for; the others are counted', async () => {
  ortto.limits.peoplePerOrganization = 30;
  const run = await sync([account(1), account(2), ...contacts(73, (number) => (number < 70 ? 1 : 2))]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 73, linked: 33, link_refused: 40 });
  expect(sizes()).toEqual([30, 3]);
  expect(ortto.counts.bans).toBe(0);
});

test('a contact that changes its account moves, and one that loses it leaves', async () => {
  await sync([account(1), account(2), ...contacts(3, () => 1)]);
  const run = await sync([contact(0, 2), contact(1, null), state('Contact', 1)]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ merged: 2, linked: 1, unlinked: 1 });
  expect(sizes()).toEqual([1, 1]);
  expect(stateIds(run)).toEqual([1]);
});

test('a person without an account stays in an organization that Salesforce knows nothing of', async () => {
  await sync([contact(1, null)]);
  ortto.cdp.call('POST', '/accounts/merge', {
    accounts: [{ fields: { 'str:o:name': 'By hand' } }],
    merge_by: ['str:o:name'],
  });
  const [personId, organizationId] = [ortto.cdp.people()[0]?.id, ortto.cdp.organizations()[0]?.id];
  ortto.cdp.call('PUT', '/accounts/contacts/add', { inclusion_ids: [personId], accounts_id: organizationId });
  const run = await sync([contact(1, null)]);
  expect(ledgerOf(run, 'Contact')).not.toHaveProperty('unlinked');
  expect(sizes()).toEqual([1]);
});

test('an account that comes back gets its people back', async () => {
  const config = { deleted_records: 'archive' };
  await sync([account(1), ...contacts(3, () => 1)], config);
  await sync([account(1, { IsDeleted: true })], config);
  expect(sizes()).toEqual([0]);
  const run = await sync([account(1), state('Account', 1)], config);
  expect(ledgerOf(run, 'Account')).toMatchObject({ merged: 1, linked: 3 });
  expect(sizes()).toEqual([3]);
});

test('links are made in the middle of a sync when many wait, and their states leave then', async () => {
  await sync([account(1)]);
  async function* lines() {
    yield* [...contacts(400, () => 1), state('Contact', 1)];
    // The input goes on only when these are linked.
    await vi.waitFor(() => expect(sizes()).toEqual([400]), { timeout: 20_000 });
    yield* [...contacts(100, () => 1, 400), state('Contact', 2)];
  }
  const run = await sync(lines(), {}, { maxWaitingLinks: 400 });
  expect(stateIds(run)).toEqual([1, 2]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ linked: 500 });
});

test('links that fail hold back the states of their stream and no others', async () => {
  ortto.faults.add({ path: '/accounts/contacts/add', times: 10, answer: { status: 403, body: { error: 'x' } } });
  const run = await sync([account(1), state('Account', 1), ...contacts(5, () => 1), state('Contact', 2)]);
  expect(errorsOf(run)).toMatchObject([{ failure_type: 'config_error' }]);
  expect(stateIds(run)).toEqual([1]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 5 });
});

test('a run that is not done in time after its input ends says so, and acknowledges nothing it has not written', async () => {
  ortto.faults.add({ path: '/person/merge', after: 1, times: 1000, answer: { status: 503 } });
  const lines = [...contacts(100, () => 1), state('Contact', 1), ...contacts(300, () => 1, 100), state('Contact', 2)];
  const run = await sync(lines, { link_people_to_organizations: false }, { afterInputMs: 300 });
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'transient_error', message: expect.stringContaining('two hours') },
  ]);
  expect(stateIds(run)).toEqual([1]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ received: 400, created: 100, unsettled: 300 });
  expect(logs(run, 'WARN').join('\n')).toContain('503');
});
