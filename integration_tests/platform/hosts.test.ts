import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { otherUser } from '../project/other-user.ts';
import type { SyncReport } from './sync-report.ts';
import { runCheck } from './commands.ts';
import type { Host, Side } from './connector-host.ts';
import { configureCatalog, destinationCatalog } from './messages.ts';
import { lineFaults } from '../protocol/lines.ts';
import { faultAnswers } from '../simulators/ortto/faults.ts';
import { expectClean, startWorld, type World } from './world.ts';
import { root } from '../fixtures/root.ts';

// What the hosts of connectors do to them, between the two embedded servers.

const user = otherUser(path.join(root, 'source-salesforce-cdp/main.ts'));

const recordsOf = ({ streams }: SyncReport): number =>
  [...streams.values()].reduce((sum, { records }) => sum + records, 0);

const committedOf = ({ streams }: SyncReport): number =>
  [...streams.values()].reduce((sum, { committed }) => sum + committed, 0);

let calm: World;
let calmRecords: number;
let calmStates: unknown;
beforeAll(async () => {
  calm = await startWorld();
  const report = await calm.sync();
  expectClean(report);
  calmRecords = recordsOf(report);
  calmStates = statesOf(calm);
});
afterAll(() => calm.close());

const inWorld = async (options: { readonly host?: Host }, act: (world: World) => Promise<void>): Promise<void> => {
  const world = await startWorld(options);
  try {
    await act(world);
  } finally {
    await world.close();
  }
};

const expectCalm = async (world: World): Promise<void> => {
  expect(await world.faults()).toEqual([]);
  expect(world.ortto.cdp.snapshot()).toEqual(calm.ortto.cdp.snapshot());
};

/** States by stream, less their instants: each world has a clock of its own, which keeps running during a sync. */
const statesOf = ({ saved }: World): unknown =>
  Object.fromEntries(
    saved
      .states()
      .map(({ stream }) => [
        stream.stream_descriptor.name,
        JSON.parse(JSON.stringify(stream), (key, value: unknown) =>
          key === 'cursor' || key === 'covered' ? typeof value : value,
        ) as unknown,
      ]),
  );

/** Has a host check, discover and sync as in the calm world. Resolves with how many records a second sync moves. */
const recordsAfterCalm = async (host: Host): Promise<number> => {
  const world = await startWorld({ host });
  try {
    expect(world.connection.discovered).toEqual(calm.connection.discovered);
    for (const side of ['source', 'destination'] as const) {
      expect(await runCheck(world.connection, side)).toMatchObject({ status: 'SUCCEEDED' });
    }
    const first = await world.sync();
    expectClean(first);
    expect(recordsOf(first)).toBe(calmRecords);
    await expectCalm(world);
    expect(statesOf(world)).toEqual(calmStates);
    const second = await world.sync();
    expectClean(second);
    return recordsOf(second);
  } finally {
    await world.close();
  }
};

const HOMELESS = { HOME: undefined, USER: undefined, LOGNAME: undefined };

test.each<[string, Host]>([
  [
    'without WORKER_JOB_ID, as from a command line,',
    { env: { WORKER_JOB_ID: undefined, WORKER_JOB_ATTEMPT: undefined } },
  ],
  ['that gives the destination what it reads out of a cache', { hasCache: true }],
  ['with no HOME and with files that are only to be read', { env: HOMELESS }],
])('A host %s gets the same answers, the same CDP and the same states', async (_, host) => {
  expect(await recordsAfterCalm(host)).toBe(0);
});

// It takes root to become somebody else, and a checkout that others may read: where a run has not both, its report says
// that this was skipped.
test.skipIf(user === undefined)(
  'A host with uid 1000, no HOME and files that it can only read gets the same answers, the same CDP and the same states',
  async () => {
    expect(await recordsAfterCalm({ user, env: HOMELESS })).toBe(0);
  },
);

