import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

// Virtual environments with programs that others wrote: the host of the connectors, and a peer of the source.

/** PyAirbyte runs on these. */
const VERSIONS = ['3.12', '3.11', '3.10'];

/** What the tests need cannot be installed on this machine. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}

export interface Python {
  readonly python: string;
  readonly version: string;
}

const run = (command: string, args: readonly string[]): { ok: boolean; output: string } => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}`.trim() };
};

export const findPython = (): Python => {
  for (const python of [...VERSIONS.map((version) => `python${version}`), 'python3', 'python']) {
    const asked = 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])';
    const { ok, output: version } = run(python, ['-c', asked]);
    if (ok && VERSIONS.includes(version)) return { python, version };
  }
  throw new Unavailable(`no Python ${VERSIONS.join(', ')} with venv was found`);
};

/** If the index answers but lacks this version, the pin is wrong: not a reason to skip the tests. */
const isUnreachable = (output: string): boolean => /from versions: none|ConnectionPool|timed out/i.test(output);

const pip = (folder: string, args: readonly string[], wanted: string): void => {
  const { ok, output } = run(path.join(folder, 'bin', 'pip'), args);
  if (ok) return;
  if (!isUnreachable(output)) throw new Error(output);
  const missing = /No matching distribution found for (\S+)/.exec(output)?.[1] ?? wanted;
  throw new Unavailable(`pip reaches no package index that has ${missing}`);
};

/**
 * A folder in `cache` that is a virtual environment with exactly what a file of requirements pins; made when it is not
 * there yet. Throws Unavailable when there is no index to install it from.
 */
const install = (file: string, { python, version }: Python, cache: string): string => {
  const pins = readFileSync(file, 'utf8');
  const folder = path.join(cache, path.basename(file, '.txt'));
  const stamp = path.join(folder, 'installed');
  const digest = createHash('sha256').update(`${version}\n${pins}`).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return folder;

  const begun = Date.now();
  process.stdout.write(`Installing ${path.basename(file)} for Python ${version} ...\n`);
  rmSync(folder, { recursive: true, force: true });
  const made = run(python, ['-m', 'venv', folder]);
  if (!made.ok) throw new Error(made.output);
  // One package first and without retries: pip would try an unreachable index again and again.
  const first = pins.split('\n').find((line) => /^[^#;]+==[^;]+$/.test(line)) ?? '';
  const probe = ['download', '--quiet', '--no-deps', '--retries', '0', '--timeout', '20', '--dest', `${folder}/probe`];
  pip(folder, [...probe, first], first);
  pip(folder, ['install', '--quiet', '--only-binary', ':all:', '--requirement', file], path.basename(file));
  writeFileSync(stamp, digest);
  process.stdout.write(`... done in ${Math.round((Date.now() - begun) / 1000)} s\n`);
  return folder;
};

export interface Environments {
  readonly host: string;
  /** Undefined when it cannot be installed: only the comparisons need it. */
  readonly peer: string | undefined;
  /** Why there is no peer. */
  readonly missing: string | undefined;
}

/** Both environments for the files of requirements in a folder. Throws Unavailable when there is no host. */
export const environments = (folder: string, python: Python, cache: string): Environments => {
  const host = install(path.join(folder, 'requirements.txt'), python, cache);
  try {
    return { host, peer: install(path.join(folder, 'requirements-peer.txt'), python, cache), missing: undefined };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { host, peer: undefined, missing: error.message };
  }
};
