import path from 'node:path';
import { Readable } from 'node:stream';
import type { Log } from '../../airbyte/connector.ts';
import { failureTrace } from '../../airbyte/failures.ts';
import { readInput } from '../../airbyte/input.ts';
import type { AirbyteMessage, ConfiguredCatalog, JsonObject, StateMessage } from '../../airbyte/protocol.ts';
import { parseConfig } from '../../destination-ortto-cdp/config.ts';
import { DEFAULT_LIMITS, write } from '../../destination-ortto-cdp/write.ts';
import type { Limits } from '../../destination-ortto-cdp/write.ts';
import { runConnector, spawnConnector } from '../protocol/connector-process.ts';
import type { ConnectorProcess } from '../protocol/connector-process.ts';
import { messageOn } from '../protocol/lines.ts';
import { connectionStatuses, logTexts, traceErrors } from '../protocol/message-kinds.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import { root } from '../fixtures/root.ts';
import { withJsonFiles } from '../fixtures/json-files.ts';

// Runs the shipped destination against an embedded Ortto, with lines as the platform would write them.

const entry = path.join(root, 'destination-ortto-cdp/main.ts');

/** A fresh 18-character Salesforce id: its first three characters, a number, and the checksum of what has no capitals. */
export const salesforceId = (prefix: '001' | '003' | '00Q' | '006' | '00T', number: number): string => {
  const bits = prefix.endsWith('Q') ? 'E' : 'A';
  return `${prefix}${String(number).padStart(12, '0')}${bits}AA`;
};

