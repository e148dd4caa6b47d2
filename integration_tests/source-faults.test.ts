import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { refusals } from './simulators/salesforce/faults.ts';
import type { FaultAction } from './simulators/salesforce/faults.ts';
import { startSourceOrg } from './source-org.ts';
import type { Outcome, SourceOrg } from './source-org.ts';

let org: SourceOrg;
let whole: readonly string[];

const recordsOf = ({ records }: Outcome): readonly string[] => (records.get('Contact') ?? []).toSorted();

beforeAll(async () => {
  org = await startSourceOrg({ contacts: 150 });
  whole = recordsOf(await org.read({ streams: ['Contact'], config: { api: 'bulk' } }));
});
afterEach(() => {
  const { faults, bulk, login, limits } = org.salesforce;
  faults.splice(0);
  bulk.outcomes.splice(0);
  bulk.unsupported = [];
  bulk.dailyJobs = 10_000;
  bulk.maxPageRows = 1_000_000;
  login.settings.sessionCalls = undefined;
  limits.dailyApiRequests.used = 0;
  limits.dailyApiRequests.max = 100_000;
});
afterAll(() => org.close());

const readContacts = (api: string, more = {}): Promise<Outcome> =>
  org.read({ streams: ['Contact'], config: { api, ...more } });

const strike = (path: RegExp, action: FaultAction, more: { times?: number; after?: number } = {}): void => {
  org.salesforce.faults.push({ match: { path, ...more }, action });
};

const cut = (at: Extract<FaultAction, { kind: 'cut' }>['at'], how: 'reset' | 'end' = 'reset'): FaultAction => ({
  kind: 'cut',
  at,
  how,
});

const header = (name: string, value: string | undefined): FaultAction => ({
  kind: 'headers',
  edit: (headers) => {
    const rest = Object.entries(headers).filter(([key]) => key !== name);
    return Object.fromEntries(value === undefined ? rest : [...rest, [name, value]]);
  },
});

test.each<[string, FaultAction]>([
  ['cut inside a row', cut({ midRow: 70 })],
  ['cut inside a quoted value', cut({ midQuote: 70 })],
  ['cut right after a row', cut({ rowEnd: 70 })],
  ['cut in the middle and ended as if it were whole', cut({ midRow: 70 }, 'end')],
  ['cut after a row and ended as if it were whole', cut({ rowEnd: 70 }, 'end')],
  ['cut before anything has come', cut({ bytes: 0 })],
  ['compressed and cut', { kind: 'gzip-cut', bytes: 4_000, how: 'end' }],
  ['sent in pieces of a few bytes', { kind: 'drip' }],
  ['refused with a page of HTML', refusals.unavailable],
  ['refused because the session has ended', refusals.sessionExpired],
  ['dropped without a word', { kind: 'drop' }],
  ['sent without a row count', header('Sforce-NumberOfRecords', undefined)],
])('every record arrives once when a result page is %s', async (_, action) => {
  strike(/results/, action);
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test.each(['', undefined, 'NULL'])('a last page whose locator is %j is the last', async (locator) => {
  strike(/results/, header('Sforce-Locator', locator));
  expect(recordsOf(await readContacts('bulk'))).toEqual(whole);
});

test('a locator that got lost on the way is noticed, and the next read starts the window again', async () => {
  org.salesforce.bulk.maxPageRows = 40;
  strike(/results/, header('Sforce-Locator', undefined));
  const outcome = await readContacts('bulk');
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*gave 40 rows but says it has/)]);
  expect(outcome.statuses('Contact').at(-1)).toBe('INCOMPLETE');
  const next = await org.read({ streams: ['Contact'], config: { api: 'bulk' }, state: outcome.states });
  expect(recordsOf(next)).toEqual(whole);
});

test.each<[string, RegExp, FaultAction]>([
  ['a query that is cut', /queryAll/, cut({ bytes: 20_000 })],
  ['a query answered 503', /queryAll/, refusals.unavailable],
  ['a query with a session that has ended', /queryAll/, refusals.sessionExpired],
  ['a describe with a session that has ended', /composite/, refusals.sessionExpired],
  ['a describe that is cut', /composite/, cut({ bytes: 1_000 })],
  ['a login answered 503', /token/, refusals.unavailable],
])('%s is made again', async (_, path, action) => {
  strike(path, action);
  const outcome = await readContacts('rest');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test.each(['jobs/query$', 'jobs/query/750'])('a session that ends at %s costs nothing but a login', async (path) => {
  strike(new RegExp(path), refusals.sessionExpired);
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a session good for two calls only is renewed as often as it takes', async () => {
  org.salesforce.login.settings.sessionCalls = 2;
  org.salesforce.bulk.maxPageRows = 40;
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test('an object that Bulk does not know is read by REST, whatever api says', async () => {
  org.salesforce.bulk.unsupported = ['Contact'];
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('Contact is read by REST');
});

test('a query that times out is read by Bulk, whatever api says', async () => {
  const body = [{ errorCode: 'QUERY_TIMEOUT', message: 'Your query request was running for too long.' }];
  strike(/queryAll/, { kind: 'answer', status: 400, body });
  const outcome = await readContacts('rest');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('Contact is read by Bulk');
});

test('with the job quota used up, a small stream is read by REST', async () => {
  org.salesforce.bulk.dailyJobs = 0;
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a job that was aborted is made again', async () => {
  org.salesforce.bulk.outcomes.push({ state: 'Aborted' });
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a job that keeps failing ends its stream with the words of Salesforce, and the next one is read', async () => {
  org.salesforce.bulk.outcomes.push({
    object: 'Account',
    state: 'Failed',
    errorMessage: 'FailedToWriteResult: disk',
    times: 9,
  });
  const outcome = await org.read({ streams: ['Account', 'Contact'], config: { api: 'bulk' } });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Account: .*FailedToWriteResult: disk/)]);
  expect(outcome.statuses('Account').at(-1)).toBe('INCOMPLETE');
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a job that is too big is cut into halves by time', async () => {
  org.salesforce.bulk.outcomes.push({
    aboveRows: 60,
    state: 'Failed',
    errorMessage: 'QUERY_TIMEOUT: Your query request was running for too long.',
    times: 99,
  });
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(outcome.log).toContain('cut in halves');
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a used-up allocation ends the whole sync, with what was read kept', async () => {
  org.salesforce.limits.dailyApiRequests.max = 8;
  const outcome = await org.read({ config: { api: 'bulk', api_usage_limit_percent: 100 } });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error \w+: .*(daily API calls|allocation)/)]);
  expect(outcome.statuses('Task')).toEqual(['INCOMPLETE']);
});

test('the ceiling of the config stops the sync before the allocation is used up', async () => {
  org.salesforce.limits.dailyApiRequests.max = 1_000;
  org.salesforce.limits.dailyApiRequests.used = 495;
  const outcome = await org.read({ config: { api: 'bulk', api_usage_limit_percent: 50 } });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringContaining('api_usage_limit_percent: 50')]);
  expect(org.salesforce.limits.dailyApiRequests.used).toBeLessThanOrEqual(510);
});

test('a login that is rejected is tried once and says what to do', async () => {
  org.salesforce.counts.reset();
  const credentials = { ...(org.config['credentials'] as object), refresh_token: 'gone-for-good' };
  const outcome = await org.read({ config: { credentials } });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^config_error : .*Authenticate again/)]);
  expect(org.salesforce.counts.of('token')).toBe(1);
});
