// No container engine is needed: the Dockerfile's own steps are carried out, each stage in a folder. Longer than most, since
// the stages take half a minute to build, and all tests of an image look at the same ones.
import { execSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runConnector } from '../protocol/connector-process.ts';
import { otherUser } from './other-user.ts';
import { lineFaults } from '../protocol/lines.ts';
import { expectClean, startWorld } from '../platform/world.ts';
import { root } from '../fixtures/root.ts';
import { useFolder } from '../fixtures/use-folder.ts';

const targets = ['source-salesforce-cdp', 'destination-ortto-cdp'] as const;

interface Stage {
  readonly from: string;
  /** As [instruction, rest], in order. */
  readonly instructions: readonly (readonly [string, string])[];
}

const stages = new Map<string, Stage>(
  readFileSync(path.join(root, 'Dockerfile'), 'utf8')
    .replaceAll('\\\n', '')
    .split(/^FROM /m)
    .slice(1)
    .map((text) => {
      const [head = '', ...lines] = text.split('\n');
      const [from = '', name = ''] = head.split(' AS ');
      const instructions = lines
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
      return [name, { from, instructions }];
    }),
);

/** What a stage says, the stages it stands on included. */
const instructionsOf = (name: string): readonly (readonly [string, string])[] => {
  const stage = stages.get(name);
  return stage === undefined ? [] : [...instructionsOf(stage.from), ...stage.instructions];
};
const values = (target: string, instruction: string, pattern: RegExp): string[] =>
  instructionsOf(target)
    .filter(([name]) => name === instruction)
    .flatMap(([, rest]) => pattern.exec(rest)?.[1] ?? []);
const value = (target: string, instruction: string, pattern: RegExp): string =>
  values(target, instruction, pattern).at(-1) ?? '';
const workdir = value('base', 'WORKDIR', /(.*)/);

const inFolder = useFolder('image');

const ignore = readFileSync(path.join(root, '.dockerignore'), 'utf8').trimEnd().split('\n');
/** What .dockerignore takes out wherever it is: names, or ends of names after a star. */
const ignored = ignore.flatMap((line) => (line.startsWith('**/') ? [line.slice(3)] : []));
const isIgnored = (file: string): boolean =>
  ignored.some((name) => (name.startsWith('*') ? file.endsWith(name.slice(1)) : path.basename(file) === name));

/** The same files in another folder, linked: nothing writes into a file of an earlier stage, and to copy them all takes long. */
const linkAll = (from: string, to: string): void => {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      mkdirSync(target);
      linkAll(source, target);
    } else linkSync(source, target);
  }
};

/** The folder that stands for a stage's working folder, made the first time it is asked for. */
const built = (name: string): string => {
  const place = inFolder(name);
  const stage = stages.get(name);
  if (stage === undefined) throw new Error(`The Dockerfile has no stage ${name}`);
  if (existsSync(place)) return place;
  mkdirSync(place);
  if (stages.has(stage.from)) linkAll(built(stage.from), place);
  for (const [instruction, rest] of stage.instructions) {
    if (instruction === 'RUN') execSync(rest, { cwd: place, stdio: 'pipe' });
    if (instruction !== 'COPY') continue;
    const [, other, words = rest] = /^--from=(\S+) (.*)$/.exec(rest) ?? [];
    const paths = words.split(' ');
    const to = paths.pop() ?? '';
    for (const from of paths) {
      const source = other === undefined ? path.join(root, from) : from.replace(workdir, built(other));
      cpSync(source, path.join(place, to.endsWith('/') ? to + path.basename(from) : to), {
        recursive: true,
        filter: (file) => other !== undefined || !isIgnored(file),
      });
    }
  }
  return place;
};

const entryOf = (target: string): string => path.join(built(target), target, 'main.ts');

beforeAll(() => {
  chmodSync(inFolder(), 0o755);
  for (const target of targets) built(target);
}, 180_000);

