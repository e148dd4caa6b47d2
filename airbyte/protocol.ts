import type { JSONSchema7 } from 'json-schema';

// The parts of Airbyte protocol 0.18 that the two connectors send or receive. Airbyte adds keys over time, so whatever is
// echoed (above all, a state) is passed on unchanged.

export interface StreamDescriptor {
  readonly name: string;
  readonly namespace?: string;
}

export type JsonObject = { readonly [key: string]: unknown };

export interface RecordChange {
  readonly field: string;
  readonly change: 'NULLED' | 'TRUNCATED';
  readonly reason:
    | 'SOURCE_RECORD_SIZE_LIMITATION'
    | 'SOURCE_FIELD_SIZE_LIMITATION'
    | 'SOURCE_SERIALIZATION_ERROR'
    | 'SOURCE_RETRIEVAL_ERROR'
    | 'DESTINATION_RECORD_SIZE_LIMITATION'
    | 'DESTINATION_FIELD_SIZE_LIMITATION'
    | 'DESTINATION_TYPECAST_ERROR'
    | 'DESTINATION_SERIALIZATION_ERROR'
    | 'PLATFORM_RECORD_SIZE_LIMITATION'
    | 'PLATFORM_FIELD_SIZE_LIMITATION'
    | 'PLATFORM_SERIALIZATION_ERROR';
}

export interface RecordMessage {
  readonly type: 'RECORD';
  readonly record: {
    readonly stream: string;
    readonly namespace?: string;
    readonly data: JsonObject;
    /** Epoch milliseconds. */
    readonly emitted_at: number;
    readonly meta?: { readonly changes: readonly RecordChange[] };
  };
}

export interface StateStats {
  readonly recordCount: number;
  readonly rejectedRecordCount?: number;
}

/** One stream's saved position. The platform adds `id`; a destination echoes every key it received. */
export interface StateMessage {
  readonly type: 'STATE';
  /** The line as it came, if it came from elsewhere: it goes out in place of what `state` would be printed as. */
  readonly text?: string;
  readonly state: {
    readonly type: 'STREAM';
    readonly stream: { readonly stream_descriptor: StreamDescriptor; readonly stream_state: JsonObject };
    readonly sourceStats?: StateStats;
    readonly destinationStats?: StateStats;
    readonly [unknownKey: string]: unknown;
  };
}

export type LogLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

export interface LogMessage {
  readonly type: 'LOG';
  readonly log: { readonly level: LogLevel; readonly message: string; readonly stack_trace?: string };
}

export type FailureType = 'system_error' | 'config_error' | 'transient_error';

export interface TraceError {
  /** Shown to the user. */
  readonly message: string;
  readonly internal_message?: string;
  readonly stack_trace?: string;
  readonly failure_type: FailureType;
  readonly stream_descriptor?: StreamDescriptor;
}

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

export interface TraceMessage {
  readonly type: 'TRACE';
  readonly trace:
    | { readonly type: 'ERROR'; readonly emitted_at: number; readonly error: TraceError }
    | {
        readonly type: 'STREAM_STATUS';
        readonly emitted_at: number;
        readonly stream_status: {
          readonly stream_descriptor: StreamDescriptor;
          readonly status: StreamStatus;
          readonly reasons?: readonly {
            readonly type: 'RATE_LIMITED';
            /** Epoch milliseconds. */
            readonly rate_limited: { readonly quota_reset: number };
          }[];
        };
      }
    | {
        readonly type: 'ESTIMATE';
        readonly emitted_at: number;
        readonly estimate: {
          readonly name: string;
          readonly namespace?: string;
          readonly type: 'STREAM';
          readonly row_estimate?: number;
          readonly byte_estimate?: number;
        };
      };
}

export interface ControlMessage {
  readonly type: 'CONTROL';
  readonly control: {
    readonly type: 'CONNECTOR_CONFIG';
    readonly emitted_at: number;
    readonly connectorConfig: { readonly config: JsonObject };
  };
}

export type DestinationSyncMode = 'append' | 'overwrite' | 'append_dedup';
export type SyncMode = 'full_refresh' | 'incremental';

export interface ConnectorSpecification {
  readonly documentationUrl?: string;
  readonly changelogUrl?: string;
  readonly connectionSpecification: JsonObject;
  readonly supportsIncremental?: boolean;
  readonly supported_destination_sync_modes?: readonly DestinationSyncMode[];
  readonly protocol_version?: string;
  readonly advanced_auth?: JsonObject;
}

export interface SpecMessage {
  readonly type: 'SPEC';
  readonly spec: ConnectorSpecification;
}

export interface ConnectionStatus {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly message?: string;
}

export interface ConnectionStatusMessage {
  readonly type: 'CONNECTION_STATUS';
  readonly connectionStatus: ConnectionStatus;
}

export interface AirbyteStream {
  readonly name: string;
  readonly namespace?: string;
  readonly json_schema: JSONSchema7;
  readonly supported_sync_modes: readonly SyncMode[];
  readonly source_defined_cursor?: boolean;
  readonly default_cursor_field?: readonly string[];
  readonly source_defined_primary_key?: readonly (readonly string[])[];
  readonly is_resumable?: boolean;
}

export interface Catalog {
  readonly streams: readonly AirbyteStream[];
}

export interface CatalogMessage {
  readonly type: 'CATALOG';
  readonly catalog: Catalog;
}

/** Keys that are null in the file are absent once read. */
export interface ConfiguredStream {
  readonly stream: AirbyteStream;
  /** PyAirbyte requests `incremental` for every stream, whatever the stream supports. */
  readonly sync_mode: SyncMode;
  readonly destination_sync_mode: string;
  readonly cursor_field?: readonly string[];
  readonly primary_key?: readonly (readonly string[])[];
  readonly generation_id?: number;
  readonly minimum_generation_id?: number;
  readonly sync_id?: number;
}

export interface ConfiguredCatalog {
  readonly streams: readonly ConfiguredStream[];
}

export type AirbyteMessage =
  | RecordMessage
  | StateMessage
  | LogMessage
  | TraceMessage
  | ControlMessage
  | SpecMessage
  | ConnectionStatusMessage
  | CatalogMessage;

/**
 * Records already in wire form: `count` RECORD lines of one stream, each ending in a newline. The bytes are valid only until
 * the next message is requested.
 */
export interface RecordLines {
  readonly type: 'RECORD_LINES';
  readonly stream: string;
  readonly count: number;
  readonly bytes: Uint8Array;
}

export const streamStatus = (stream: StreamDescriptor, status: StreamStatus): TraceMessage => ({
  type: 'TRACE',
  trace: {
    type: 'STREAM_STATUS',
    emitted_at: Date.now(),
    stream_status: { stream_descriptor: stream, status },
  },
});

export const traceError = (error: TraceError): TraceMessage => ({
  type: 'TRACE',
  trace: { type: 'ERROR', emitted_at: Date.now(), error },
});

export const streamState = (
  stream: StreamDescriptor,
  state: JsonObject,
  stats?: { readonly recordCount: number },
): StateMessage => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: stream, stream_state: state },
    ...(stats && { sourceStats: stats }),
  },
});

/** Whether a parsed value is an object, neither a list nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
