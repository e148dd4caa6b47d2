import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Catalog, ConfiguredCatalog, JsonObject } from '../../airbyte/protocol.ts';
import { createMessageTracker, type MessageTracker, type TrackerHooks } from './message-tracker.ts';
import type { SyncReport } from './sync-report.ts';
import { linesOf, startConnector, withReadOnlyFiles } from './connector-host.ts';
import type { Child, FileWriter, Host, Side } from './connector-host.ts';
import { attemptAfter, inGenerations, type Attempt } from './jobs.ts';
import { openSavedConnection, type SavedConnection } from './saved-connection.ts';
import { clearCatalog, configureCatalog, destinationCatalog, platformState } from './messages.ts';
import type { Naming, StreamChoice } from './messages.ts';
import { checkGiven } from '../protocol/lines.ts';

export interface Connection {
  /** The connectors' configs as the user entered them; once the source has sent another one to keep, that is given instead. */
  readonly source: JsonObject;
  readonly destination: JsonObject;
  readonly discovered: Catalog;
  readonly choices: ReadonlyMap<string, StreamChoice>;
  /** Holds the acknowledged states between syncs; whatever else Airbyte keeps of the connection is in a file beside it. */
  readonly stateFile: string;
  readonly naming?: Naming;
  readonly host?: Host;
}

export interface SyncHooks extends TrackerHooks {
  /** Called once both processes run; a test may kill one of them. */
  readonly onStart?: (children: Record<Side, Child>) => void;
}

/** What one attempt needs, with or without a source. */
interface Run {
  readonly connection: Connection;
  readonly catalog: ConfiguredCatalog;
  readonly attempt: Attempt;
  readonly saved: SavedConnection;
  readonly tracker: MessageTracker;
  readonly file: FileWriter;
}

const UNNAMED: Naming = { prefix: '', namespace: undefined };

const hostOf = ({ connection: { host = {} }, attempt }: Run): Host => ({
  ...host,
  env: {
    WORKER_JOB_ID: String(attempt.job),
    WORKER_JOB_ATTEMPT: String(attempt.attempt),
    USE_STREAM_CAPABLE_STATE: 'true',
    DATA_CHANNEL_FORMAT: 'JSONL',
    DATA_CHANNEL_MEDIUM: 'STDIO',
    ...host.env,
  },
});

const startDestination = (run: Run): Child => {
  const { connection, catalog, file } = run;
  const given = destinationCatalog(catalog, connection.naming ?? UNNAMED);
  checkGiven('catalog', given);
  const config = file('destination-config.json', connection.destination);
  const args = ['write', '--config', config, '--catalog', file('destination-catalog.json', given)];
  return startConnector('destination', args, hostOf(run));
};

const startSource = (run: Run): Child => {
  const { connection, catalog, saved, file } = run;
  const states = saved.states().filter(({ stream }) => connection.choices.has(stream.stream_descriptor.name));
  checkGiven('catalog', catalog);
  checkGiven('states', states);
  const config = file('source-config.json', saved.sourceConfig() ?? connection.source);
  const args = ['read', '--config', config, '--catalog', file('source-catalog.json', catalog)];
  if (states.length > 0) args.push('--state', file('source-state.json', states));
  return startConnector('source', args, hostOf(run));
};

/** What the source says and, once it has ended well, what Airbyte adds to that. */
async function* spoken(source: Child, tracker: MessageTracker): AsyncGenerator<string> {
  const closed = once(source, 'close') as Promise<[number | null]>;
  for await (const line of linesOf(source.stdout, tracker.stray)) {
    const forwarded = tracker.fromSource(line);
    if (forwarded !== undefined) yield forwarded;
  }
  const [code] = await closed;
  if (code === 0) yield* tracker.missingStates();
}

/** Hands lines to the destination, no faster than it takes them. */
const relay = async (lines: AsyncIterable<string> | Iterable<string>, destination: Child): Promise<void> => {
  const { stdin } = destination;
  // A destination that closes early is seen by its exit code; its broken pipe tells nothing more.
  stdin.on('error', () => undefined);
  const gone = once(destination, 'close');
  for await (const line of lines) {
    if (!stdin.writable) continue;
    if (!stdin.write(`${line}\n`)) await Promise.race([once(stdin, 'drain').catch(() => undefined), gone]);
  }
  stdin.end();
};

