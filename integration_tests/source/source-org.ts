import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Log } from '../../airbyte/connector.ts';
import type {
  AirbyteMessage,
  AirbyteStream,
  ConfiguredCatalog,
  JsonObject,
  RecordLines,
  StateMessage,
  SyncMode,
} from '../../airbyte/protocol.ts';
import { salesforceSource } from '../../source-salesforce-cdp/source.ts';
import { runConnector, spawnConnector } from '../protocol/connector-process.ts';
import type { ConnectorProcess } from '../protocol/connector-process.ts';
import { messageOn } from '../protocol/lines.ts';
import { startSalesforce } from '../simulators/salesforce.ts';
import type { SalesforceOptions, SalesforceSimulator } from '../simulators/salesforce.ts';
import { sourceConfig } from '../simulators/source-config.ts';
import { root } from '../fixtures/root.ts';

const SOURCE = path.join(root, 'source-salesforce-cdp/main.ts');

/** What a run of the source has printed, sorted. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly messages: readonly AirbyteMessage[];
  /** Lines of RECORD messages as they came, without their time, by stream, in order. */
  readonly records: ReadonlyMap<string, readonly string[]>;
  /** The last state of each stream, as the platform would hand it to the next run. */
  readonly states: readonly StateMessage['state'][];
  /** Status words of a stream in order. */
  statuses(stream: string): string[];
  /** TRACE errors as `failure_type stream: message`. */
  readonly errors: readonly string[];
  readonly log: string;
  readonly stdout: string;
}

interface ReadOptions {
  readonly config?: JsonObject;
  readonly streams?: readonly string[];
  readonly mode?: SyncMode;
  readonly state?: readonly StateMessage['state'][];
  /** Changes the discovered streams before they are configured. */
  readonly edit?: (stream: AirbyteStream) => AirbyteStream;
}

interface HereOptions extends ReadOptions {
  readonly until?: (message: AirbyteMessage) => boolean;
  readonly signal?: AbortSignal;
}

/** An embedded org and the shipped source beside it, with files in a folder of their own. */
export interface SourceOrg {
  readonly salesforce: SalesforceSimulator;
  /** With the refresh token that works now. */
  readonly config: JsonObject;
  run(command: 'spec' | 'check' | 'discover', config?: JsonObject): Promise<Outcome>;
  /** Discovered once, then kept. */
  streams(): Promise<readonly AirbyteStream[]>;
  read(options?: ReadOptions): Promise<Outcome>;
  /**
   * As `read`, in this very process: for laws that take many reads. Left after the first message that satisfies `until`,
   * as a kill leaves it.
   */
  readHere(options?: HereOptions): Promise<Outcome>;
  /** As `read`, for tests that interfere with the process. */
  start(options?: ReadOptions): Promise<ConnectorProcess>;
  close(): Promise<void>;
}

export const outcomeOf = (exitCode: number | null, messages: readonly AirbyteMessage[], stdout: string): Outcome => {
  const records = new Map<string, string[]>();
  const states = new Map<string, StateMessage['state']>();
  for (const message of messages) {
    if (message.type === 'RECORD') {
      const { stream, data, meta } = message.record;
      const lines = records.get(stream) ?? [];
      lines.push(JSON.stringify(meta === undefined ? data : { data, meta }));
      records.set(stream, lines);
    }
    if (message.type === 'STATE') states.set(message.state.stream.stream_descriptor.name, message.state);
  }
  return {
    exitCode,
    messages,
    records,
    states: [...states.values()],
    statuses: (stream) =>
      messages.flatMap((message) =>
        message.type === 'TRACE' &&
        message.trace.type === 'STREAM_STATUS' &&
        message.trace.stream_status.stream_descriptor.name === stream
          ? [message.trace.stream_status.status]
          : [],
      ),
    errors: messages.flatMap((message) => {
      if (message.type !== 'TRACE' || message.trace.type !== 'ERROR') return [];
      const { failure_type, stream_descriptor, message: text } = message.trace.error;
      return [`${failure_type} ${stream_descriptor?.name ?? ''}: ${text}`];
    }),
    log: messages.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : [])).join('\n'),
    stdout,
  };
};

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The lines that a message is on stdout. */
const linesOf = (message: AirbyteMessage | RecordLines): string[] =>
  message.type === 'RECORD_LINES'
    ? Buffer.from(message.bytes).toString().split('\n').slice(0, -1)
    : [JSON.stringify(message)];

export const startSourceOrg = async (options: SalesforceOptions = {}): Promise<SourceOrg> => {
  const salesforce = await startSalesforce(options);
  const folder = mkdtempSync(path.join(tmpdir(), 'source-'));
  const config = (): JsonObject => sourceConfig(salesforce);
  let files = 0;
  const file = (content: unknown): string => {
    files += 1;
    const name = path.join(folder, `${files}.txt`);
    writeFileSync(name, JSON.stringify(content));
    return name;
  };
  const discovered = new Map<string, readonly AirbyteStream[]>();

  const run = async (args: readonly string[]): Promise<Outcome> => {
    const { exitCode, messages, strayLines, stdout, stderr } = await runConnector(SOURCE, args);
    if (strayLines.length > 0 || stderr !== '')
      throw new Error(`beside the protocol: ${strayLines.join('\n')}${stderr}`);
    return outcomeOf(exitCode, messages, stdout);
  };

  const streams = async (objects: unknown = []): Promise<readonly AirbyteStream[]> => {
    const key = JSON.stringify(objects);
    const known = discovered.get(key);
    if (known !== undefined) return known;
    const found = await salesforceSource.discover({ ...config(), objects }, silent, () => undefined);
    discovered.set(key, found.streams);
    return found.streams;
  };

  const catalogOf = async (read: ReadOptions): Promise<ConfiguredCatalog> => {
    const chosen = (await streams(read.config?.['objects'])).filter(({ name }) => read.streams?.includes(name) ?? true);
    return {
      streams: chosen.map((stream) => ({
        stream: read.edit?.(stream) ?? stream,
        sync_mode: read.mode ?? 'incremental',
        destination_sync_mode: 'append',
      })),
    };
  };

  const readArguments = async (read: ReadOptions): Promise<string[]> => {
    const catalog = await catalogOf(read);
    const state = read.state === undefined ? [] : ['--state', file(read.state)];
    return ['read', '--config', file({ ...config(), ...read.config }), '--catalog', file(catalog), ...state];
  };

  return {
    salesforce,
    get config() {
      return config();
    },
    run: (command, changed) => run(command === 'spec' ? [command] : [command, '--config', file(changed ?? config())]),
    streams: () => streams(),
    read: async (read = {}) => run(await readArguments(read)),
    readHere: async (read = {}) => {
      const messages: AirbyteMessage[] = [];
      const say = (level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR') => (message: string) => {
        messages.push({ type: 'LOG', log: { level, message } });
      };
      const source = salesforceSource.read({
        config: { ...config(), ...read.config },
        catalog: await catalogOf(read),
        state: read.state,
        log: { debug: say('DEBUG'), info: say('INFO'), warn: say('WARN'), error: say('ERROR') },
        emit: (message) => messages.push(message),
        signal: read.signal ?? new AbortController().signal,
      });
      for await (const message of source) {
        const said = linesOf(message).map((line) => messageOn(line, 'The source'));
        messages.push(...said);
        if (said.some((one) => read.until?.(one) === true)) break;
      }
      return outcomeOf(null, messages, '');
    },
    start: async (read = {}) => spawnConnector(SOURCE, await readArguments(read)),
    close: async () => {
      await salesforce.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
