import { execSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

// No container engine is needed: the Dockerfile's own steps are carried out in an empty folder.

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
const targets = ['source-salesforce-cdp', 'destination-ortto-cdp'] as const;

/** The instructions of a stage as [instruction, rest] in order. */
const stage = (name: string): [string, string][] => {
  const body = dockerfile.split(/^FROM .* AS /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
  return body
    .split('\n')
    .slice(1)
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
};
const value = (target: string, instruction: string, pattern: RegExp): string =>
  stage(target)
    .filter(([name]) => name === instruction)
    .map(([, rest]) => pattern.exec(rest)?.[1])
    .find((found) => found !== undefined) ?? '';
const workdir = value('base', 'WORKDIR', /(.*)/);

let image: string;
beforeAll(() => {
  image = mkdtempSync(path.join(tmpdir(), 'image-'));
  for (const [instruction, rest] of [...stage('base'), ...targets.flatMap(stage)]) {
    if (instruction === 'COPY') {
      const paths = rest.split(' ');
      const to = paths.pop() ?? '';
      for (const from of paths) {
        cpSync(path.join(root, from), path.join(image, to.endsWith('/') ? to + path.basename(from) : to), {
          recursive: true,
          filter: (name) => !name.endsWith('.test.ts'),
        });
      }
    } else if (instruction === 'RUN') {
      execSync(rest.replace('&& npm cache clean --force', ''), { cwd: image, stdio: 'pipe' });
    }
  }
}, 120_000);
afterAll(() => rmSync(image, { recursive: true, force: true }));

test.each(targets)('The image of %s answers spec with what it copies and installs', (target) => {
  const command = value(target, 'ENV', /^AIRBYTE_ENTRYPOINT="(.*)"$/).replaceAll(workdir, image);
  const run = spawnSync('/bin/sh', ['-c', `${command} spec`], {
    cwd: '/',
    env: { PATH: path.dirname(process.execPath) },
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  const messages = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  expect(messages.map(({ type }) => type)).toEqual(['SPEC']);
});

test.each(targets)('ENTRYPOINT and AIRBYTE_ENTRYPOINT of %s run the same command', (target) => {
  const entrypoint = JSON.parse(value(target, 'ENTRYPOINT', /(.*)/)) as string[];
  expect(entrypoint.join(' ')).toBe(value(target, 'ENV', /^AIRBYTE_ENTRYPOINT="(.*)"$/));
});

test.each(targets)('The labels of %s name the connector and the version of the package', (target) => {
  expect(value(target, 'LABEL', /^io\.airbyte\.name="(.*)"$/)).toBe(target);
  expect(value(target, 'LABEL', /^io\.airbyte\.version="(.*)"$/)).toBe(manifest.version);
});

test('The image holds the notices of everything it redistributes, the CDK included', () => {
  const notices = readFileSync(path.join(image, 'THIRD-PARTY-NOTICES'), 'utf8');
  for (const name of Object.keys(manifest.dependencies)) expect(notices).toContain(`${name} `);
  expect(notices).toContain('faros-airbyte-cdk 0.11.26 (Apache-2.0)');
});

test('Everything the Dockerfile copies gets past .dockerignore', () => {
  const allowed = readFileSync(path.join(root, '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];
  const copied = [...stage('base'), ...targets.flatMap(stage)]
    .filter(([instruction]) => instruction === 'COPY')
    .flatMap(([, rest]) => rest.split(' ').slice(0, -1));
  expect(copied.length).toBeGreaterThan(0);
  expect(allowed.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
});
