import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAYERS, TEST_PACKAGES } from '../../layers.ts';
import type { Layer } from '../../layers.ts';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../fixtures/root.ts';
import { repositoryFiles } from './repository-files.ts';

// Every layer gets a file that imports from all layers and all packages, in every form of import, and the linter has to refuse
// exactly what the table does not list.

const UNKNOWN_FOLDERS = [
  'destination-ortto-cdp/unknown',
  'destination-ortto-cdp/delivery/deeper',
  'source-salesforce-cdp/unknown',
  'source-salesforce-cdp/salesforce/deeper',
  'airbyte/deeper',
  'integration_tests/unknown',
  'unknown',
];
const PACKAGES = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.devDependencies),
  'json-schema',
  '@other/undici',
];
const FORMS = [
  (name: string, index: number) => `import { thing as a${index} } from '${name}';`,
  (name: string, index: number) => `import type { Thing as B${index} } from '${name}';`,
  (name: string, index: number) => `export { thing as c${index} } from '${name}';`,
  (name: string, index: number) => `export const d${index} = () => import('${name}');`,
];

interface Planted {
  readonly file: string;
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
}

const isFile = (place: string): boolean => path.extname(place) !== '';
const specifier = (from: string, place: string): string => {
  const folder = isFile(from) ? path.posix.dirname(from) : from;
  const relative = path.posix.relative(folder, isFile(place) ? place : path.posix.join(place, 'thing.ts'));
  return relative.startsWith('.') ? relative : `./${relative}`;
};

const planted = (file: string, places: readonly string[], packages: readonly string[]): Planted => {
  const known = new Set([...LAYERS.map((layer) => layer.path), ...places, ...UNKNOWN_FOLDERS]);
  const names = [...PACKAGES, 'left-pad'];
  const split = (areAccepted: boolean): string[] => [
    ...[...known]
      .filter((place) => place !== file && places.includes(place) === areAccepted)
      .map((place) => specifier(file, place)),
    ...names.flatMap((name) => (packages.includes(name) === areAccepted ? [name, `${name}/lib/part.js`] : [])),
  ];
  return {
    file,
    accepted: [...split(true), 'node:fs', 'node:fs/promises'],
    // The last are detours through a folder that may be imported.
    refused: [
      ...split(false),
      'fs',
      './../unknown/thing.ts',
      ...places.map((place) => `${specifier(file, place)}/../a/b.ts`),
    ],
  };
};

const plantedIn = ({ path: place, imports, packages, tests }: Layer): Planted[] => {
  if (imports === 'anything') {
    if (isFile(place)) return [];
    const all = [...LAYERS.map((layer) => specifier(place, layer.path)), ...PACKAGES, 'node:fs'];
    return [{ file: `${place}/planted.ts`, accepted: all, refused: [] }];
  }
  if (isFile(place)) return [planted(place, imports, packages)];
  return [
    planted(`${place}/planted.ts`, [place, ...imports], packages),
    planted(`${place}/planted.test.ts`, [place, ...imports, ...tests], [...packages, ...TEST_PACKAGES]),
  ];
};

const inUnknownFolder = (folder: string): Planted => ({
  file: `${folder}/planted.ts`,
  accepted: [],
  refused: ['./thing.ts', 'node:fs', 'vitest', ...LAYERS.map((layer) => specifier(folder, layer.path))],
});

const PLANTED = [...LAYERS.flatMap(plantedIn), ...UNKNOWN_FOLDERS.map(inUnknownFolder)];
const linesOf = (names: readonly string[], from = 0): string[] =>
  names.flatMap((name, index) => FORMS.map((form) => form(name, from + index)));

interface Report {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

let folder: string;
let report: Report;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'layering-'));
  for (const file of ['oxlint.config.ts', 'layers.ts', 'package.json', '.gitignore']) {
    cpSync(path.join(root, file), path.join(folder, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const { file, accepted, refused } of PLANTED) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, [...linesOf(accepted), ...linesOf(refused, accepted.length)].join('\n'));
  }
  const run = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  report = JSON.parse(run.stdout) as Report;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('The linter has seen what was planted', () => {
  expect(PLANTED.length).toBeGreaterThan(40);
  expect(report.number_of_files).toBe(PLANTED.length + 2);
});

test.each(PLANTED)('$file may import what the table lists, and nothing else', ({ file, accepted, refused }) => {
  const lines = [...linesOf(accepted), ...linesOf(refused, accepted.length)];
  const seen = report.diagnostics
    .filter(({ filename, code }) => filename === file && code === 'eslint(no-restricted-imports)')
    .map(({ labels }) => lines[(labels[0]?.span.line ?? 0) - 1] ?? '');
  expect(seen.toSorted()).toEqual(linesOf(refused, accepted.length).toSorted());
});

const importersOf = (name: string): string[] =>
  LAYERS.filter(({ imports, packages }) => packages.includes(name) || imports.includes(name)).map(
    (layer) => layer.path,
  );

test.each([
  ['jsforce', ['source-salesforce-cdp/salesforce']],
  ['undici', ['destination-ortto-cdp/ortto', 'source-salesforce-cdp/salesforce']],
  ['faros-airbyte-cdk', ['airbyte']],
  ['source-salesforce-cdp/fixtures', []],
])('The table lets %s be imported by %j only', (name, importers) => {
  expect(importersOf(name)).toEqual(importers);
});

test.each(['source-salesforce-cdp', 'destination-ortto-cdp'])(
  'The table lets no layer of %s import anything but its own connector, airbyte and schemas',
  (connector) => {
    const layers = LAYERS.filter(({ path: place }) => place.startsWith(connector));
    expect(layers.length).toBeGreaterThan(6);
    const places = layers.flatMap(({ imports, tests }) => [imports, tests].flat());
    expect(places.filter((place) => !/^(?:airbyte|schemas)$/.test(place) && !place.startsWith(connector))).toEqual([]);
  },
);

test('The table lets no two layers of what is shipped import each other', () => {
  const shipped = LAYERS.filter(({ path: place }) => !place.startsWith('integration_tests/'));
  const mutual = shipped.flatMap(({ path: place, imports }) =>
    importersOf(place).filter((importer) => imports.includes(importer)),
  );
  expect(mutual).toEqual([]);
});

test('The table has every folder with code, and no other', () => {
  const files = repositoryFiles().filter((file) => /\.[cm]?[jt]s$/.test(file));
  const folders = new Set(files.map((file) => path.posix.dirname(file)));
  const known = LAYERS.map((layer) => layer.path);
  expect(files.filter((file) => !known.includes(file) && !known.includes(path.posix.dirname(file)))).toEqual([]);
  expect(known.filter((place) => !isFile(place) && !folders.has(place))).toEqual([]);
});

test('The linter sees every source of the repository', () => {
  const run = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const sources = repositoryFiles().filter((file) => /\.[cm]?[jt]s$/.test(file));
  expect((JSON.parse(run.stdout) as Report).number_of_files).toBe(sources.length);
});
