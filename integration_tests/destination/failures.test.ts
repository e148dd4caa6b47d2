import { expect, test } from 'vitest';
import {
  errorsOf,
  idsToSendAgain,
  ledgerOf,
  record,
  rejections,
  runWrite,
  state,
  stateIds,
} from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';
import { FIELDS, contact, contacts } from './contact-records.ts';

// What stops a sync, what does not, and which states have left by then.

const REFUSED = 'Ortto will not have it';
const ortto = useOrtto({
  apiKey: 'a-key-nobody-may-see',
  rowProblem: (fields) => (fields.get('str::last') === REFUSED ? 'not this one' : undefined),
});

test('throttled, failing and lost answers lose nothing and double nothing', async () => {
  ortto.faults.add(
    { path: '/person/merge', times: 40, chance: 0.2, answer: { status: 503 } },
    { path: '/person/merge', times: 40, chance: 0.2, cut: true },
    { path: '/person/merge', times: 40, chance: 0.2, cut: true, worked: true },
    { path: '/person/merge', times: 40, chance: 0.2, delayMs: 50 },
    { times: 2, answer: { status: 429, body: { error: { code: 'rate-limit', 'try-in-seconds': 1 } } } },
  );
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...contacts(800), state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(ortto.faults.hits).toBeGreaterThan(5);
  expect(ortto.cdp.people()).toHaveLength(800);
  const { created, merged } = ledgerOf(run, 'Contact');
  expect(Number(created) + Number(merged)).toBe(800);
  expect(stateIds(run)).toEqual([1]);
});

test.each([
  ['401', { status: 401, body: { code: 401, error: 'no' } }, /API key.*region/],
  ['403', { status: 403, body: { code: 403, error: 'no' } }, /expired/],
  ['507', { status: 507, body: { code: 507, error: 'no' } }, /contact limit/],
])('%s in the middle stops the sync; what was not written is not acknowledged', async (_, answer, sentence) => {
  ortto.faults.add({ path: '/person/merge', after: 3, times: 100, answer });
  const lines = Array.from({ length: 10 }, (__, page) => [
    ...Array.from({ length: 100 }, (___, row) => record('Contact', contact(page * 100 + row))),
    state('Contact', page),
  ]).flat();
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([{ failure_type: 'config_error', message: expect.stringMatching(sentence) }]);
  expect(stateIds(run)).toEqual([0, 1, 2]);
  expect(ortto.cdp.people()).toHaveLength(300);
});

test('a line that is not a message is a failure; only states of settled records have left', async () => {
  const lines = [...contacts(5), state('Contact', 1), ...contacts(7), '{"type":"RECORD","rec\n', state('Contact', 2)];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([{ message: expect.stringContaining('Line 14') }]);
  expect(stateIds(run)).not.toContain(2);
});

test('a record of a stream outside the catalog is a failure', async () => {
  const run = await runWrite(ortto, {
    streams: { Contact: FIELDS },
    lines: [record('Ghost', { Id: '1' }), state('Contact', 1)],
  });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)[0]?.message).toContain('Line 1');
  expect(stateIds(run)).toEqual([]);
});

test('a record without data is a rejection, named by its line', async () => {
  const run = await runWrite(ortto, {
    streams: { Contact: FIELDS },
    lines: ['{"type":"RECORD","record":{"stream":"Contact","emitted_at":1,"data":null}}\n', state('Contact', 1)],
  });
  expect(run.exitCode).toBe(0);
  expect(rejections(run)).toEqual([{ stream: 'Contact', id: 'line 1', reason: 'no_data' }]);
  expect(stateIds(run)).toEqual([1]);
});

test('a mapping of which Ortto refuses every record is a config error, and the states of those records are held', async () => {
  const run = await runWrite(ortto, {
    streams: { Contact: FIELDS },
    lines: [...contacts(1000, () => ({ LastName: REFUSED })), state('Contact', 1)],
  });
  expect([run.exitCode, stateIds(run), ortto.counts.bans]).toEqual([1, [], 0]);
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/Contact: all of the last 300.*invalid/) },
  ]);
});

test('so it is when the stream has no more than ten, with all of its states held', async () => {
  const refused = contacts(12, () => ({ LastName: REFUSED }));
  const lines = [...refused.slice(0, 5), state('Contact', 1), ...refused.slice(5), state('Contact', 2)];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect([run.exitCode, stateIds(run)]).toEqual([1, []]);
  expect(errorsOf(run)[0]?.message).toMatch(/^Contact: all of the last 12 records were refused by Ortto/);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ received: 12, unsettled: 12 });
});

test.each([
  ['nine that are refused', contacts(9, () => ({ LastName: REFUSED })), 9],
  ['twelve refused beside one that is taken', [...contacts(12, () => ({ LastName: REFUSED })), contacts(13)[12]], 12],
])('%s are rejected one by one', async (_, records, count) => {
  const lines = [...records, state('Contact', 1)].flatMap((line) => line ?? []);
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect([run.exitCode, stateIds(run)]).toEqual([0, [1]]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { invalid: count } });
});

test('what we reject ourselves never stops a sync, however much of it there is', async () => {
  const config = { people: { match_by: ['email'] } };
  const lines = [...contacts(1000, () => ({ Email: 'all wrong' })), state('Contact', 1)];
  const run = await runWrite(ortto, { config, streams: { Contact: FIELDS }, lines });
  expect([run.exitCode, stateIds(run)]).toEqual([0, [1]]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { no_match_key: 1000 } });
  expect(idsToSendAgain(run, 'rejected')).toHaveLength(1000);
});
