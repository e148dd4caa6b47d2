import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AirbyteMessage } from '../../airbyte/protocol.ts';
import { lineFaults, messageOn } from './lines.ts';
import { root } from '../fixtures/root.ts';

export interface ConnectorProcess {
  readonly child: ChildProcess;
  /** The messages so far; all of them once `ended` has resolved. */
  readonly messages: AirbyteMessage[];
  /** What is on stdout beside messages: with `speaksFreely`, and the line a process was killed in. */
  readonly strayLines: string[];
  /** Exactly what came on stdout, for tests that look for what must not be there. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the first message that satisfies `matches`, rejects if the process ends without one. */
  readonly message: (matches: (message: AirbyteMessage) => boolean) => Promise<AirbyteMessage>;
  /**
   * Resolves with the exit code once stdout and stderr are closed; null when a signal ended the process. Rejects when a line
   * on stdout was not a message of the protocol.
   */
  readonly ended: Promise<number | null>;
}

export interface SpawnOptions {
  /** Written to the process at its own pace, then closed. Left out: stdin is closed at once; null: the test writes. */
  readonly stdin?: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> | null;
  /** Added to the environment of this process; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Wait this long after each chunk of stdout, to simulate a reader slower than the writer. */
  readonly pauseMs?: number;
  /** Its output may be something other than messages: help, a version. */
  readonly speaksFreely?: boolean;
}

/** Hundreds of processes start in these tests, and compiling is half of what a start costs. */
const COMPILED = path.join(root, 'node_modules/.cache/compiled');

const feed = async (child: ChildProcess, stdin: SpawnOptions['stdin']): Promise<void> => {
  if (child.stdin === null || stdin === null) return;
  const chunks = typeof stdin === 'string' || stdin instanceof Uint8Array ? [stdin] : (stdin ?? []);
  try {
    await pipeline(Readable.from(chunks, { objectMode: true }), child.stdin);
  } catch (error) {
    // A connector may end before it has read everything.
    if (!(error instanceof Error && 'code' in error && ['EPIPE', 'ECONNRESET'].includes(String(error.code))))
      throw error;
  }
};

/** Starts an entry point as Airbyte does, with real pipes, and collects what it says. */
export const spawnConnector = (
  entry: string,
  args: readonly string[],
  { stdin, env, pauseMs, speaksFreely = false }: SpawnOptions = {},
): ConnectorProcess => {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env },
    stdio: 'pipe',
  });
  const messages: AirbyteMessage[] = [];
  const strayLines: string[] = [];
  const waiting = new Set<{ look: (message: AirbyteMessage) => void; giveUp: () => void }>();
  let stdout = '';
  let stderr = '';
  let rest = '';
  let foreign: unknown;

  const takeLine = (line: string) => {
    if (speaksFreely && lineFaults(line).length > 0) {
      strayLines.push(line);
      return;
    }
    try {
      const message = messageOn(line, path.basename(path.dirname(entry)));
      messages.push(message);
      for (const { look } of waiting) look(message);
    } catch (error) {
      foreign ??= error;
    }
  };

  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) takeLine(line);
    if (pauseMs === undefined) return;
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), pauseMs);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  void feed(child, stdin);

  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (rest !== '' && code === 0 && !speaksFreely) foreign ??= new Error(`The last line has no end: ${rest}`);
      else if (rest !== '') strayLines.push(rest);
      for (const { giveUp } of waiting) giveUp();
      if (foreign === undefined) resolve(code);
      else reject(foreign);
    });
  });

  return {
    child,
    messages,
    strayLines,
    stdout: () => stdout,
    stderr: () => stderr,
    message: (matches) =>
      new Promise((resolve, reject) => {
        const found = messages.find(matches);
        if (found !== undefined) {
          resolve(found);
          return;
        }
        const look = (message: AirbyteMessage) => {
          if (matches(message)) resolve(message);
        };
        waiting.add({ look, giveUp: () => reject(new Error(`The process ended without the message: ${stderr}`)) });
      }),
    ended,
  };
};

/** Runs an entry point to its end. */
export const runConnector = async (
  entry: string,
  args: readonly string[],
  options?: SpawnOptions,
): Promise<{
  exitCode: number | null;
  messages: AirbyteMessage[];
  strayLines: string[];
  stdout: string;
  stderr: string;
}> => {
  const connector = spawnConnector(entry, args, options);
  const exitCode = await connector.ended;
  const { messages, strayLines } = connector;
  return { exitCode, messages, strayLines, stdout: connector.stdout(), stderr: connector.stderr() };
};
