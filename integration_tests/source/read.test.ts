import { beforeAll, expect, test } from 'vitest';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

const org = useSourceOrg({ contacts: 300 });
let byRest: Outcome;

beforeAll(async () => {
  byRest = await org.read({ config: { api: 'rest' } });
});

const sorted = ({ records }: Outcome): Map<string, string[]> =>
  new Map([...records].map(([stream, lines]) => [stream, lines.toSorted()]));

test('a read by REST gives every row of every object, deleted and archived ones too', async () => {
  expect(byRest.errors).toEqual([]);
  expect(byRest.exitCode).toBe(0);
  for (const { name } of await org.streams()) {
    expect([name, byRest.records.get(name)?.length]).toEqual([name, org.salesforce.org.count(name)]);
  }
});

test('streams are read in our order, each with its statuses and a state that counts its records', async () => {
  const names = (await org.streams()).map(({ name }) => name);
  const started = byRest.messages.flatMap((message) =>
    message.type === 'TRACE' &&
    message.trace.type === 'STREAM_STATUS' &&
    message.trace.stream_status.status === 'STARTED'
      ? [message.trace.stream_status.stream_descriptor.name]
      : [],
  );
  expect(started).toEqual(names);
  for (const name of names) {
    expect(byRest.statuses(name)).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    const counted = byRest.messages.flatMap((message) =>
      message.type === 'STATE' && message.state.stream.stream_descriptor.name === name
        ? [message.state.sourceStats?.recordCount ?? Number.NaN]
        : [],
    );
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(byRest.records.get(name)?.length);
  }
});

test('a read by Bulk gives the same records, byte for byte', async () => {
  const byBulk = await org.read({ config: { api: 'bulk' } });
  expect(byBulk.errors).toEqual([]);
  expect(byBulk.exitCode).toBe(0);
  expect(sorted(byBulk)).toEqual(sorted(byRest));
  expect(org.salesforce.counts.of('jobCreate')).toBeGreaterThanOrEqual((await org.streams()).length);
});

test('a read by Bulk in many result pages gives the same records, byte for byte', async () => {
  const { bulk } = org.salesforce;
  const before = bulk.maxPageRows;
  bulk.maxPageRows = 37;
  try {
    expect(sorted(await org.read({ config: { api: 'bulk' } }))).toEqual(sorted(byRest));
  } finally {
    bulk.maxPageRows = before;
  }
});

test('pages of any size make no difference to a read by REST', async () => {
  org.salesforce.rest.pageRows = 'random';
  try {
    expect(sorted(await org.read({ config: { api: 'rest' } }))).toEqual(sorted(byRest));
  } finally {
    org.salesforce.rest.pageRows = 'asked';
  }
});

test('small streams are read with one call each', async () => {
  org.salesforce.counts.reset();
  await org.read({ streams: ['Account', 'Lead', 'Contact'] });
  expect(org.salesforce.counts.of('query')).toBe(3);
  expect(org.salesforce.counts.of('jobCreate')).toBe(0);
});

test('a full refresh asked twice gives everything twice', async () => {
  const first = await org.read({ mode: 'full_refresh', streams: ['Campaign'] });
  const second = await org.read({ mode: 'full_refresh', streams: ['Campaign'], state: first.states });
  expect(first.records).toEqual(second.records);
  expect(second.records.get('Campaign')?.length).toBe(org.salesforce.org.count('Campaign'));
});

test('a stream that is not there costs only itself', async () => {
  const outcome = await org.read({
    streams: ['Account', 'Campaign'],
    edit: (stream) => (stream.name === 'Account' ? { ...stream, name: 'No_Such_Object__c' } : stream),
  });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^config_error No_Such_Object__c: .*does not exist/)]);
  expect(outcome.statuses('No_Such_Object__c').at(-1)).toBe('INCOMPLETE');
  expect(outcome.statuses('Campaign').at(-1)).toBe('COMPLETE');
});

test('nothing secret in the config is ever logged', async () => {
  const { clientSecret, refreshToken } = org.salesforce.login;
  expect(byRest.stdout).not.toContain(clientSecret);
  expect(byRest.stdout).not.toContain(refreshToken);
});
