import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Catalog, ConfiguredCatalog, JsonObject } from '../airbyte/protocol.ts';
import { openBooks, type BookHooks, type Books, type SavedState, type SyncReport } from './platform-books.ts';
import { clearCatalog, configureCatalog, destinationCatalog, nullState } from './platform-messages.ts';
import type { Naming, StreamChoice } from './platform-messages.ts';
import { checkGiven } from './protocol-lines.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** In what hosts that run connectors differ. */
export interface Host {
  /** Added to what Airbyte sets in a sync; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The destination is given whole models: null for every key that a message does not have. */
  readonly fillsWithNulls?: boolean;
  /** The user that the connectors run as. Their files can only be read. */
  readonly user?: number | undefined;
  /** The folder that holds a connector's folder; this checkout for those not named. */
  readonly homes?: Readonly<Record<string, string>>;
}

export interface Connection {
  /** The connectors' configs, as their config files will hold them. */
  readonly source: JsonObject;
  readonly destination: JsonObject;
  readonly discovered: Catalog;
  readonly choices: ReadonlyMap<string, StreamChoice>;
  /** Holds the acknowledged states between syncs; rewritten at each acknowledgement, so that a kill loses none. */
  readonly stateFile: string;
  readonly naming?: Naming;
  readonly host?: Host;
}

type Side = 'source' | 'destination';
type Child = ChildProcessWithoutNullStreams;

export interface SyncHooks extends BookHooks {
  /** Called once both processes run; a test may kill one of them. */
  readonly onStart?: (children: Record<Side, Child>) => void;
}

const loadStates = (file: string): SavedState[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SavedState[]) : [];

/** Replaces the file in one step: a kill leaves the old states or the new ones, never half of them. */
const saveStates = (file: string, states: Iterable<SavedState>): void => {
  writeFileSync(`${file}.new`, JSON.stringify([...states], undefined, 2));
  renameSync(`${file}.new`, file);
};

const startConnector = (connector: string, args: readonly string[], { env, user, homes }: Host): Child =>
  spawn(process.execPath, [path.join(homes?.[connector] ?? root, connector, 'main.ts'), ...args], {
    env: {
      ...process.env,
      WORKER_JOB_ID: '1',
      WORKER_JOB_ATTEMPT: '0',
      USE_STREAM_CAPABLE_STATE: 'true',
      DATA_CHANNEL_FORMAT: 'JSONL',
      DATA_CHANNEL_MEDIUM: 'STDIO',
      ...env,
    },
    ...(user !== undefined && { uid: user, gid: user, cwd: '/' }),
  });

/**
 * Whole lines, without their end; what comes after the last one is given to `onTorn`. Not node:readline, which also breaks
 * lines at U+2028, a character that names and notes may hold.
 */
async function* linesOf(stream: Readable, onTorn: (rest: string) => void): AsyncGenerator<string> {
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
  if (rest.length > 0) onTorn(Buffer.concat(rest).toString());
}

/** Passes the source's records and states on, no faster than the destination takes them. */
const relay = async (source: Readable, destination: Child, books: Books): Promise<void> => {
  const { stdin } = destination;
  // A destination that closes early is seen by its exit code; its broken pipe is no news.
  stdin.on('error', () => undefined);
  const gone = once(destination, 'close');
  for await (const line of linesOf(source, books.stray)) {
    const forwarded = books.fromSource(line);
    if (forwarded === undefined || !stdin.writable) continue;
    if (!stdin.write(`${forwarded}\n`)) await Promise.race([once(stdin, 'drain').catch(() => undefined), gone]);
  }
  stdin.end();
};

type FileWriter = (name: string, content: unknown) => string;

