import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Usage } from './meter.ts';
import { root } from '../fixtures/root.ts';

const METER = fileURLToPath(new URL('meter.ts', import.meta.url));

/** One measured process, from its start to its end. */
export interface Measured {
  readonly wallMs: number;
  /** User and system time of the process with all its threads. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

export interface Command {
  /** Flags of Node, the script, its arguments. */
  readonly args: readonly string[];
  readonly onOutput: (chunk: Buffer) => void;
  /** What it reads on stdin. */
  readonly input?: Iterable<Uint8Array>;
  /** It may use as many as there are, or one with all its threads. */
  readonly cores?: 'all' | 'one';
}

/** Whether a process can be held to one core here, while the others do without it. */
export const hasOneCore = (): boolean => availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The last core, since the first one does most of the machine's own work. */
const onOneCore = (): readonly string[] => ['taskset', '--cpu-list', String(availableParallelism() - 1)];

/**
 * Runs a Node process to its end, in the image's environment, and throws unless it ends well; its stdout is read as fast as it
 * comes.
 */
export const measure = async ({ args, onOutput, input = [], cores = 'all' }: Command): Promise<Measured> => {
  const begun = performance.now();
  const node = [process.execPath, '--import', METER, ...args];
  const [command = '', ...words] = cores === 'one' ? [...onOneCore(), ...node] : node;
  const child = spawn(command, words, {
    env: { ...process.env, ...imageEnvironment },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const usage = text(child.stdio[3] as Readable);
  const complaints = text(child.stderr);
  child.stdout.on('data', onOutput);
  for (const chunk of input) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = await ended;
  const wallMs = performance.now() - begun;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${(await complaints).slice(0, 2_000)}`);
  const { user, system, peakKb } = JSON.parse(await usage) as Usage;
  return { wallMs, cpuMs: (user + system) / 1_000, peakMb: peakKb / 1_024 };
};

const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8').split('\n');

/** What the image starts Node with for a connector. */
const nodeFlags = (connector: string): readonly string[] => {
  const line = dockerfile.find((each) => each.startsWith('ENTRYPOINT') && each.includes(`/${connector}/main.ts`)) ?? '';
  const [, ...words] = JSON.parse(line.slice('ENTRYPOINT'.length)) as string[];
  return words.slice(0, -1);
};

/** The image's settings of Node and of the C library; the folder for compiled code is where the caller wants it. */
const imageEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  dockerfile.flatMap((line) => {
    const [, name, value] = /^ENV (\w+)=([^"]\S*)$/.exec(line) ?? [];
    return name === undefined || value === undefined || name === 'NODE_COMPILE_CACHE' ? [] : [[name, value]];
  }),
);

export const entryOf = (connector: string): readonly string[] => [
  ...nodeFlags(connector),
  path.join(root, connector, 'main.ts'),
];
