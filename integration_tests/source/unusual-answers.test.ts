import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { StateMessage } from '../../airbyte/protocol.ts';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';
import { MINUTES, contactsOf } from './contacts-read.ts';

// Answers that are rare, strange or hostile. Where no process is needed, reads run in this one.

const org = useSourceOrg({ contacts: 40 });
let whole: readonly string[];

const statesOf = ({ messages }: Outcome): StateMessage[] => messages.filter((message) => message.type === 'STATE');

beforeAll(async () => {
  whole = contactsOf(await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } }));
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass, by leaps, whenever a job is asked after. */
const leapAtPolls = (leaps: readonly number[]): void => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const left = [...leaps];
  org.salesforce.faults.push({
    match: { path: /jobs\/query\/750\w+$/, method: 'GET', times: leaps.length },
    action: { kind: 'do', run: () => vi.setSystemTime(Date.now() + (left.shift() ?? 0)) },
  });
};

test('a job that makes no progress is waited for with signs of life, aborted after two hours, and created again by the next read', async () => {
  org.salesforce.bulk.outcomes.push({ state: 'Stuck' });
  leapAtPolls([0, 4 * MINUTES, 4 * MINUTES, 119 * MINUTES]);
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*made no progress for two hours/)]);
  expect(outcome.statuses('Contact').at(-1)).toBe('INCOMPLETE');
  expect(outcome.log.match(/Waiting for Bulk job \w+: 0 rows so far/g)).toHaveLength(2);
  // After the one before any record, the state that names the job, and twice again after more than three minutes of silence.
  expect(
    statesOf(outcome)
      .slice(1)
      .map(({ state }) => [state.stream.stream_state, state.sourceStats]),
  ).toEqual(
    Array.from({ length: 3 }, () => [
      expect.objectContaining({ job: { id: expect.any(String), rows: 0 } }),
      { recordCount: 0 },
    ]),
  );
  expect(org.salesforce.runningJobs()).toBe(0);
  vi.useRealTimers();
  const next = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: outcome.states });
  expect(next.errors).toEqual([]);
  expect(contactsOf(next)).toEqual(whole);
});

test('a job that makes slow progress is waited for as long as it takes', async () => {
  leapAtPolls([119 * MINUTES, 0]);
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
});

test.each(['rest', 'bulk'])('a value that does not match its type is null, marked and logged, by %s', async (api) => {
  const lines = (await org.readHere({ streams: ['Contact'], config: { api } })).messages;
  const points = lines.flatMap((message) =>
    message.type === 'RECORD' && typeof message.record.data['Loyalty_Points__c'] === 'number'
      ? [message.record.data['Loyalty_Points__c']]
      : [],
  )[0];
  expect(points).toBeDefined();
  org.salesforce.faults.push({
    match: { path: api === 'rest' ? /queryAll/ : /results/ },
    action: {
      kind: 'body',
      edit: (body) =>
        Buffer.from(
          body
            .toString()
            .replaceAll(/"Loyalty_Points__c":[\d.]+/g, '"Loyalty_Points__c":"NaN"')
            .replaceAll(`"${points}"`, '"NaN"')
            .replaceAll(`"${points}.0"`, '"NaN"'),
        ),
    },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api } });
  expect(outcome.errors).toEqual([]);
  const marked = outcome.messages.filter((message) => message.type === 'RECORD' && message.record.meta !== undefined);
  expect(marked.length).toBeGreaterThan(0);
  expect(marked).toEqual(
    marked.map(() =>
      expect.objectContaining({
        record: expect.objectContaining({
          data: expect.objectContaining({ Loyalty_Points__c: null }),
          meta: {
            changes: [{ field: 'Loyalty_Points__c', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }],
          },
        }),
      }),
    ),
  );
  expect(outcome.log).toContain(`Contact.Loyalty_Points__c: ${marked.length} values`);
});

test('pages that go in circles come to an end', async () => {
  org.salesforce.bulk.maxPageRows = 20;
  const turn = (headers: Record<string, string>) => ({
    ...headers,
    'Sforce-Locator': again ?? headers['Sforce-Locator'] ?? '',
  });
  let again: string | undefined;
  org.salesforce.faults.push({
    match: { path: /results/, times: 1_000 },
    action: {
      kind: 'headers',
      edit: (headers) => {
        again ??= headers['Sforce-Locator'];
        return turn(headers);
      },
    },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*rows but reports/)]);
});

test('result pages cut to nothing, or at a row end without a count, are noticed', async () => {
  org.salesforce.bulk.maxPageRows = 20;
  const uncounted = {
    kind: 'headers',
    edit: (headers: Record<string, string>) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Sforce-NumberOfRecords')),
  } as const;
  org.salesforce.faults.push({
    match: { path: /results/, after: 1 },
    action: [{ kind: 'body', edit: () => Buffer.alloc(0) }, uncounted],
  });
  const mended = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(mended.errors).toEqual([]);
  expect(contactsOf(mended)).toEqual(whole);
  org.salesforce.faults.push({
    match: { path: /results/, after: 1 },
    action: [{ kind: 'cut', at: { rowEnd: 7 }, how: 'end' }, uncounted],
  });
  const short = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(short.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*rows but reports/)]);
  const next = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: short.states });
  expect(contactsOf(next)).toEqual(whole);
});

test('a page of HTML instead of an answer is asked for again', async () => {
  const html = Buffer.from('<html><body>Welcome to the hotel network</body></html>');
  for (const path of [/composite/, /queryAll/]) {
    org.salesforce.faults.push({ match: { path }, action: { kind: 'body', edit: () => html } });
  }
  const outcome = await org.readHere({ streams: ['Contact'] });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
});

test('advice to come back much later ends the stream at once', async () => {
  const answer = { kind: 'answer', status: 503, headers: { 'Retry-After': '3600' } } as const;
  org.salesforce.faults.push({ match: { path: /queryAll/ }, action: answer });
  const outcome = await org.readHere({ streams: ['Contact'] });
  expect(outcome.errors).toEqual([
    expect.stringMatching(/^transient_error Contact: Could not run a query in 1 attempt\./),
  ]);
});
