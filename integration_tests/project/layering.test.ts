import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../fixtures/root.ts';
import { useFolder } from '../fixtures/use-folder.ts';

const inFolder = useFolder('layering');

beforeAll(() => {
  cpSync(path.join(root, '.oxlintrc.json'), inFolder('.oxlintrc.json'));
  symlinkSync(path.join(root, 'node_modules'), inFolder('node_modules'));
});

const lint = (file: string, imported: string): { output: string; code: number | null } => {
  const target = inFolder(file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `import { thing } from '${imported}';\n\nexport const copy = thing;\n`);
  const run = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), [target], { cwd: inFolder(), encoding: 'utf8' });
  return { output: run.stdout + run.stderr, code: run.status };
};

test.each([
  ['the source', 'source-salesforce-cdp/a.ts', '../destination-ortto-cdp/config.ts'],
  ['the destination', 'destination-ortto-cdp/a.ts', '../source-salesforce-cdp/config.ts'],
  ['the protocol edge', 'airbyte/a.ts', '../source-salesforce-cdp/config.ts'],
  ['the schemas', 'schemas/a.ts', '../destination-ortto-cdp/config.ts'],
  ['a source file but salesforce.ts', 'source-salesforce-cdp/a.ts', 'jsforce'],
  ['a source file but bulk.ts', 'source-salesforce-cdp/a.ts', 'undici'],
  ['a destination file but ortto.ts', 'destination-ortto-cdp/a.ts', 'undici'],
  ['a connector', 'source-salesforce-cdp/a.ts', 'faros-airbyte-cdk/lib/protocol.js'],
  ['a connector', 'destination-ortto-cdp/a.ts', '../integration_tests/platform.ts'],
  ['a simulator', 'integration_tests/simulators/a.ts', '../../airbyte/protocol.ts'],
])('%s may not import what is not its own (%s, %s)', (_who, file, imported) => {
  const { output, code } = lint(file, imported);
  expect(code).toBe(1);
  expect(output).toContain('no-restricted-imports');
});

test.each([
  ['source-salesforce-cdp/salesforce.ts', 'jsforce'],
  ['source-salesforce-cdp/bulk.ts', 'undici'],
  ['destination-ortto-cdp/ortto.ts', 'undici'],
  ['source-salesforce-cdp/a.ts', '../airbyte/protocol.ts'],
  ['destination-ortto-cdp/a.ts', '../schemas/validator.ts'],
])('%s may import %s', (file, imported) => {
  expect(lint(file, imported).output).not.toContain('no-restricted-imports');
});

test('The linter sees the sources of the whole project', () => {
  const run = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), ['--type-aware'], { cwd: root, encoding: 'utf8' });
  const linted = Number(/on (\d+) files/.exec(run.stdout)?.[1]);
  const folders = '{airbyte,schemas,source-salesforce-cdp,destination-ortto-cdp,integration_tests}';
  const sources = globSync(`${folders}/**/*.ts`, { cwd: root });
  expect(sources.length).toBeGreaterThan(0);
  expect(linted).toBeGreaterThanOrEqual(sources.length);
});
