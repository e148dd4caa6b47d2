import { expect, test } from 'vitest';
import type { Child, Side } from './connector-host.ts';
import { runCheck, runDiscover } from './commands.ts';
import { errorBody } from '../simulators/salesforce/failure.ts';
import { expectClean, startWorld, type World } from './world.ts';

// Salesforce gives a new refresh token at each login, and takes the old one no more.

const keptToken = ({ saved }: World): unknown =>
  (saved.sourceConfig()?.['credentials'] as { refresh_token?: unknown } | undefined)?.refresh_token;

test.each<[string, Side[]]>([
  ['the source', ['source']],
  ['both connectors', ['source', 'destination']],
])('A rotated token is kept at once: with %s killed right after it, later syncs log in', async (_, victims) => {
  const world = await startWorld({ contacts: 40 });
  try {
    world.salesforce.login.settings.rotatesRefreshTokens = true;
    let children: Record<Side, Child> | undefined;
    let [keptBeforeKill, recordsBefore]: [unknown, number] = [undefined, 0];
    let records = 0;
    const broken = await world.sync({
      onStart: (started) => {
        children = started;
      },
      onRecord: (_stream, passed) => {
        records = passed;
      },
      onSourceConfig: () => {
        [keptBeforeKill, recordsBefore] = [keptToken(world), records];
        for (const side of victims) children?.[side].kill('SIGKILL');
      },
    });
    expect([keptBeforeKill, recordsBefore]).toEqual([world.salesforce.login.refreshToken, 0]);
    for (const side of victims) expect(broken.exits[side]).toBeNull();
    for (const _again of ['first', 'second']) {
      const before = keptToken(world);
      expectClean(await world.sync());
      expect(keptToken(world)).not.toBe(before);
      expect(keptToken(world)).toBe(world.salesforce.login.refreshToken);
    }
    expect(await world.faults()).toEqual([]);
  } finally {
    await world.close();
  }
});

test('What a check or a discover rotates is kept too, and what the user entered otherwise stays', async () => {
  const world = await startWorld({ contacts: 20, source: { lookback_window: 'PT5M' } });
  try {
    world.salesforce.login.settings.rotatesRefreshTokens = true;
    const { connection } = world;
    expect(await runCheck(connection, 'source')).toMatchObject({ status: 'SUCCEEDED' });
    expect(keptToken(world)).toBe(world.salesforce.login.refreshToken);
    expect(await runDiscover(connection)).toEqual(connection.discovered);
    expect(world.saved.sourceConfig()).toEqual({
      ...connection.source,
      credentials: {
        ...(connection.source['credentials'] as object),
        refresh_token: world.salesforce.login.refreshToken,
      },
    });
    expectClean(await world.sync());
  } finally {
    await world.close();
  }
});

test.each<[string, NodeJS.Signals | undefined]>([
  ['that is killed', 'SIGKILL'],
  ['that is stopped', 'SIGTERM'],
  ['that Salesforce then refuses', undefined],
])('A source %s before it can read anything has handed its rotated token over', async (_, stop) => {
  const world = await startWorld({ contacts: 20 });
  try {
    const { login, faults } = world.salesforce;
    login.settings.rotatesRefreshTokens = true;
    let source: Child | undefined;
    const refusal = { kind: 'answer', status: 403, body: errorBody('API_DISABLED_FOR_ORG', 'off') } as const;
    const run = () => void (stop !== undefined && source?.kill(stop));
    faults.push({ match: { path: /services.data/ }, action: [{ kind: 'do', run }, refusal] });
    const broken = await world.sync({
      onStart: (children) => {
        source = children.source;
      },
    });
    expect(broken.succeeded).toBe(false);
    expect(keptToken(world)).toBe(login.refreshToken);
    faults.splice(0);
    expectClean(await world.sync());
  } finally {
    await world.close();
  }
});
