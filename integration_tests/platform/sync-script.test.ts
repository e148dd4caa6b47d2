import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { lineFaults } from '../protocol/lines.ts';
import { startWorld, type World } from './world.ts';
import { root } from '../fixtures/root.ts';

// docs/sync.sh, for those who have no Airbyte.

const SCRIPT = path.join(root, 'docs/sync.sh');
const needsFlock = existsSync('/usr/bin/flock') || existsSync('/bin/flock');
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Set {
  readonly world: World;
  readonly folder: string;
  readonly file: (name: string) => string;
  readonly read: (name: string) => unknown;
}

const setUp = async (contacts: number): Promise<Set> => {
  const world = await startWorld({ contacts });
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-script-'));
  const file = (name: string) => path.join(folder, name);
  closing.push(world.close, () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(file('source.json'), JSON.stringify(world.connection.source));
  writeFileSync(file('destination.json'), JSON.stringify(world.connection.destination));
  return { world, folder, file, read: (name) => JSON.parse(readFileSync(file(name), 'utf8')) as unknown };
};

const emptyFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-script-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A group of its own, so that a test can kill all of it. */
const start = (folder: string): ChildProcess => spawn(SCRIPT, [folder], { detached: true });

interface Outcome {
  readonly code: number | null;
  readonly said: string;
  readonly complained: string;
}

const run = (folder: string): Promise<Outcome> => outcomeOf(start(folder));

const outcomeOf = async (child: ChildProcess): Promise<Outcome> => {
  const [said, complained] = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : ''));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: (await said) ?? '', complained: (await complained) ?? '' };
};

const ledgers = (said: string): { stream: string; received: number }[] =>
  [...said.matchAll(/^ledger (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json) as { stream: string; received: number },
  );

test.runIf(needsFlock)(
  'The first run writes a catalog, the second syncs, the third has nothing left to do',
  async () => {
    const { world, folder, file } = await setUp(40);
    const first = await run(folder);
    expect(first).toMatchObject({ code: 0, complained: '' });
    expect(first.said).toMatch(/^Wrote .*catalog\.json/);
    expect(existsSync(file('states.json'))).toBe(false);

    const second = await run(folder);
    expect(second).toMatchObject({ code: 0, complained: '' });
    expect(ledgers(second.said).find(({ stream }) => stream === 'Contact')?.received).toBe(40);
    expect(await world.faults()).toEqual([]);
    expect(statSync(file('states.json')).mode & 0o077).toBe(0);
    const lines = ['source.log', 'destination.log'].flatMap((name) =>
      readFileSync(file(name), 'utf8').trim().split('\n'),
    );
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => lineFaults(line).length > 0)).toEqual([]);

    const third = await run(folder);
    expect(third).toMatchObject({ code: 0, complained: '' });
    expect(ledgers(third.said).map(({ received }) => received)).toEqual(ledgers(second.said).map(() => 0));
  },
);

test.runIf(needsFlock)('A first run that cannot log in says why once, and leaves no catalog', async () => {
  const { world, folder, file } = await setUp(10);
  const { source } = world.connection;
  const credentials = { ...(source['credentials'] as object), refresh_token: 'wrong' };
  writeFileSync(file('source.json'), JSON.stringify({ ...source, credentials }));
  const { code, said, complained } = await run(folder);
  expect({ code, said }).toEqual({ code: 1, said: '' });
  expect(complained).toContain('refresh token');
  expect(complained.trim().split('\n')).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.startsWith('catalog'))).toEqual([]);
});

