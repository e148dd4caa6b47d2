import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveWorlds } from './worlds.ts';

// `npm run test:pyairbyte`: both connectors in PyAirbyte, a host that nobody here wrote. Without a Python that it runs on,
// or without a package index to install it from, nothing is tested, and that is said aloud.

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
const cache = path.join(root, '.cache', 'pyairbyte');

/** PyAirbyte runs on these. */
const VERSIONS = ['3.12', '3.11', '3.10'];

class Skipped extends Error {}

const run = (command: string, args: readonly string[]): { ok: boolean; output: string } => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}`.trim() };
};

const findPython = (): { python: string; version: string } => {
  for (const python of [...VERSIONS.map((version) => `python${version}`), 'python3', 'python']) {
    const asked = 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])';
    const { ok, output: version } = run(python, ['-c', asked]);
    if (ok && VERSIONS.includes(version)) return { python, version };
  }
  throw new Skipped(`no Python ${VERSIONS.join(', ')} with venv was found`);
};

/** The folder of a virtual environment with exactly what a file of this folder names; made when it is not there yet. */
const install = (requirements: string, { python, version }: { python: string; version: string }): string => {
  const file = path.join(here, requirements);
  const pins = readFileSync(file, 'utf8');
  const folder = path.join(cache, path.basename(requirements, '.txt'));
  const stamp = path.join(folder, 'installed');
  const digest = createHash('sha256').update(`${version}\n${pins}`).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return folder;

  const begun = Date.now();
  process.stdout.write(`Installing ${requirements} for Python ${version} ...\n`);
  rmSync(folder, { recursive: true, force: true });
  const made = run(python, ['-m', 'venv', folder]);
  if (!made.ok) throw new Error(made.output);
  const pip = path.join(folder, 'bin', 'pip');
  const first = pins.split('\n').find((line) => /^[^#;]+==[^;]+$/.test(line)) ?? '';
  const probe = ['download', '--quiet', '--no-deps', '--retries', '0', '--timeout', '20', '--dest', `${folder}/probe`];
  const reached = run(pip, [...probe, first]);
  if (!reached.ok) {
    // An index that answers without this version is a wrong pin, and no reason to skip.
    const isUnreachable = /from versions: none|ConnectionPool|timed out/i.test(reached.output);
    if (isUnreachable) throw new Skipped(`pip reaches no package index that has ${first}`);
    throw new Error(reached.output);
  }
  const installed = run(pip, ['install', '--quiet', '--only-binary', ':all:', '--requirement', file]);
  if (!installed.ok) throw new Error(installed.output);
  writeFileSync(stamp, digest);
  process.stdout.write(`... done in ${Math.round((Date.now() - begun) / 1000)} s\n`);
  return folder;
};

/** An executable for each connector: hosts start a program by its path alone. */
const writeExecutables = (): string => {
  const folder = path.join(cache, 'connectors');
  mkdirSync(folder, { recursive: true });
  for (const connector of ['source-salesforce-cdp', 'destination-ortto-cdp']) {
    const file = path.join(folder, connector);
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, connector, 'main.ts')}" "$@"\n`);
    chmodSync(file, 0o755);
  }
  return folder;
};

const test = async (host: string, peer: string): Promise<number> => {
  const worlds = await serveWorlds();
  const scratch = path.join(cache, 'scratch');
  rmSync(scratch, { recursive: true, force: true });
  try {
    const child = spawn(
      path.join(host, 'bin', 'python'),
      ['-m', 'pytest', '--basetemp', scratch, ...process.argv.slice(2)],
      {
        cwd: here,
        stdio: 'inherit',
        env: {
          ...process.env,
          WORLDS: worlds.url,
          CONNECTORS: writeExecutables(),
          PEER: path.join(peer, 'bin', 'source-salesforce'),
          AIRBYTE_OFFLINE_MODE: '1',
          DO_NOT_TRACK: '1',
          AIRBYTE_LOGGING_ROOT: path.join(cache, 'logs'),
          AIRBYTE_CACHE_ROOT: path.join(cache, 'tables'),
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 1));
    });
  } finally {
    await worlds.close();
  }
};

try {
  const python = findPython();
  process.exitCode = await test(install('requirements.txt', python), install('requirements-peer.txt', python));
} catch (error) {
  if (!(error instanceof Skipped)) throw error;
  process.stdout.write(`\nSKIPPED: neither connector was tested in PyAirbyte, since ${error.message}.\n\n`);
}