export const record = (stream: string, data: JsonObject): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1_700_000_000_000 } })}\n`;

export const state = (stream: string, id: number, more: JsonObject = {}): string =>
  `${JSON.stringify({
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: { name: stream }, stream_state: { cursor: id } },
      id,
      ...more,
    },
  })}\n`;

const SCHEMAS: { readonly [type: string]: JsonObject } = {
  text: { type: ['null', 'string'] },
  number: { type: ['null', 'number'] },
  boolean: { type: ['null', 'boolean'] },
  time: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  date: { type: ['null', 'string'], format: 'date' },
  list: { type: ['null', 'array'], items: { type: 'string' } },
};

/** Streams with their fields; a field without a type is text. */
export type Streams = { readonly [stream: string]: readonly string[] };

const TYPES: { readonly [field: string]: string } = {
  IsDeleted: 'boolean',
  IsConverted: 'boolean',
  HasOptedOutOfEmail: 'boolean',
  NumberOfEmployees: 'number',
  Score__c: 'number',
  Interests__c: 'list',
  Topics__c: 'list',
  Born__c: 'date',
  CreatedDate: 'time',
  CompletedDateTime: 'time',
};

export const catalogOf = (streams: Streams, mode: string): JsonObject => ({
  streams: Object.entries(streams).map(([name, fields]) => ({
    stream: {
      name,
      json_schema: {
        type: 'object',
        properties: Object.fromEntries(fields.map((field) => [field, SCHEMAS[TYPES[field] ?? 'text']])),
      },
      supported_sync_modes: ['full_refresh', 'incremental'],
    },
    sync_mode: 'incremental',
    destination_sync_mode: mode,
  })),
});

export interface Run {
  readonly exitCode: number | null;
  readonly messages: readonly AirbyteMessage[];
  readonly stdout: string;
  readonly stderr: string;
}

export interface WriteOptions {
  readonly config?: JsonObject;
  readonly streams: Streams;
  readonly mode?: string;
  readonly lines: Iterable<string> | AsyncIterable<string>;
}

export const configOf = (ortto: OrttoSimulator, config: JsonObject = {}): JsonObject => ({
  api_key: ortto.apiKey,
  api_url: ortto.url,
  requests_per_second: 500,
  ...config,
});

/** Runs `write` to its end. */
export const runWrite = (ortto: OrttoSimulator, options: WriteOptions): Promise<Run> =>
  startWrite(ortto, options, async ({ ended, messages, stdout, stderr }) => ({
    exitCode: await ended,
    messages,
    stdout: stdout(),
    stderr: stderr(),
  }));

/**
 * Runs `write` in this process: what runWrite does, less the start of a process and the edge's stdout. For tests of
 * which there are many, and of limits that no setting reaches.
 */
export const liveWrite = async (
  ortto: OrttoSimulator,
  { config, streams, mode = 'append_dedup', lines }: WriteOptions,
  limits: Partial<Limits> = {},
): Promise<Run> => {
  const messages: AirbyteMessage[] = [];
  const say = (level: 'ERROR' | 'WARN' | 'INFO' | 'DEBUG') => (message: string) => {
    messages.push({ type: 'LOG', log: { level, message } });
  };
  const log: Log = { error: say('ERROR'), warn: say('WARN'), info: say('INFO'), debug: say('DEBUG') };
  const { signal } = new AbortController();
  const bytes = Readable.from(inChunks(lines), { objectMode: false });
  const input = readInput(bytes, signal);
  const catalog = catalogOf(streams, mode) as unknown as ConfiguredCatalog;
  let exitCode = 0;
  try {
    const settings = parseConfig(configOf(ortto, config));
    for await (const message of write(
      settings,
      { config, catalog, input, log, signal },
      { ...DEFAULT_LIMITS, ...limits },
    )) {
      messages.push(message);
    }
  } catch (error) {
    exitCode = 1;
    messages.push(failureTrace(error));
  }
  const said = messages.map((message) =>
    message.type === 'STATE' && message.text !== undefined ? message.text : JSON.stringify(message),
  );
  for (const line of said) messageOn(line, 'The destination');
  return { exitCode, messages, stdout: said.map((line) => `${line}\n`).join(''), stderr: '' };
};

async function* inChunks(lines: WriteOptions['lines']): AsyncGenerator<Buffer> {
  for await (const line of lines) yield Buffer.from(line);
}

/** Starts `write` and hands the process to `act`. */
export const startWrite = <Result>(
  ortto: OrttoSimulator,
  { config, streams, mode = 'append_dedup', lines }: WriteOptions,
  act: (process: ConnectorProcess) => Promise<Result>,
): Promise<Result> =>
  withJsonFiles({ 'config.json': configOf(ortto, config), 'catalog.txt': catalogOf(streams, mode) }, (pathOf) => {
    const args = ['write', '--config', pathOf('config.json'), '--catalog', pathOf('catalog.txt')];
    return act(spawnConnector(entry, args, { stdin: lines }));
  });

/** Runs `check` and returns its status. */
export const runCheck = (ortto: OrttoSimulator, config: JsonObject = {}) =>
  withJsonFiles({ 'config.json': configOf(ortto, config) }, async (pathOf) => {
    const { exitCode, messages, stdout } = await runConnector(entry, ['check', '--config', pathOf('config.json')]);
    return { exitCode, statuses: connectionStatuses(messages), stdout };
  });

export const statesOf = ({ messages }: Pick<Run, 'messages'>): readonly StateMessage[] =>
  messages.flatMap((message) => (message.type === 'STATE' ? [message] : []));

export const stateIds = (run: Pick<Run, 'messages'>): readonly unknown[] =>
  statesOf(run).map((message) => message.state['id']);

/** Texts of the LOG messages of a level. */
export const logs = ({ messages }: Pick<Run, 'messages'>, level: string): readonly string[] =>
  logTexts(messages, level);

export const errorsOf = ({ messages }: Pick<Run, 'messages'>) => traceErrors(messages);

/** The ledger line of a stream. */
export const ledgerOf = (run: Pick<Run, 'messages'>, stream: string): JsonObject => {
  const lines = logs(run, 'INFO').flatMap((text) =>
    text.startsWith('ledger ') ? [JSON.parse(text.slice('ledger '.length)) as JsonObject] : [],
  );
  const line = lines.find((each) => each['stream'] === stream);
  if (line === undefined) throw new Error(`No ledger line for ${stream}: ${logs(run, 'ERROR').join('\n')}`);
  return line;
};

/** The ids in the lines that the source takes back, of records that were rejected or of another cause. */
export const idsToSendAgain = (run: Pick<Run, 'messages'>, cause: 'rejected' | 'left_out' | 'no_person') =>
  logs(run, 'WARN').flatMap((text) => {
    if (!text.startsWith('send_again ')) return [];
    const { because = 'rejected', ids } = JSON.parse(text.slice('send_again '.length)) as JsonObject;
    return because === cause ? (ids as readonly string[]) : [];
  });

/** The records that were named by a line of their own, after its first word. */
export const linesOf = (run: Pick<Run, 'messages'>, word: 'rejected' | 'left_out' | 'skipped'): readonly JsonObject[] =>
  logs(run, 'WARN').flatMap((text) =>
    text.startsWith(`${word} `) ? [JSON.parse(text.slice(word.length + 1)) as JsonObject] : [],
  );

export const rejections = (run: Pick<Run, 'messages'>): readonly JsonObject[] => linesOf(run, 'rejected');