/** Gives `act` a folder for the files of one run, which their user can read but not write. */
const withFiles = async <Result>({ user }: Host, act: (file: FileWriter) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-'));
  if (user !== undefined) chmodSync(folder, 0o755);
  try {
    return await act((name, content) => {
      const target = path.join(folder, name);
      writeFileSync(target, JSON.stringify(content), { mode: 0o400 });
      if (user !== undefined) chownSync(target, user, user);
      return target;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What one run of a connection needs, whoever plays the source. */
interface Run {
  readonly connection: Connection;
  readonly catalog: ConfiguredCatalog;
  readonly books: Books;
  readonly file: FileWriter;
}

const startDestination = ({ connection, catalog, file }: Run): Child => {
  const given = destinationCatalog(catalog, connection.naming ?? { prefix: '', namespace: undefined });
  checkGiven('catalog', given);
  const config = file('destination-config.json', connection.destination);
  const args = ['write', '--config', config, '--catalog', file('destination-catalog.json', given)];
  return startConnector('destination-ortto-cdp', args, connection.host ?? {});
};

/** The states that Airbyte gives to a sync: it deletes those of full-refresh streams before each. */
const statesFor = ({ stateFile, choices }: Connection): SavedState[] =>
  loadStates(stateFile).filter(({ stream }) => choices.get(stream.stream_descriptor.name)?.sync_mode === 'incremental');

const startSource = ({ connection, catalog, file }: Run): Child => {
  const states = statesFor(connection);
  checkGiven('catalog', catalog);
  checkGiven('states', states);
  const config = file('source-config.json', connection.source);
  const args = ['read', '--config', config, '--catalog', file('source-catalog.json', catalog)];
  if (states.length > 0) args.push('--state', file('source-state.json', states));
  return startConnector('source-salesforce-cdp', args, connection.host ?? {});
};

/** Moves lines until both ends are closed, and keeps what the destination acknowledges. */
const carry = async (
  { connection, books }: Run,
  lines: Readable,
  { source, destination }: { readonly source?: Child; readonly destination: Child },
): Promise<SyncReport> => {
  const children = source === undefined ? [destination] : [destination, source];
  const closed = Promise.all(children.map((child) => once(child, 'close')));
  // A destination that dies ends the sync: Airbyte stops the source rather than read on for nobody.
  destination.once('exit', () => source?.kill('SIGTERM'));
  const saved = new Map(statesFor(connection).map((state) => [state.stream.stream_descriptor.name, state]));
  const keepAcknowledged = async (): Promise<void> => {
    for await (const line of linesOf(destination.stdout, books.stray)) {
      const state = books.fromDestination(line);
      if (state === undefined) continue;
      const { name } = state.stream.stream_descriptor;
      if ((state.stream.stream_state ?? null) === null) saved.delete(name);
      else saved.set(name, state);
      saveStates(connection.stateFile, saved.values());
    }
  };
  const keepStrays = async (stream: Readable): Promise<void> => {
    for await (const line of linesOf(stream, books.stray)) books.stray(line);
  };
  try {
    await Promise.all([
      relay(lines, destination, books),
      keepAcknowledged(),
      ...children.map(({ stderr }) => keepStrays(stderr)),
    ]);
  } catch (error) {
    for (const child of children) child.kill('SIGKILL');
    throw error;
  }
  const [destinationExit, sourceExit] = (await closed).map(([code]) => code as number | null);
  return books.report({
    source: source === undefined ? 0 : (sourceExit ?? null),
    destination: destinationExit ?? null,
  });
};

const run = (
  connection: Connection,
  catalog: ConfiguredCatalog,
  hooks: SyncHooks,
  act: (run: Run) => Promise<SyncReport>,
): Promise<SyncReport> => {
  const { naming = { prefix: '', namespace: undefined }, host = {} } = connection;
  const books = openBooks(catalog, { naming, fillsWithNulls: host.fillsWithNulls ?? false }, hooks);
  return withFiles(host, (file) => act({ connection, catalog, books, file }));
};

/**
 * Runs one sync of a connection as Airbyte runs it for two custom Docker connectors, without the containers. Throws when a
 * connector writes a line that is not a message of the protocol.
 */
export const runSync = (connection: Connection, hooks: SyncHooks = {}): Promise<SyncReport> =>
  run(connection, configureCatalog(connection.discovered, connection.choices), hooks, (each) => {
    const children = { source: startSource(each), destination: startDestination(each) };
    hooks.onStart?.(children);
    return carry(each, children.source.stdout, children);
  });

/**
 * Runs a Clear: without a source, Airbyte gives the destination every stream as one to be overwritten, no records, and a
 * state without value for each.
 */
export const runClear = (connection: Connection, hooks: SyncHooks = {}): Promise<SyncReport> => {
  const catalog = clearCatalog(configureCatalog(connection.discovered, connection.choices));
  const lines = catalog.streams.map(({ stream }) => `${JSON.stringify(nullState(stream))}\n`);
  return run(connection, catalog, hooks, (each) =>
    carry(each, Readable.from(lines.map((line) => Buffer.from(line))), { destination: startDestination(each) }),
  );
};
