import { isDeepStrictEqual } from 'node:util';
import type {
  AirbyteMessage,
  ConfiguredCatalog,
  JsonObject,
  LogLevel,
  RecordMessage,
  StateMessage,
  StreamStatus,
  TraceError,
} from '../airbyte/protocol.ts';
import {
  numberState,
  recordFault,
  selectFields,
  toDestination,
  toSource,
  withNulls,
  type Naming,
} from './platform-messages.ts';
import { messageOn } from './protocol-lines.ts';

// What Airbyte keeps count of during a sync, and what it would complain about.

export type Side = 'source' | 'destination';

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
  /** The latest config the source asked to keep (a rotated refresh token), if it did. */
  readonly sourceConfig: JsonObject | undefined;
  /** What is on stderr, and the line on stdout in which a process was killed. */
  readonly strayLines: readonly string[];
}

/** A state as Airbyte keeps it and gives it to the next read. */
export interface SavedState {
  readonly type: 'STREAM';
  readonly stream: StateMessage['state']['stream'];
}

/** Lines come whole; one that is not a message of the protocol throws. */
export interface Books {
  /** The line for the destination that a line of the source becomes, or undefined for what is not passed on. */
  fromSource(line: string): string | undefined;
  /** The state that a line of the destination acknowledges, in the source's names. */
  fromDestination(line: string): SavedState | undefined;
  readonly stray: (line: string) => void;
  report(exits: SyncReport['exits']): SyncReport;
}

export interface BookHooks {
  readonly onRecord?: (stream: string, passed: number) => void;
  readonly onAcknowledged?: (stream: string) => void;
  readonly onLog?: (line: LoggedLine) => void;
}

interface Account {
  records: number;
  sinceState: number;
  lastAcknowledged: number;
  committed: number;
  rejected: number;
  readonly statuses: StreamStatus[];
  readonly selected: ReadonlySet<string>;
}

export interface BookOptions {
  readonly naming: Naming;
  /** Lines for the destination hold a null for every key that a message could have. */
  readonly fillsWithNulls: boolean;
}

/** Whether an acknowledged state is the one that was sent, all of its keys included, but for the destination's counts. */
const isEcho = ({ state }: StateMessage, sent: string): boolean => {
  const { destinationStats: _, ...before } = (JSON.parse(sent) as StateMessage).state;
  const { destinationStats: __, ...after } = state;
  return isDeepStrictEqual(before, after);
};

export const openBooks = (
  catalog: ConfiguredCatalog,
  { naming, fillsWithNulls }: BookOptions,
  hooks: BookHooks,
): Books => {
  const lineOf = (message: RecordMessage | StateMessage): string =>
    JSON.stringify(fillsWithNulls ? withNulls(message) : message);
  const accounts = new Map<string, Account>(
    catalog.streams.map(({ stream }) => [
      stream.name,
      {
        records: 0,
        sinceState: 0,
        lastAcknowledged: 0,
        committed: 0,
        rejected: 0,
        statuses: [],
        selected: new Set(Object.keys(stream.json_schema.properties ?? {})),
      },
    ]),
  );
  const awaited = new Map<number, { readonly stream: string; readonly recordCount: number; readonly line: string }>();
  const failures: TraceError[] = [];
  const logs: LoggedLine[] = [];
  const complaints: string[] = [];
  const strayLines: string[] = [];
  let sourceConfig: JsonObject | undefined;
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
    } else if (message.type === 'CONTROL') {
      sourceConfig = message.control.connectorConfig.config;
    }
  };

  return {
    fromSource: (line) => {
      const message = messageOn(line, 'The source');
      if (message.type === 'RECORD') {
        const fault = recordFault(message.record, catalog);
        if (fault) complaints.push(`The source sent ${fault}`);
        const books = accounts.get(message.record.stream);
        if (!books || Object.keys(message.record.data).length === 0) return undefined;
        books.records += 1;
        books.sinceState += 1;
        passed += 1;
        hooks.onRecord?.(message.record.stream, passed);
        const { stream, data, ...rest } = message.record;
        const renamed = toDestination({ name: stream }, naming);
        const record = {
          ...rest,
          stream: renamed.name,
          ...(renamed.namespace !== undefined && { namespace: renamed.namespace }),
          data: selectFields(data, books.selected),
        };
        return lineOf({ type: 'RECORD', record });
      }
      if (message.type === 'STATE') {
        const stream = message.state.stream.stream_descriptor.name;
        const books = account(stream, 'A state');
        if (!books) return undefined;
        const claimed = message.state.sourceStats?.recordCount;
        if (claimed !== undefined && claimed !== books.sinceState) {
          complaints.push(`A state of ${stream} claims ${claimed} records; ${books.sinceState} passed`);
        }
        lastId += 1;
        const recordCount = books.sinceState;
        const forwarded = lineOf(numberState(message, { id: lastId, recordCount, naming }));
        awaited.set(lastId, { stream, recordCount, line: forwarded });
        books.sinceState = 0;
        return forwarded;
      }
      note('source', message);
      return undefined;
    },

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
      const books = account(descriptor.name, 'An acknowledged state');
      if (!books || descriptor.name !== sent.stream) return undefined;
      if (!isEcho(message, sent.line)) complaints.push(`A state of ${descriptor.name} came back changed`);
      if (id < books.lastAcknowledged) complaints.push(`States of ${descriptor.name} were acknowledged out of order`);
      books.lastAcknowledged = id;
      const { recordCount = 0, rejectedRecordCount = 0 } = message.state.destinationStats ?? {};
      if (recordCount + rejectedRecordCount !== sent.recordCount) {
        complaints.push(
          `A state of ${descriptor.name} covers ${sent.recordCount} records; ` +
            `the destination accounts for ${recordCount} written and ${rejectedRecordCount} rejected`,
        );
      }
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
      sourceConfig,
      strayLines,
    }),
  };
};