test.each<[string, Side[], number]>([
  ['the source', ['source'], 40],
  ['the destination', ['destination'], 160],
  ['both connectors', ['source', 'destination'], 120],
])(
  '%s: SIGTERM in the middle of a sync ends with 143, and the next sync completes what was left',
  async (_, sides, after) => {
    await inWorld({}, async (world) => {
      let stop: () => void = () => undefined;
      const report = await world.sync({
        onStart: (children) => {
          stop = () => {
            for (const side of sides) children[side].kill('SIGTERM');
          };
        },
        onRecord: (_stream, passed) => {
          if (passed === after) stop();
        },
      });
      for (const side of sides) expect(report.exits[side]).toBe(143);
      expect(report.failures).toEqual([]);
      expect(report.complaints).toEqual([]);
      expect(report.strayLines).toEqual([]);
      expect(committedOf(report)).toBeLessThan(calmRecords);
      expectClean(await world.sync());
      await expectCalm(world);
    });
  },
);

test('A destination that stops early says why, the source is stopped, and the next sync completes what it left', async () => {
  await inWorld({}, async (world) => {
    world.ortto.faults.add({ path: '/person/merge', after: 2, times: 1_000, answer: faultAnswers.unauthorized });
    const report = await world.sync();
    expect(report.exits.destination).toBe(1);
    expect([0, 143]).toContain(report.exits.source);
    expect(report.failures.map(({ failure_type }) => failure_type)).toEqual(['config_error']);
    expect(report.complaints).toEqual([]);
    world.ortto.faults.clear();
    expectClean(await world.sync());
    await expectCalm(world);
  });
});

test('A source whose output nobody reads any more ends quietly', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipe-'));
  const file = (name: string, content: unknown): string => {
    writeFileSync(path.join(folder, name), JSON.stringify(content));
    return path.join(folder, name);
  };
  const { connection } = calm;
  const catalog = configureCatalog(connection.discovered, connection.choices);
  const naming = { prefix: '', namespace: undefined };
  const command = (connector: string, verb: string, config: unknown, given: unknown): string =>
    `'${process.execPath}' '${path.join(root, connector, 'main.ts')}' ${verb} ` +
    `--config '${file(`${connector}.json`, config)}' --catalog '${file(`${connector}.txt`, given)}'`;
  const read = command('source-salesforce-cdp', 'read', connection.source, catalog);
  const config = { ...connection.destination, api_key: 'not-the-key' };
  const write = command('destination-ortto-cdp', 'write', config, destinationCatalog(catalog, naming));
  const said = path.join(folder, 'said');
  try {
    const shell = spawn('/bin/sh', ['-c', `{ ${read} 2>'${said}'; echo $? >>'${said}'; } | ${write}`]);
    let stdout = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const [exit] = (await once(shell, 'close')) as [number | null];
    expect(exit).toBe(1);
    expect(readFileSync(said, 'utf8')).toBe('141\n');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.flatMap(lineFaults)).toEqual([]);
    expect(lines.filter((line) => line.includes('config_error'))).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('A Clear forgets the states and changes nothing in Ortto, as the destination says; the next sync reads all again', async () => {
  await inWorld({}, async (world) => {
    expectClean(await world.sync());
    const before = world.ortto.cdp.snapshot();
    const states = () => JSON.parse(readFileSync(world.connection.stateFile, 'utf8')) as unknown[];
    expect(states()).toHaveLength(world.connection.choices.size);

    const cleared = await world.clear();
    expectClean(cleared);
    expect(states()).toEqual([]);
    expect(world.ortto.cdp.snapshot()).toEqual(before);
    const words = cleared.logs.map(({ message }) => message).join('\n');
    expect(words).toContain('nothing in Ortto is deleted or cleared');
    for (const name of world.connection.choices.keys()) expect(words).toContain(name);

    const again = await world.sync();
    expectClean(again);
    expect(recordsOf(again)).toBe(calmRecords);
    expect(world.ortto.cdp.snapshot()).toEqual(before);
  });
});
