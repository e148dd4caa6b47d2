import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Catalog, JsonObject } from '../airbyte/protocol.ts';
import { openBooks, type BookHooks, type Books, type SavedState, type SyncReport } from './platform-books.ts';
import { configureCatalog, destinationCatalog, type Naming, type StreamChoice } from './platform-messages.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export interface Connection {
  /** The connectors' configs, as their config files will hold them. */
  readonly source: JsonObject;
  readonly destination: JsonObject;
  readonly discovered: Catalog;
  readonly choices: ReadonlyMap<string, StreamChoice>;
  /** Holds the acknowledged states between syncs; rewritten at each acknowledgement, so that a kill loses none. */
  readonly stateFile: string;
  readonly naming?: Naming;
}

export interface SyncHooks extends BookHooks {
  /** Called once both processes run; a test may kill one of them. */
  readonly onStart?: (children: Record<'source' | 'destination', ChildProcessWithoutNullStreams>) => void;
}

const loadStates = (file: string): SavedState[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SavedState[]) : [];

/** Replaces the file in one step: a kill leaves the old states or the new ones, never half of them. */
const saveStates = (file: string, states: Iterable<SavedState>): void => {
  writeFileSync(`${file}.new`, JSON.stringify([...states], undefined, 2));
  renameSync(`${file}.new`, file);
};

const startConnector = (connector: string, args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [path.join(root, connector, 'main.ts'), ...args], {
    env: { ...process.env, WORKER_JOB_ID: '1', WORKER_JOB_ATTEMPT: '0', USE_STREAM_CAPABLE_STATE: 'true' },
  });

// Not node:readline, which also breaks lines at U+2028, a character that names and notes may hold.
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString();
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString();
}

/** Passes the source's records and states on, no faster than the destination takes them. */
const relay = async (source: Readable, destination: ChildProcessWithoutNullStreams, books: Books): Promise<void> => {
  const { stdin } = destination;
  // A destination that closes early is seen by its exit code; its broken pipe is no news.
  stdin.on('error', () => undefined);
  const gone = once(destination, 'close');
  for await (const line of linesOf(source)) {
    const forwarded = books.fromSource(line);
    if (forwarded === undefined || !stdin.writable) continue;
    if (!stdin.write(`${forwarded}\n`)) await Promise.race([once(stdin, 'drain').catch(() => undefined), gone]);
  }
  stdin.end();
};

/** Runs one sync of a connection as Airbyte runs it for two custom Docker connectors, without the containers. */
export const runSync = async (connection: Connection, hooks: SyncHooks = {}): Promise<SyncReport> => {
  const naming = connection.naming ?? { prefix: '', namespace: undefined };
  const catalog = configureCatalog(connection.discovered, connection.choices);
  const books = openBooks(catalog, naming, hooks);
  const saved = new Map(
    loadStates(connection.stateFile)
      // Airbyte deletes the state of a full-refresh stream before each sync.
      .filter(({ stream }) => connection.choices.get(stream.stream_descriptor.name)?.sync_mode === 'incremental')
      .map((state) => [state.stream.stream_descriptor.name, state]),
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-'));
  const file = (name: string, content: unknown): string => {
    const target = path.join(folder, name);
    writeFileSync(target, JSON.stringify(content), { mode: 0o600 });
    return target;
  };
  try {
    const source = startConnector('source-salesforce-cdp', [
      'read',
      '--config',
      file('source-config.json', connection.source),
      '--catalog',
      file('source-catalog.json', catalog),
      ...(saved.size > 0 ? ['--state', file('source-state.json', [...saved.values()])] : []),
    ]);
    const destination = startConnector('destination-ortto-cdp', [
      'write',
      '--config',
      file('destination-config.json', connection.destination),
      '--catalog',
      file('destination-catalog.json', destinationCatalog(catalog, naming)),
    ]);
    const closed = Promise.all([once(source, 'close'), once(destination, 'close')]);
    // A destination that dies ends the sync: Airbyte stops the source rather than read on for nobody.
    destination.once('exit', () => source.kill('SIGTERM'));
    hooks.onStart?.({ source, destination });

    const keepAcknowledged = async (): Promise<void> => {
      for await (const line of linesOf(destination.stdout)) {
        const state = books.fromDestination(line);
        if (!state) continue;
        saved.set(state.stream.stream_descriptor.name, state);
        saveStates(connection.stateFile, saved.values());
      }
    };
    const keepStrays = async (stream: Readable): Promise<void> => {
      for await (const line of linesOf(stream)) books.stray(line);
    };
    await Promise.all([
      relay(source.stdout, destination, books),
      keepAcknowledged(),
      keepStrays(source.stderr),
      keepStrays(destination.stderr),
    ]);
    const [[sourceExit], [destinationExit]] = (await closed) as [[number | null], [number | null]];
    return books.report({ source: sourceExit, destination: destinationExit });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
