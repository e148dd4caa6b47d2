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

// A connector as the protocol edge sees it: plain functions, which the runner turns into commands.

/** Writes LOG messages in the order of the calls, among whatever else the connector emits. Never contains a record's values. */
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
  /** The parsed state file, unchanged (an array of STREAM states); undefined if there is none. */
  readonly state: unknown;
  readonly log: Log;
  /** Hands over the config as changed by a login: at once, whether or not anything else is read. */
  readonly emit: (message: ControlMessage) => void;
  /** Aborted by SIGTERM: finish what is in flight, emit the states that are safe to emit, return. */
  readonly signal: AbortSignal;
}

export interface Source {
  spec(): ConnectorSpecification;
  /** FAILED with a sentence, or a ConfigError or TransientError, which become FAILED with their message. */
  check(config: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<ConnectionStatus>;
  /** Here and in `check`, `emit` hands over the config as changed by a login, before the answer. */
  discover(config: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<Catalog>;
  /**
   * Messages in the order in which they must reach stdout. The next one is requested only when stdout has room, so a slow
   * reader slows the source down. The process exits with 1 if any TRACE error was among them or the iteration throws.
   */
  read(input: ReadInput): AsyncIterable<AirbyteMessage | RecordLines>;
}

/**
 * A record as the platform passes it to a destination; `data` is undefined if the line had none. A number of more than 15 digits
 * is the text it came as, which a number of JavaScript could not carry.
 */
export interface IncomingRecord {
  readonly kind: 'record';
  readonly stream: string;
  readonly namespace: string | undefined;
  readonly data: JsonObject | undefined;
  /** The columns whose value was lost on the way (`meta.changes`, NULLED): their null says nothing about the row. */
  readonly nulled: readonly string[];
  /** The number of its line on stdin, from 1. */
  readonly line: number;
}

/** A state as received, including unknown keys; its `text` is the line itself. */
export interface IncomingState {
  readonly kind: 'state';
  readonly message: StateMessage;
  readonly line: number;
}

export interface WriteInput {
  readonly config: unknown;
  readonly catalog: ConfiguredCatalog;
  /**
   * Records and states in arrival order, one lot at a time; other messages are skipped. Pulling slowly slows the sender down.
   * Throws TornInputError, while a lot is iterated, on a line that is not a message. Ends early, without an error, once
   * `signal` is aborted.
   */
  readonly input: AsyncIterable<Iterable<IncomingRecord | IncomingState>>;
  readonly log: Log;
  /** Aborted by SIGTERM: finish what is under way, emit its states, return. */
  readonly signal: AbortSignal;
}

export interface Destination {
  spec(): ConnectorSpecification;
  /** As for a source. */
  check(config: unknown, log: Log): Promise<ConnectionStatus>;
  /** Yields states once everything before them is settled. If the iteration throws, the process exits with 1. */
  write(input: WriteInput): AsyncIterable<StateMessage>;
}
