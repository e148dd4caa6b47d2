import { beforeAll, expect, test } from 'vitest';
import { refusals } from '../simulators/salesforce/faults.ts';
import type { FaultAction } from '../simulators/salesforce/faults.ts';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

const org = useSourceOrg({ contacts: 150 });
let whole: readonly string[];

const recordsOf = ({ records }: Outcome): readonly string[] => (records.get('Contact') ?? []).toSorted();

beforeAll(async () => {
  whole = recordsOf(await org.read({ streams: ['Contact'], config: { api: 'bulk' } }));
});

const readContacts = (api: string): Promise<Outcome> => org.read({ streams: ['Contact'], config: { api } });
/** In the test's own process, for what no process makes different. */
const readContactsHere = (api: string): Promise<Outcome> => org.readHere({ streams: ['Contact'], config: { api } });

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

/** One after the other, on one result page or the next. */
const mishaps: readonly FaultAction[] = [
  cut({ midRow: 5 }),
  cut({ midQuote: 5 }),
  cut({ rowEnd: 5 }),
  cut({ midRow: 5 }, 'end'),
  cut({ rowEnd: 5 }, 'end'),
  cut({ bytes: 0 }),
  { kind: 'gzip-cut', bytes: 900, how: 'end' },
  { kind: 'drip' },
  refusals.unavailable,
  refusals.sessionExpired,
  { kind: 'drop' },
  header('Sforce-NumberOfRecords', undefined),
];

test('every record arrives once, whatever happens to the result pages', async () => {
  org.salesforce.bulk.maxPageRows = 10;
  const pages = Math.ceil(whole.length / 10);
  let struck = 0;
  const counted = mishaps.map((action): FaultAction[] => [{ kind: 'do', run: () => (struck += 1) }, action]);
  for (const [index, action] of counted.entries()) {
    org.salesforce.faults.push({ match: { path: /results/, after: index }, action });
  }
  org.salesforce.counts.reset();
  const outcome = await readContacts('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
  expect(struck).toBe(mishaps.length);
  // All but the drip and the missing header cost one more request.
  expect(org.salesforce.counts.of('jobResults')).toBe(pages + mishaps.length - 2);
});

test('a locator that got lost on the way is noticed, and the next read starts the window again', async () => {
  org.salesforce.bulk.maxPageRows = 40;
  strike(/results/, header('Sforce-Locator', undefined));
  const outcome = await readContacts('bulk');
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*returned 40 rows but reports/)]);
  expect(outcome.statuses('Contact').at(-1)).toBe('INCOMPLETE');
  const next = await org.read({ streams: ['Contact'], config: { api: 'bulk' }, state: outcome.states });
  expect(recordsOf(next)).toEqual(whole);
});

test('what fails temporarily is tried again, from the login to the last call', async () => {
  strike(/token/, refusals.unavailable);
  strike(/composite/, refusals.sessionExpired);
  strike(/composite/, cut({ bytes: 1_000 }));
  strike(/queryAll/, cut({ bytes: 20_000 }));
  strike(/queryAll/, refusals.unavailable);
  strike(/queryAll/, refusals.sessionExpired);
  strike(/jobs\/query$/, refusals.sessionExpired);
  strike(/jobs\/query\/750\w+$/, refusals.sessionExpired);
  org.salesforce.counts.reset();
  for (const api of ['rest', 'bulk']) {
    const outcome = await readContacts(api);
    expect(outcome.errors).toEqual([]);
    expect(recordsOf(outcome)).toEqual(whole);
  }
  expect(org.salesforce.counts.of('token')).toBe(2 + 1 + 4);
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
  const outcome = await readContactsHere('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('Reading Contact with the REST API');
});

test('a query that times out is read by Bulk, whatever api says', async () => {
  const body = [{ errorCode: 'QUERY_TIMEOUT', message: 'Your query request was running for too long.' }];
  strike(/queryAll/, { kind: 'answer', status: 400, body });
  const outcome = await readContactsHere('rest');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('Reading Contact with the Bulk API');
});

test('with the job quota used up, a small stream is read by REST', async () => {
  org.salesforce.bulk.dailyJobs = 0;
  const outcome = await readContactsHere('bulk');
  expect(outcome.errors).toEqual([]);
  expect(recordsOf(outcome)).toEqual(whole);
});

test('a job that was aborted is created again', async () => {
  org.salesforce.bulk.outcomes.push({ state: 'Aborted' });
  const outcome = await readContactsHere('bulk');
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

test('a job that is too large is split in two by time', async () => {
  org.salesforce.bulk.outcomes.push({
    aboveRows: 60,
    state: 'Failed',
    errorMessage: 'QUERY_TIMEOUT: Your query request was running for too long.',
    times: 99,
  });
  const outcome = await readContactsHere('bulk');
  expect(outcome.errors).toEqual([]);
  expect(outcome.log).toContain('in two');
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
