import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { environments, Unavailable } from './environments.ts';

// With a Python of shell scripts, whose pip finds the packages in a list and nothing else.

const PIP = String.raw`#!/bin/sh
echo "$*" >> "$(dirname "$0")/../asked"
for word in "$@"; do
  if [ -f "$word" ]; then names=$(cat "$word"); else names=$word; fi
  for name in $names; do
    case $name in
      *==*)
        if [ -e 'INDEX/wrong' ] && [ "$name" = "$(cat 'INDEX/wrong')" ]; then
          echo "ERROR: Could not find a version that satisfies the requirement $name (from versions: 0.1, 0.2)" >&2; exit 1
        fi
        if [ ! -e "INDEX/$name" ]; then
          echo "ERROR: Could not find a version that satisfies the requirement $name (from versions: none)" >&2
          echo "ERROR: No matching distribution found for $name" >&2; exit 1
        fi;;
    esac
  done
done
`;

let folder: string;
const at = (...names: readonly string[]): string => path.join(folder, ...names);
const script = (file: string, text: string): void => {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'environments-'));
  mkdirSync(at('index'));
  script(at('pip'), PIP.replaceAll('INDEX', at('index')));
  script(at('python'), `#!/bin/sh\nmkdir -p "$3/bin"\ncp '${at('pip')}' "$3/bin/pip"\n`);
  writeFileSync(at('requirements.txt'), 'host==1\nboth==1\n');
  writeFileSync(at('requirements-peer.txt'), 'both==1\npeer==1\n');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const indexHas = (...packages: readonly string[]): void => {
  for (const name of packages) writeFileSync(at('index', name), '');
};
const find = () => environments(folder, { python: at('python'), version: '3.12' }, at('cache'));

test('both are installed where both can be had, and only once', () => {
  indexHas('host==1', 'both==1', 'peer==1');
  const found = find();
  expect(found).toEqual({ host: at('cache/requirements'), peer: at('cache/requirements-peer'), missing: undefined });
  const asked = readFileSync(at('cache/requirements/asked'), 'utf8');
  expect(asked).toContain('--requirement');
  expect(find()).toEqual(found);
  expect(readFileSync(at('cache/requirements/asked'), 'utf8')).toBe(asked);
});

test('a peer that cannot be had leaves the host, and says which package is missing', () => {
  indexHas('host==1', 'both==1');
  const missing = 'pip reaches no package index that has peer==1';
  expect(find()).toEqual({ host: at('cache/requirements'), peer: undefined, missing });
  expect(existsSync(at('cache/requirements/installed'))).toBe(true);
});

test('a host that cannot be had leaves nothing to test', () => {
  indexHas('both==1', 'peer==1');
  expect(find).toThrow(new Unavailable('pip reaches no package index that has host==1'));
  expect(existsSync(at('cache/requirements-peer'))).toBe(false);
});

test.each(['host==1', 'peer==1'])('a wrong pin, here %s, is a fault and not a reason to skip', (wrong) => {
  indexHas('host==1', 'both==1', 'peer==1');
  writeFileSync(at('index', 'wrong'), wrong);
  expect(find).toThrow(/from versions: 0\.1/);
  expect(find).not.toThrow(Unavailable);
});
