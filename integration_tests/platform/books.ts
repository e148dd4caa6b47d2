import type {
  AirbyteMessage,
  ConfiguredCatalog,
  JsonObject,
  LogLevel,
  RecordMessage,
  StateMessage,
  StreamStatus,
  TraceError,
  TraceMessage,
} from '../../airbyte/protocol.ts';
import { fromCache } from './cache.ts';
import { echoFaults, type SentState } from './echo.ts';
import type { Side } from './host.ts';
import type { SavedState } from './memory.ts';
import {
  numberState,
  platformState,
  recordFault,
  selectFields,
  toDestination,
  toSource,
  type Naming,
} from './messages.ts';
import { messageOn } from '../protocol/lines.ts';

// What Airbyte keeps count of during a sync, and what it would complain about.

export interface LoggedLine {
  readonly from: Side;
  readonly level: LogLevel;
  readonly message: string;
}

export interface StreamCount {
  /** Records the source sent. */
  readonly records: number;
  readonly statuses: readonly StreamStatus[];
  /** Records covered by acknowledged states: written or skipped, and refused. */
  readonly committed: number;
  readonly rejected: number;
}

export interface SyncReport {
  readonly succeeded: boolean;
  /** Exit codes; null after a kill. */
  readonly exits: Readonly<Record<Side, number | null>>;
  readonly streams: ReadonlyMap<string, StreamCount>;
  readonly failures: readonly TraceError[];
  readonly logs: readonly LoggedLine[];
  /** What Airbyte would complain about: lost state ids, counts that do not agree. Empty when all is well. */
  readonly complaints: readonly string[];
  /** What is on stderr, and the line on stdout in which a process was killed. */
  readonly strayLines: readonly string[];
}

/** Lines come whole; one that is not a message of the protocol throws. */
export interface Books {
  /** The line for the destination that a line of the source becomes, or undefined for what is not passed on. */
  fromSource(line: string): string | undefined;
  /**
   * The lines for the destination that a source which ended well has left out: an empty state for each stream that is read
   * in full, cannot be resumed and had none.
   */
  leftOut(): readonly string[];
  /** The state that a line of the destination acknowledges, in the source's names. */
  fromDestination(line: string): SavedState | undefined;
  readonly stray: (line: string) => void;
  report(exits: SyncReport['exits']): SyncReport;
}

export interface BookHooks {
  readonly onRecord?: (stream: string, passed: number) => void;
  /** Called with the line for the destination before it is written. */
  readonly onForwarded?: (line: string) => void;
  /** The source asks to keep this config from now on (a rotated refresh token). */
  readonly onSourceConfig?: (config: JsonObject) => void;
  readonly onAcknowledged?: (stream: string) => void;
  readonly onLog?: (line: LoggedLine) => void;
}

interface Account {
  records: number;
  sinceState: number;
  states: number;
  lastAcknowledged: number;
  committed: number;
  rejected: number;
  readonly statuses: StreamStatus[];
  readonly selected: ReadonlySet<string>;
}

export interface BookOptions {
  readonly naming: Naming;
  /** The destination is given what comes out of a cache, statuses included, which Airbyte keeps to itself. */
  readonly hasCache: boolean;
}