test.runIf(needsFlock)(
  'Without folder or configs it says what is missing, in a line, and leaves nothing behind',
  async () => {
    const folder = emptyFolder();
    const usage = { code: 1, said: '', complained: 'usage: sync.sh FOLDER\n' };
    expect(await outcomeOf(spawn(SCRIPT, []))).toEqual(usage);
    expect(await outcomeOf(spawn(SCRIPT, [folder, folder]))).toEqual(usage);
    const nowhere = path.join(folder, 'nowhere');
    expect((await run(nowhere)).complained).toBe(`There is no folder ${nowhere}.\n`);
    const missing = await run(folder);
    expect(missing).toMatchObject({ code: 1, said: '' });
    expect(missing.complained).toBe(`${folder}/source.json is missing: put the config of the connector there.\n`);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('A checkout without packages, or with a Node that is too old, is told what to do', async () => {
  const checkout = emptyFolder();
  cpSync(path.dirname(SCRIPT), path.join(checkout, 'docs'), { recursive: true });
  const runThere = () => outcomeOf(spawn(path.join(checkout, 'docs', 'sync.sh'), [checkout]));
  expect(await runThere()).toEqual({
    code: 1,
    said: '',
    complained: `The packages are missing: run npm ci in ${checkout}.\n`,
  });
  mkdirSync(path.join(checkout, 'node_modules', '.bin'), { recursive: true });
  writeFileSync(path.join(checkout, 'node_modules', '.package-lock.json'), '{}');
  const old = '#!/bin/sh\nif [ "$1" = --version ]; then echo v18.20.0; else exit 1; fi\n';
  writeFileSync(path.join(checkout, 'node_modules', '.bin', 'node'), old, { mode: 0o755 });
  const { code, complained } = await runThere();
  expect(code).toBe(1);
  expect(complained).toMatch(/^Node 22\.19 or newer is needed\..* v18\.20\.0\.\n$/);
});

test.runIf(needsFlock)('A failure of either connector fails the run and leaves the states as they were', async () => {
  const { world, folder, file, read } = await setUp(30);
  await run(folder);
  await run(folder);
  const states = read('states.json');
  const { source, destination } = world.connection;
  for (const [config, spoilt] of [
    ['source.json', { ...source, credentials: { ...(source['credentials'] as object), refresh_token: 'wrong' } }],
    ['destination.json', { ...destination, api_key: 'wrong' }],
  ] as const) {
    const good = readFileSync(file(config), 'utf8');
    writeFileSync(file(config), JSON.stringify(spoilt));
    const { code, complained } = await run(folder);
    expect(code).toBe(1);
    expect(complained).toMatch(config === 'source.json' ? /source ended with 1/ : /destination with 1/);
    expect(read('states.json')).toEqual(states);
    writeFileSync(file(config), good);
  }
  expect((await run(folder)).code).toBe(0);
});

test.runIf(needsFlock)(
  'A run that is killed has lost nothing: the next one goes on from what was acknowledged',
  async () => {
    const { world, folder, file, read } = await setUp(120);
    await run(folder);
    writeFileSync(
      file('destination.json'),
      JSON.stringify({ ...world.connection.destination, requests_per_second: 10 }),
    );
    const child = start(folder);
    const acknowledged = () =>
      existsSync(file('destination.jsonl')) &&
      /"STATE".*"name":"Campaign".*"cursor":/.test(readFileSync(file('destination.jsonl'), 'utf8'));
    while (!acknowledged()) await sleep(20);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'close');
    // A line may be cut off by the kill.
    appendFileSync(file('destination.jsonl'), '{"type":"STATE","state":{"ty');
    expect(existsSync(file('states.json'))).toBe(false);

    writeFileSync(file('destination.json'), JSON.stringify(world.connection.destination));
    const { code, said } = await run(folder);
    expect(code).toBe(0);
    expect(ledgers(said).find(({ stream }) => stream === 'Campaign')?.received).toBe(0);
    expect(ledgers(said).find(({ stream }) => stream === 'Contact')?.received).toBe(120);
    expect(await world.faults()).toEqual([]);
    expect(read('states.json')).toHaveLength(ledgers(said).length);
  },
);

test.runIf(needsFlock)('Two runs never meet in one folder', async () => {
  const { folder, file } = await setUp(10);
  const holder = spawn('sh', ['-c', 'exec 9> lock; flock 9; echo held; cat'], { cwd: folder });
  await once(holder.stdout, 'data');
  expect(await run(folder)).toMatchObject({ code: 75 });
  holder.stdin.end();
  await once(holder, 'close');
  expect(await run(folder)).toMatchObject({ code: 0 });
  expect(existsSync(file('catalog.json'))).toBe(true);
});

test.runIf(needsFlock)('A refresh token that Salesforce rotates is kept, so that the next run can log in', async () => {
  const { world, folder, read } = await setUp(10);
  world.salesforce.login.settings.rotatesRefreshTokens = true;
  for (const _ of ['discover', 'sync', 'sync']) {
    const before = read('source.json');
    expect(await run(folder)).toMatchObject({ code: 0, complained: '' });
    expect(read('source.json')).not.toEqual(before);
    expect(read('source.json')).toMatchObject({ credentials: { refresh_token: world.salesforce.login.refreshToken } });
  }
});