test.each(targets)('The image of %s answers spec, as another user and without a home', (target) => {
  const user = otherUser(entryOf(target));
  const command = value(target, 'ENV', /^AIRBYTE_ENTRYPOINT="(.*)"$/).replaceAll(workdir, built(target));
  const run = spawnSync('/bin/sh', ['-c', `${command} spec`], {
    cwd: '/',
    env: { PATH: path.dirname(process.execPath) },
    encoding: 'utf8',
    ...(user !== undefined && { uid: user, gid: user }),
  });
  expect(run.stderr).toBe('');
  expect(lineFaults(run.stdout)).toEqual([]);
  expect(JSON.parse(run.stdout)).toMatchObject({ type: 'SPEC' });
});

test.each(['rest', 'bulk'])('The images check, discover and sync by %s as the checkout does', async (api) => {
  const homes = Object.fromEntries(targets.map((target) => [target, built(target)]));
  const host = { homes, user: otherUser(entryOf(targets[0])) };
  const world = await startWorld({ contacts: 60, host, source: { api } });
  try {
    expectClean(await world.sync());
    expect(await world.faults()).toEqual([]);
    const { source, destination } = world.connection;
    for (const [target, config] of [
      [targets[0], source],
      [targets[1], destination],
    ] as const) {
      const { messages } = await runConnector(entryOf(target), ['check', '--config', world.file(config)]);
      expect(messages.map(({ type }) => type)).toContain('CONNECTION_STATUS');
      expect(JSON.stringify(messages)).toContain('SUCCEEDED');
    }
    const { messages } = await runConnector(entryOf(targets[0]), ['discover', '--config', world.file(source)]);
    expect(messages).toContainEqual({ type: 'CATALOG', catalog: world.connection.discovered });
  } finally {
    await world.close();
  }
});

test.each([
  [targets[0], ['spec-pretty']],
  [targets[0], ['airbyte-local-cli-wizard', '--help']],
  [targets[1], ['spec-pretty']],
  [targets[1], ['--version']],
])('The image of %s has what %s needs', async (target, args) => {
  const there = await runConnector(entryOf(target), args, { speaksFreely: true });
  const here = await runConnector(path.join(root, target, 'main.ts'), args, { speaksFreely: true });
  expect(there).toEqual(here);
  expect(there.exitCode).toBe(0);
});

const filesIn = (place: string): string[] =>
  readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const megabytes = (files: readonly string[]): number => files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;

test.each([
  [targets[0], 6],
  [targets[1], 5],
])(
  'The image of %s holds less than %d MB of packages, and nothing in them that only developers read',
  (target, limit) => {
    const files = filesIn(path.join(built(target), 'node_modules'));
    expect(files.filter((file) => /\.map$|\.d\.[cm]?ts$|\.md$|\.min\.js$/i.test(file) && !/licen/i.test(file))).toEqual(
      [],
    );
    expect(megabytes(files)).toBeLessThan(limit);
    expect(megabytes(files)).toBeGreaterThan(1);
  },
);

/** The files of ours that a connector can load in its image, as its files name one another; from the image's folder. */
const loadedIn = (target: string): Set<string> => {
  const loaded = new Set<string>();
  const waiting = [`${target}/main.ts`];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const code = file.endsWith('.ts') ? readFileSync(path.join(built(target), file), 'utf8') : '';
    for (const [, name = ''] of code.matchAll(/\b(?:from|import\s*\(?)\s*'(\.[^']+)'/g)) {
      waiting.push(path.join(path.dirname(file), name));
    }
  }
  return loaded;
};

const FOLDERS = {
  'source-salesforce-cdp': ['catalog', 'planning', 'reading', 'records', 'salesforce'],
  'destination-ortto-cdp': ['delivery', 'mapping', 'ortto', 'queue', 'records'],
} as const;

