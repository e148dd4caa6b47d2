import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import {
  errorsOf,
  ledgerOf,
  logs,
  record,
  runCheck,
  runWrite,
  salesforceId,
  state,
  stateIds,
} from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// What the destination needs of an Ortto account: a key, room for custom fields, and calls enough.

const ortto = useOrtto({ apiKey: 'a-key-nobody-may-see', eachTest: 'restarted' });

const FIELDS = ['Id', 'Email', 'LastName', 'Score__c'];
const contact = (number: number, more: JsonObject = {}) =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `p${number}@x.test`,
    LastName: 'L',
    Score__c: 1,
    ...more,
  });

const call = async (path: string, body: JsonObject): Promise<void> => {
  await fetch(`${ortto.url}/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': ortto.apiKey },
    body: JSON.stringify(body),
  });
};

test('check connects, says how much room there is, and writes nothing', async () => {
  await call('/person/custom-field/create', { type: 'text', name: 'Ours' });
  const before = JSON.stringify(ortto.cdp.snapshot());
  const { exitCode, statuses } = await runCheck(ortto);
  expect(exitCode).toBe(0);
  expect(statuses).toMatchObject([
    { status: 'SUCCEEDED', message: expect.stringContaining('Custom fields in use: 1 for people') },
  ]);
  expect(JSON.stringify(ortto.cdp.snapshot())).toBe(before);
});

test.each([
  ['a wrong key', { api_key: 'another-key-nobody-may-see' }, /api_key.*region/],
  ['no key', { api_key: '' }, /api_key/],
  ['an address that is not Ortto', { api_url: 'http://127.0.0.1:9' }, /could not be reached/],
])('check fails for %s with a sentence that says what to change', async (_, config, sentence) => {
  const { exitCode, statuses, stdout } = await runCheck(ortto, config);
  expect(exitCode).toBe(0);
  expect(statuses).toMatchObject([{ status: 'FAILED', message: expect.stringMatching(sentence) }]);
  expect(stdout).not.toContain('nobody-may-see');
});

test.each([
  ['an expired account', { status: 403, body: { code: 403, error: 'x' } }, /expired/],
  ['a server that is not Ortto', { status: 404, body: '<html>nginx</html>' }, /region and api_url/],
  [
    'an Ortto without these calls',
    { status: 404, body: { code: 404, error: 'Unknown endpoint' } },
    /region and api_url/,
  ],
])('check fails for %s', async (_, answer, sentence) => {
  ortto.faults.add({ times: 10, answer });
  const { statuses } = await runCheck(ortto);
  expect(statuses).toMatchObject([{ status: 'FAILED', message: expect.stringMatching(sentence) }]);
});

test('custom fields whose types clash are a config error that lists all of them, and nothing is created', async () => {
  await call('/person/custom-field/create', { type: 'bool', name: 'Score' });
  await call('/person/custom-field/create', { type: 'date', name: 'Salesforce contact ID' });
  const calls = ortto.counts.requests;
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [contact(1)] });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/Salesforce contact ID[^]*Score/) },
  ]);
  expect(ortto.counts.requests - calls).toBe(3);
});

test('no room for custom fields is a config error that lists those missing', async () => {
  ortto.limits.customPersonFields = 1;
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [contact(1), state('Contact', 1)] });
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/"Score".*no room/) },
  ]);
  expect([ortto.cdp.people().length, stateIds(run)]).toEqual([0, []]);
});

test('a field whose creation lost its answer is used, not created twice', async () => {
  ortto.faults.add({ path: '/person/custom-field/create', cut: true, worked: true });
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [contact(1)] });
  expect(run.exitCode).toBe(0);
  expect(ortto.cdp.people()[0]?.fields).toMatchObject({ 'int:cm:score': 1000 });
});

test('the plan limit is kept to, with slow answers under way at once', async () => {
  // A little less than a second: how evenly a busy machine delivers is not what is tested.
  ortto.limits.rates = [{ requests: 10, ms: 900 }];
  ortto.limits.latencyMs = 150;
  const lines = Array.from({ length: 4000 }, (_, number) => contact(number));
  const run = await runWrite(ortto, {
    config: { requests_per_second: 10 },
    streams: { Contact: FIELDS },
    lines: [...lines, state('Contact', 1)],
  });
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 4000 });
  expect(ortto.counts.rateLimited).toBe(0);
});

test('a limit on concurrent merges is felt out, and everything lands', async () => {
  ortto.limits.concurrentKeyMerges = 3;
  ortto.limits.latencyMs = 20;
  const lines = Array.from({ length: 3000 }, (_, number) => contact(number));
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 3000 });
  expect(logs(run, 'ERROR')).toEqual([]);
});
