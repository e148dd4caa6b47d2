import { afterEach, beforeAll, expect, test } from 'vitest';
import type { AirbyteMessage, StateMessage } from '../../airbyte/protocol.ts';
import type { ConnectorProcess } from '../protocol/connector-process.ts';
import { outcomeOf } from './source-org.ts';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

const org = useSourceOrg({ contacts: 150 });
let whole: readonly string[];

beforeAll(async () => {
  whole = contactsOf(await org.read({ streams: ['Contact'], config: { api: 'bulk' } }));
});
afterEach(() => org.salesforce.counts.reset());

const contactsOf = ({ records }: Outcome): readonly string[] => (records.get('Contact') ?? []).toSorted();

const isState = (message: AirbyteMessage): message is StateMessage => message.type === 'STATE';

/** What a run had said up to and with its nth state, as a platform knows it that has acknowledged this state. */
const upToState = (messages: readonly AirbyteMessage[], nth: number): Outcome => {
  const at = messages.indexOf(
    messages.filter(isState)[nth] ?? messages[0] ?? { type: 'LOG', log: { level: 'INFO', message: '' } },
  );
  return outcomeOf(null, messages.slice(0, at + 1), '');
};

/** Waits for what the source is about to bring about. */
const until = async ({ child, stdout }: ConnectorProcess, holds: () => boolean): Promise<void> => {
  while (!holds()) {
    if (child.exitCode !== null) throw new Error(`The source has ended too early: ${stdout()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
};

/** Kills the source while result page or query page number `pages` is on its way. */
const killedAt = async (api: string, path: RegExp, pages: number): Promise<readonly AirbyteMessage[]> => {
  org.salesforce.faults.push({ match: { path, after: pages }, action: { kind: 'delay', ms: 60_000 } });
  const source = await org.start({ streams: ['Contact'], config: { api } });
  await until(source, () => org.salesforce.counts.of('jobResults') + org.salesforce.counts.of('queryMore') > pages);
  source.child.kill('SIGKILL');
  await source.ended;
  org.salesforce.faults.splice(0);
  return source.messages;
};

test.each([0, 1, 3])(
  'killed while result page %d is on its way, the next read fetches what is missing',
  async (pages) => {
    org.salesforce.bulk.maxPageRows = 40;
    const messages = await killedAt('bulk', /results/, pages);
    const last = messages.filter(isState).length - 1;
    const before = upToState(messages, last);
    org.salesforce.counts.reset();
    const after = await org.read({ streams: ['Contact'], config: { api: 'bulk' }, state: before.states });
    expect(after.errors).toEqual([]);
    expect([...contactsOf(before), ...contactsOf(after)].toSorted()).toEqual(whole);
    // One job for the window that follows; the one of the killed read is used to its end.
    expect(org.salesforce.counts.of('jobCreate')).toBe(1);
  },
);

test('an acknowledged state that is older than the last one loses nothing either', async () => {
  org.salesforce.bulk.maxPageRows = 40;
  const { messages } = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  const states = messages.filter(isState).length;
  expect(states).toBeGreaterThan(3);
  for (const nth of [0, 1, 2]) {
    const before = upToState(messages, nth);
    const after = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: before.states });
    expect([...contactsOf(before), ...contactsOf(after)].toSorted()).toEqual(whole);
  }
});

test('a job that is gone when the next read wants it is created again', async () => {
  org.salesforce.bulk.maxPageRows = 40;
  const { messages } = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  const before = upToState(messages, 1);
  const body = [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }];
  org.salesforce.faults.push({ match: { path: /jobs\/query\/750/ }, action: { kind: 'answer', status: 404, body } });
  const after = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: before.states });
  expect(after.errors).toEqual([]);
  expect(new Set([...contactsOf(before), ...contactsOf(after)])).toEqual(new Set(whole));
  expect(contactsOf(after)).toEqual(whole);
});

test('a read by REST resumes after the last page that a state knows of', async () => {
  org.salesforce.rest.pageRows = 'random';
  const { messages } = await org.readHere({ streams: ['Contact'], config: { api: 'rest' } });
  const states = messages.filter(isState).length;
  const before = upToState(messages, Math.floor(states / 2) - 1);
  const after = await org.readHere({ streams: ['Contact'], config: { api: 'rest' }, state: before.states });
  expect([...contactsOf(before), ...contactsOf(after)].toSorted()).toEqual(whole);
});

test('a query that Salesforce has closed is asked again after the last row', async () => {
  org.salesforce.rest.pageRows = 'random';
  org.salesforce.faults.push({
    match: { path: /\/query\//, after: 1 },
    action: { kind: 'do', run: () => org.salesforce.rest.expireCursors() },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'rest' } });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
});

test('on SIGTERM the jobs that no state names are aborted, and the one that is named is kept', async () => {
  org.salesforce.bulk.runningMs = 60_000;
  const source = await org.start({ config: { api: 'bulk' } });
  await source.message(isState);
  await until(source, () => org.salesforce.runningJobs() >= 5);
  source.child.kill('SIGTERM');
  expect(await source.ended).toBe(143);
  expect(org.salesforce.runningJobs()).toBe(1);
  const outcome = outcomeOf(143, source.messages, '');
  expect(outcome.errors).toEqual([]);
  expect(outcome.statuses('Account').at(-1)).toBe('INCOMPLETE');
  expect(outcome.statuses('Task').at(-1)).toBe('INCOMPLETE');
});

test('never more than five jobs run at once', async () => {
  org.salesforce.bulk.runningMs = 100;
  const before = org.salesforce.runningJobs();
  let most = 0;
  org.salesforce.faults.push({
    match: { path: /jobs\/query/, times: 1_000 },
    action: { kind: 'do', run: () => (most = Math.max(most, org.salesforce.runningJobs() - before)) },
  });
  const outcome = await org.read({ config: { api: 'bulk' } });
  expect(outcome.exitCode).toBe(0);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(5);
});