/** Moves lines until both ends are closed, and keeps what the destination acknowledges. */
const carry = async (
  { saved, attempt, tracker }: Run,
  lines: AsyncIterable<string> | Iterable<string>,
  { source, destination }: { readonly source?: Child; readonly destination: Child },
): Promise<SyncReport> => {
  const children = source === undefined ? [destination] : [destination, source];
  const closed = Promise.all(children.map((child) => once(child, 'close')));
  // A destination that dies ends the sync: Airbyte stops the source, since nothing would receive its records.
  destination.once('exit', () => source?.kill('SIGTERM'));
  const keepAcknowledged = async (): Promise<void> => {
    for await (const line of linesOf(destination.stdout, tracker.stray)) {
      const state = tracker.fromDestination(line);
      if (state !== undefined) saved.keepState(state);
    }
  };
  const keepStrays = async (stream: Readable): Promise<void> => {
    for await (const line of linesOf(stream, tracker.stray)) tracker.stray(line);
  };
  try {
    await Promise.all([
      relay(lines, destination),
      keepAcknowledged(),
      ...children.map(({ stderr }) => keepStrays(stderr)),
    ]);
  } catch (error) {
    for (const child of children) child.kill('SIGKILL');
    throw error;
  }
  const [destinationExit, sourceExit] = (await closed).map(([code]) => code as number | null);
  const report = tracker.report({
    source: source === undefined ? 0 : (sourceExit ?? null),
    destination: destinationExit ?? null,
  });
  saved.keepAttempt({ ...attempt, succeeded: report.succeeded });
  return report;
};

/** Begins the attempt that is due, and lets `act` carry it out. */
const run = (
  connection: Connection,
  kind: Attempt['kind'],
  hooks: SyncHooks,
  act: (run: Run) => Promise<SyncReport>,
): Promise<SyncReport> => {
  const { naming = UNNAMED, host = {} } = connection;
  const chosen = configureCatalog(connection.discovered, connection.choices);
  const configured = kind === 'clear' ? clearCatalog(chosen) : chosen;
  const saved = openSavedConnection(connection.stateFile);
  const attempt = attemptAfter(saved.lastAttempt(), kind, configured);
  saved.keepAttempt(attempt);
  if (kind === 'sync') saved.forgetFullStates(configured);
  const onSourceConfig = (config: JsonObject): void => {
    saved.keepSourceConfig(config);
    hooks.onSourceConfig?.(config);
  };
  const catalog = inGenerations(configured, attempt);
  const tracker = createMessageTracker(
    catalog,
    { naming, hasCache: host.hasCache ?? false },
    { ...hooks, onSourceConfig },
  );
  return withReadOnlyFiles(host, (file) => act({ connection, catalog, attempt, saved, tracker, file }));
};

/**
 * Runs one attempt at a sync of a connection as Airbyte runs it for two custom Docker connectors, without the containers:
 * after a failed attempt the next one of its job. Throws when a connector writes a line that is not a message of the
 * protocol.
 */
export const runSync = (connection: Connection, hooks: SyncHooks = {}): Promise<SyncReport> =>
  run(connection, 'sync', hooks, (each) => {
    const children = { source: startSource(each), destination: startDestination(each) };
    hooks.onStart?.(children);
    return carry(each, spoken(children.source, each.tracker), children);
  });

/**
 * Runs a Clear: without a source, Airbyte gives the destination every stream as one to be overwritten, no records, and a
 * state without value for each.
 */
export const runClear = (connection: Connection, hooks: SyncHooks = {}): Promise<SyncReport> =>
  run(connection, 'clear', hooks, (each) => {
    const states = each.catalog.streams.map(({ stream }) => JSON.stringify(platformState(stream, null)));
    const lines = states.flatMap((state) => each.tracker.fromSource(state) ?? []);
    return carry(each, lines, { destination: startDestination(each) });
  });