test.each(targets)('The image of %s has the files that its connector loads, and what goes with them', (target) => {
  const ours = filesIn(built(target))
    .map((file) => path.relative(built(target), file))
    .filter((file) => !file.startsWith('node_modules'));
  expect([...new Set(ours.map((file) => path.dirname(file)))].sort()).toEqual(
    ['.', 'airbyte', 'schemas', target, ...FOLDERS[target].map((name) => `${target}/${name}`)].sort(),
  );
  // airbyte/ and schemas/ are whole in both images.
  const loaded = new Set(targets.flatMap((other) => [...loadedIn(other)]));
  const expected = [...loaded].filter((file) => !targets.some((other) => other !== target && file.startsWith(other)));
  expect(ours.sort()).toEqual([...expected, 'LICENSE', 'THIRD-PARTY-NOTICES'].sort());
  expect(megabytes(ours.map((file) => path.join(built(target), file)))).toBeLessThan(1);
});

test('A package that loads modules nobody can foresee stops the build', () => {
  const place = inFolder('unforeseeable');
  mkdirSync(path.join(place, 'node_modules/odd'), { recursive: true });
  writeFileSync(path.join(place, 'main.ts'), "import 'odd';\n");
  writeFileSync(path.join(place, 'node_modules/odd/package.json'), '{ "main": "index.js" }');
  const slim = (code: string) => {
    writeFileSync(path.join(place, 'node_modules/odd/index.js'), code);
    cpSync(path.join(root, '.ci/slim.mjs'), path.join(place, 'slim.mjs'));
    return spawnSync(process.execPath, ['slim.mjs', 'main.ts'], { cwd: place, encoding: 'utf8' });
  };
  expect(slim("exports.load = (name) => require(name + '.js');").stderr).toContain('odd/index.js');
  expect(slim("exports.load = () => require('node:fs');")).toMatchObject({ status: 0, stderr: '' });
});

test.each(targets)('The notices of %s name every package in the image, and no other', (target) => {
  const notices = readFileSync(path.join(built(target), 'THIRD-PARTY-NOTICES'), 'utf8');
  const named = [...notices.matchAll(/^(\S+) \S+ \((.+)\)$/gm)].flatMap(([, name]) => name ?? []);
  const packages = filesIn(path.join(built(target), 'node_modules'))
    .filter((file) => /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
    .map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { name: string }).name);
  expect(named.sort()).toEqual(packages.sort());
  expect(named).toContain('faros-airbyte-cdk');
  expect(notices).toContain('faros-airbyte-cdk 0.11.26 (Apache-2.0)');
});

test('Each dependency is in one of the images', () => {
  const there = targets.flatMap((target) => readdirSync(path.join(built(target), 'node_modules')));
  for (const name of Object.keys(manifest.dependencies)) expect(there).toContain(name);
});

test.each(targets)('ENTRYPOINT and AIRBYTE_ENTRYPOINT of %s run the same command', (target) => {
  const entrypoint = JSON.parse(value(target, 'ENTRYPOINT', /(.*)/)) as string[];
  expect(entrypoint.join(' ')).toBe(value(target, 'ENV', /^AIRBYTE_ENTRYPOINT="(.*)"$/));
});

test.each(targets)('The image of %s runs as a user without rights', (target) => {
  expect(value(target, 'USER', /(.*)/)).toBe('node');
});

test('Everything the Dockerfile copies gets past .dockerignore, and nothing else does', () => {
  const allowed = ignore.filter((line) => line.startsWith('!'));
  const copied = [...stages.keys()]
    .flatMap((name) => stages.get(name)?.instructions ?? [])
    .filter(([instruction, rest]) => instruction === 'COPY' && !rest.startsWith('--from='))
    .flatMap(([, rest]) => rest.split(' ').slice(0, -1));
  expect(copied.length).toBeGreaterThan(0);
  expect(allowed.map((line) => line.slice(1)).sort()).toEqual([...new Set(copied)].sort());
});
