import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import type { Log } from '../../airbyte/connector.ts';
import { SalesforceFailure } from './failures.ts';
import type { FailureKind } from './failure-table.ts';
import { createSession } from './session.ts';
import type { Token } from './session.ts';

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };
const failure = (kind: FailureKind): SalesforceFailure => new SalesforceFailure(kind, 'refused');

const setUp = (login?: (count: number) => Partial<Token>) => {
  const seen = { logins: [] as (string | undefined)[], rotated: [] as string[], waits: [] as number[] };
  const session = createSession({
    async login(refreshToken) {
      seen.logins.push(refreshToken);
      await Promise.resolve();
      const count = seen.logins.length;
      const extra = login?.(count) ?? {};
      return {
        accessToken: `t${count}`,
        instanceUrl: 'https://acme',
        idUrl: undefined,
        refreshToken: undefined,
        ...extra,
      };
    },
    rotated: (token) => seen.rotated.push(token),
    log: silent,
    sleep: async (ms) => {
      await Promise.resolve();
      seen.waits.push(ms);
    },
  });
  return { session, seen };
};

test('many requests share one login', async () => {
  const { session, seen } = setUp();
  const tokens = await Promise.all([1, 2, 3].map(() => session.call('ask', async ({ accessToken }) => accessToken)));
  expect(tokens).toEqual(['t1', 't1', 't1']);
  expect(seen.logins).toHaveLength(1);
});

test('many requests that find the token dead share one refresh', async () => {
  const { session, seen } = setUp();
  const tokens = await Promise.all(
    [1, 2, 3].map(() =>
      session.call('ask', async ({ accessToken }) => {
        await Promise.resolve();
        if (accessToken === 't1') throw failure('refresh');
        return accessToken;
      }),
    ),
  );
  expect(tokens).toEqual(['t2', 't2', 't2']);
  expect(seen.logins).toHaveLength(2);
});

test('one request refreshes at most twice', async () => {
  const { session, seen } = setUp();
  const call = session.call('ask', () => Promise.reject(failure('refresh')));
  await expect(call).rejects.toMatchObject({ kind: 'refresh' });
  expect(seen.logins).toHaveLength(3);
});

test('a rejected login is tried once, whoever asks', async () => {
  const { session, seen } = setUp(() => {
    throw failure('config');
  });
  for (const what of ['ask', 'ask again']) {
    await expect(session.call(what, async () => 1)).rejects.toBeInstanceOf(ConfigError);
  }
  expect(seen.logins).toHaveLength(1);
});

test('trouble while logging in is tried again', async () => {
  const { session, seen } = setUp((count) => {
    if (count < 3) throw failure('retry');
    return {};
  });
  expect(await session.call('ask', async ({ accessToken }) => accessToken)).toBe('t3');
  expect(seen.waits).toHaveLength(2);
});

test('a rotated refresh token is handed on at once and used for the next login', async () => {
  const { session, seen } = setUp((count) => ({ refreshToken: `rt${count}` }));
  await session.call('ask', async ({ accessToken }) => {
    if (accessToken === 't1') throw failure('refresh');
    return accessToken;
  });
  expect(seen.rotated).toEqual(['rt1', 'rt2']);
  expect(seen.logins).toEqual([undefined, 'rt1']);
});

test('a request that keeps failing for a temporary reason ends as a transient error', async () => {
  const { session, seen } = setUp();
  const call = session.call('ask', () => Promise.reject(failure('retry')));
  await expect(call).rejects.toMatchObject({ kind: 'transient', message: 'Could not ask in 8 attempts. refused' });
  expect(seen.waits).toHaveLength(7);
});

test("the server's advice decides how long to wait", async () => {
  const { session, seen } = setUp();
  let tries = 0;
  await session.call('ask', async () => {
    tries += 1;
    if (tries === 1) throw new SalesforceFailure('retry', 'busy', { retryAfterMs: 7_000 });
  });
  expect(seen.waits).toEqual([7_000]);
});

test.each(['config', 'stop_sync', 'drop_field', 'restart_window', 'bug'] as const)(
  'a failure of kind %s is thrown as it came',
  async (kind) => {
    const { session, seen } = setUp();
    await expect(session.call('ask', () => Promise.reject(failure(kind)))).rejects.toMatchObject({ kind });
    expect(seen.waits).toEqual([]);
  },
);
