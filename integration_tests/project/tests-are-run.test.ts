import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../fixtures/root.ts';
import { repositoryFiles } from './repository-files.ts';

test('Vitest runs every test file of the repository, each in one project', () => {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitest, 'list', '--filesOnly', '--json'], { cwd: root, encoding: 'utf8' });
  const listed = JSON.parse(run.stdout) as readonly { readonly file: string; readonly projectName: string }[];
  const written = repositoryFiles().filter((file) => /\.(?:test|spec)\.[cm]?[jt]sx?$/.test(file));
  expect(written.length).toBeGreaterThan(100);
  expect(listed.map(({ file }) => path.relative(root, file)).toSorted()).toEqual(written.toSorted());
});