export const openBooks = (
  catalog: ConfiguredCatalog,
  { naming, hasCache }: BookOptions,
  hooks: BookHooks = {},
): Books => {
  const forwarded = (message: RecordMessage | StateMessage | TraceMessage): string => {
    const line = JSON.stringify(hasCache ? fromCache(message) : message);
    hooks.onForwarded?.(line);
    return line;
  };
  const accounts = new Map<string, Account>(
    catalog.streams.map(({ stream }) => [
      stream.name,
      {
        records: 0,
        sinceState: 0,
        states: 0,
        lastAcknowledged: 0,
        committed: 0,
        rejected: 0,
        statuses: [],
        selected: new Set(Object.keys(stream.json_schema.properties ?? {})),
      },
    ]),
  );
  const awaited = new Map<number, SentState>();
  const failures: TraceError[] = [];
  const logs: LoggedLine[] = [];
  const complaints: string[] = [];
  const strayLines: string[] = [];
  let passed = 0;
  let lastId = 0;

  const account = (stream: string, what: string): Account | undefined => {
    const found = accounts.get(stream);
    if (!found) complaints.push(`${what} of a stream that is not in the catalog: ${stream}`);
    return found;
  };

  const note = (from: Side, message: AirbyteMessage): void => {
    if (message.type === 'LOG') {
      const line = { from, level: message.log.level, message: message.log.message };
      logs.push(line);
      hooks.onLog?.(line);
    } else if (message.type === 'TRACE' && message.trace.type === 'ERROR') {
      failures.push(message.trace.error);
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor: stream, status } = message.trace.stream_status;
      account(stream.name, 'A status')?.statuses.push(status);
    }
  };

  const passRecord = ({ record }: RecordMessage): string | undefined => {
    const fault = recordFault(record, catalog);
    if (fault) complaints.push(`The source sent ${fault}`);
    const books = accounts.get(record.stream);
    if (!books) return undefined;
    passed += 1;
    books.records += 1;
    books.sinceState += 1;
    hooks.onRecord?.(record.stream, passed);
    const { name, namespace } = toDestination({ name: record.stream }, naming);
    const data = selectFields(record.data, books.selected);
    const renamed = { ...record, stream: name, ...(namespace !== undefined && { namespace }), data };
    return forwarded({ type: 'RECORD', record: renamed });
  };

  const passState = (message: StateMessage): string | undefined => {
    const stream = message.state.stream.stream_descriptor.name;
    const books = account(stream, 'A state');
    if (!books) return undefined;
    const recordCount = books.sinceState;
    const claimed = message.state.sourceStats?.recordCount;
    if (claimed !== undefined && claimed !== recordCount) {
      complaints.push(`A state of ${stream} claims ${claimed} records; ${recordCount} passed`);
    }
    lastId += 1;
    books.states += 1;
    books.sinceState = 0;
    const line = forwarded(numberState(message, { id: lastId, recordCount, naming }));
    awaited.set(lastId, { stream, recordCount, line });
    return line;
  };

  const passStatus = (message: TraceMessage): string | undefined => {
    if (!hasCache || message.trace.type !== 'STREAM_STATUS') return undefined;
    const { stream_status } = message.trace;
    const stream_descriptor = toDestination(stream_status.stream_descriptor, naming);
    return forwarded({
      type: 'TRACE',
      trace: { ...message.trace, stream_status: { ...stream_status, stream_descriptor } },
    });
  };

  const passOn = (line: string): string | undefined => {
    const message = messageOn(line, 'The source');
    if (message.type === 'RECORD') return passRecord(message);
    if (message.type === 'STATE') return passState(message);
    note('source', message);
    if (message.type === 'CONTROL') hooks.onSourceConfig?.(message.control.connectorConfig.config);
    return message.type === 'TRACE' ? passStatus(message) : undefined;
  };

  return {
    fromSource: passOn,

    leftOut: () =>
      catalog.streams
        .filter(({ sync_mode, stream }) => sync_mode === 'full_refresh' && stream.is_resumable !== true)
        .filter(({ stream }) => accounts.get(stream.name)?.states === 0)
        .flatMap(({ stream }) => passOn(JSON.stringify(platformState(stream, {}))) ?? []),

    fromDestination: (line) => {
      const message = messageOn(line, 'The destination');
      if (message.type !== 'STATE') {
        note('destination', message);
        return undefined;
      }
      const id = message.state['id'];
      const sent = typeof id === 'number' ? awaited.get(id) : undefined;
      if (typeof id !== 'number' || !sent) {
        complaints.push(`The destination acknowledged a state without a known id: ${String(id)}`);
        return undefined;
      }
      awaited.delete(id);
      const descriptor = toSource(message.state.stream.stream_descriptor, naming);
      complaints.push(...echoFaults(descriptor.name, message, sent));
      const books = accounts.get(descriptor.name);
      if (!books || descriptor.name !== sent.stream) return undefined;
      if (id < books.lastAcknowledged) complaints.push(`States of ${descriptor.name} were acknowledged out of order`);
      books.lastAcknowledged = id;
      const { recordCount = 0, rejectedRecordCount = 0 } = message.state.destinationStats ?? {};
      books.committed += recordCount;
      books.rejected += rejectedRecordCount;
      hooks.onAcknowledged?.(descriptor.name);
      return { type: 'STREAM', stream: { ...message.state.stream, stream_descriptor: descriptor } };
    },

    stray: (line) => void strayLines.push(line),

    report: (exits) => ({
      succeeded: Object.values(exits).every((code) => code === 0),
      exits,
      streams: accounts,
      failures,
      logs,
      complaints:
        awaited.size > 0 && exits.destination === 0
          ? [...complaints, `${awaited.size} states were never acknowledged`]
          : complaints,
      strayLines,
    }),
  };
};
