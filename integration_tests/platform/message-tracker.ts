import type {
  AirbyteMessage,
  ConfiguredCatalog,
  JsonObject,
  RecordMessage,
  StateMessage,
  TraceError,
  TraceMessage,
} from '../../airbyte/protocol.ts';
import { messageOn } from '../protocol/lines.ts';
import { fromCache } from './pyairbyte-cache.ts';
import type { Side } from './connector-host.ts';
import { platformState, recordFault, selectFields, toDestination, type Naming } from './messages.ts';
import type { SavedState } from './saved-connection.ts';
import { createSentStates } from './sent-states.ts';
import { startProgress, type StreamProgress } from './stream-progress.ts';
import type { LoggedLine, SyncReport } from './sync-report.ts';

/**
 * Stands between source and destination as Airbyte does: turns the lines of one into lines for the other, and counts what
 * passes. Lines come whole; one that is not a message of the protocol throws.
 */
export interface MessageTracker {
  /** The line for the destination that a line of the source becomes, or undefined for what is not passed on. */
  fromSource(line: string): string | undefined;
  /**
   * The lines for the destination that a source which ended well has left out: an empty state for each stream that is read
   * in full, cannot be resumed and had none.
   */
  missingStates(): readonly string[];
  /** The state that a line of the destination acknowledges, in the source's names. */
  fromDestination(line: string): SavedState | undefined;
  readonly stray: (line: string) => void;
  report(exits: SyncReport['exits']): SyncReport;
}

export interface TrackerHooks {
  readonly onRecord?: (stream: string, passed: number) => void;
  /** Called with the line for the destination before it is written. */
  readonly onForwarded?: (line: string) => void;
  /** The source asks to keep this config from now on (a rotated refresh token). */
  readonly onSourceConfig?: (config: JsonObject) => void;
  readonly onAcknowledged?: (stream: string) => void;
  readonly onLog?: (line: LoggedLine) => void;
}

interface TrackerOptions {
  readonly naming: Naming;
  /** The destination is given what comes out of a cache, statuses included, which Airbyte keeps to itself. */
  readonly hasCache: boolean;
}

type StatusTrace = Extract<TraceMessage['trace'], { readonly type: 'STREAM_STATUS' }>;

const recordForDestination = (
  record: RecordMessage['record'],
  { selected }: StreamProgress,
  naming: Naming,
): RecordMessage => {
  const { name, namespace } = toDestination({ name: record.stream }, naming);
  const data = selectFields(record.data, selected);
  return { type: 'RECORD', record: { ...record, stream: name, ...(namespace !== undefined && { namespace }), data } };
};

const statusForDestination = (trace: StatusTrace, naming: Naming): TraceMessage => {
  const { stream_status } = trace;
  const stream_descriptor = toDestination(stream_status.stream_descriptor, naming);
  return { type: 'TRACE', trace: { ...trace, stream_status: { ...stream_status, stream_descriptor } } };
};

export const createMessageTracker = (
  catalog: ConfiguredCatalog,
  { naming, hasCache }: TrackerOptions,
  hooks: TrackerHooks = {},
): MessageTracker => {
  const progress = startProgress(catalog);
  const failures: TraceError[] = [];
  const logs: LoggedLine[] = [];
  const complaints: string[] = [];
  const strayLines: string[] = [];
  let passed = 0;

  const forward = (message: RecordMessage | StateMessage | TraceMessage): string => {
    const line = JSON.stringify(hasCache ? fromCache(message) : message);
    hooks.onForwarded?.(line);
    return line;
  };
  const states = createSentStates({ naming, progress, forward, complain: (text) => void complaints.push(text) });

  const progressOf = (stream: string, what: string): StreamProgress | undefined => {
    const found = progress.get(stream);
    if (!found) complaints.push(`${what} of a stream that is not in the catalog: ${stream}`);
    return found;
  };

  /** Logs, errors and statuses stay with Airbyte. */
  const keep = (from: Side, message: AirbyteMessage): void => {
    if (message.type === 'LOG') {
      const line = { from, level: message.log.level, message: message.log.message };
      logs.push(line);
      hooks.onLog?.(line);
    } else if (message.type === 'TRACE' && message.trace.type === 'ERROR') {
      failures.push(message.trace.error);
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor: stream, status } = message.trace.stream_status;
      progressOf(stream.name, 'A status')?.statuses.push(status);
    }
  };

  const passRecord = ({ record }: RecordMessage): string | undefined => {
    const fault = recordFault(record, catalog);
    if (fault) complaints.push(`The source sent ${fault}`);
    const stream = progress.get(record.stream);
    if (!stream) return undefined;
    passed += 1;
    stream.records += 1;
    stream.sinceState += 1;
    hooks.onRecord?.(record.stream, passed);
    return forward(recordForDestination(record, stream, naming));
  };

  const passState = (message: StateMessage): string | undefined => {
    const stream = progressOf(message.state.stream.stream_descriptor.name, 'A state');
    return stream && states.send(message, stream);
  };

  const fromSource = (line: string): string | undefined => {
    const message = messageOn(line, 'The source');
    if (message.type === 'RECORD') return passRecord(message);
    if (message.type === 'STATE') return passState(message);
    keep('source', message);
    if (message.type === 'CONTROL') hooks.onSourceConfig?.(message.control.connectorConfig.config);
    if (!hasCache || message.type !== 'TRACE' || message.trace.type !== 'STREAM_STATUS') return undefined;
    return forward(statusForDestination(message.trace, naming));
  };

  return {
    fromSource,
    missingStates: () =>
      catalog.streams
        .filter(({ sync_mode, stream }) => sync_mode === 'full_refresh' && stream.is_resumable !== true)
        .filter(({ stream }) => progress.get(stream.name)?.states === 0)
        .flatMap(({ stream }) => fromSource(JSON.stringify(platformState(stream, {}))) ?? []),
    fromDestination: (line) => {
      const message = messageOn(line, 'The destination');
      if (message.type !== 'STATE') {
        keep('destination', message);
        return undefined;
      }
      const saved = states.acknowledge(message);
      if (saved) hooks.onAcknowledged?.(saved.stream.stream_descriptor.name);
      return saved;
    },
    stray: (line) => void strayLines.push(line),
    report: (exits) => ({
      succeeded: Object.values(exits).every((code) => code === 0),
      exits,
      streams: progress,
      failures,
      logs,
      complaints:
        states.waiting > 0 && exits.destination === 0
          ? [...complaints, `${states.waiting} states were never acknowledged`]
          : complaints,
      strayLines,
    }),
  };
};
