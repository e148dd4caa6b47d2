import type {
  AirbyteMessage,
  Catalog,
  ConfiguredCatalog,
  ConnectionStatus,
  ConnectorSpecification,
  ControlMessage,
  JsonObject,
  RecordLines,
  StateMessage,
} from './protocol.ts';

// What a connector is to the protocol edge: plain functions. The runner turns them into commands.

/** Writes LOG messages in the order of the calls, between whatever else the connector emits. Never a record's values. */
export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

export interface ReadInput {
  /** The parsed config file, not yet checked. */
  readonly config: unknown;
  readonly catalog: ConfiguredCatalog;
  /** The parsed state file as it came (an array of STREAM states); undefined when there is none. */
  readonly state: unknown;
  readonly log: Log;
  /** Hands over the config as a login has changed it: at once, whatever else is or fails to be read. */
  readonly emit: (message: ControlMessage) => void;
  /** Aborted by SIGTERM: finish what is in flight, emit the states that are true, return. */
  readonly signal: AbortSignal;
}

export interface Source {
  spec(): ConnectorSpecification;
  /** FAILED with a sentence, or a ConfigError or TransientError, which become FAILED with their message. */
  check(config: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<ConnectionStatus>;
  /** `emit` here and in `check` hands over the config as a login has changed it, before the answer. */
  discover(config: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<Catalog>;
  /**
   * Messages in the order in which they must reach stdout. The next one is asked for only when stdout has room, so a
   * slow reader slows the source. The process exits 1 if any TRACE error was among them or the iteration throws.
   */
  read(input: ReadInput): AsyncIterable<AirbyteMessage | RecordLines>;
}

/** A record as the platform hands it to a destination; `data` is undefined when the line had none. */
export interface IncomingRecord {
  readonly kind: 'record';
  readonly stream: string;
  readonly namespace: string | undefined;
  readonly data: JsonObject | undefined;
  /** Number of its line on stdin, from 1. */
  readonly line: number;
}

/** A state exactly as it came, unknown keys included. */
export interface IncomingState {
  readonly kind: 'state';
  readonly message: StateMessage;
  readonly line: number;
}

export interface WriteInput {
  readonly config: unknown;
  readonly catalog: ConfiguredCatalog;
  /**
   * Records and states in arrival order, a lot at a time; other messages are left out. Pulling slowly slows the sender.
   * Throws TornInputError, while a lot is iterated, on a line that is not a message. Ends early, without error, once
   * `signal` is aborted.
   */
  readonly input: AsyncIterable<Iterable<IncomingRecord | IncomingState>>;
  readonly log: Log;
  /** Aborted by SIGTERM: finish what is under way, let its states leave, return. */
  readonly signal: AbortSignal;
}

export interface Destination {
  spec(): ConnectorSpecification;
  /** As for a source. */
  check(config: unknown, log: Log): Promise<ConnectionStatus>;
  /** Yields states once everything before them is settled. An iteration that throws ends the process with 1. */
  write(input: WriteInput): AsyncIterable<StateMessage>;
}
