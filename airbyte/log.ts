import { format } from 'node:util';
import { shouldWriteLog } from 'faros-airbyte-cdk/lib/logger.js';
import { AirbyteLog, AirbyteLogLevel } from 'faros-airbyte-cdk/lib/protocol.js';
import type { AirbyteMessage as CdkMessage } from 'faros-airbyte-cdk/lib/protocol.js';
import { AirbyteSourceLogger } from 'faros-airbyte-cdk/lib/sources/source-logger.js';
import type { Log } from './connector.ts';
import { failureTrace } from './failures.ts';
import type { AirbyteMessage } from './protocol.ts';

/**
 * The CDK's logger with its own output: messages go where the connector's messages go, keep their level and line breaks, and
 * are never batched into states. LOG_LEVEL decides which are written.
 */
export class ProtocolLogger extends AirbyteSourceLogger implements Log {
  readonly #emit: (message: AirbyteMessage) => void;

  constructor(emit: (message: AirbyteMessage) => void) {
    super();
    this.#emit = emit;
  }

  override error(message: string, stack?: string): void {
    this.#log(AirbyteLogLevel.ERROR, message, stack);
  }

  override warn(message: string, stack?: string): void {
    this.#log(AirbyteLogLevel.WARN, message, stack);
  }

  override info(message: string, stack?: string): void {
    this.#log(AirbyteLogLevel.INFO, message, stack);
  }

  override debug(message: string, stack?: string): void {
    this.#log(AirbyteLogLevel.DEBUG, message, stack);
  }

  override trace(message: string, stack?: string): void {
    this.#log(AirbyteLogLevel.TRACE, message, stack);
  }

  override traceError(error: unknown): void {
    this.#emit(failureTrace(error));
  }

  override write(message: CdkMessage): void {
    if (message instanceof AirbyteLog && !shouldWriteLog(message, this.level)) return;
    // The CDK's message types are looser than the protocol's, but their JSON is the same.
    this.#emit(message as unknown as AirbyteMessage);
  }

  override flush(): void {
    // Nothing waits here.
  }

  // AirbyteLog.make would turn line breaks into spaces.
  #log(level: AirbyteLogLevel, message: string, stack: string | undefined): void {
    this.write(new AirbyteLog({ level, message, ...(stack !== undefined && { stack_trace: stack }) }));
  }
}

/** Turns what libraries print into LOG messages, so that it neither corrupts stdout nor escapes scrubbing on stderr. */
export const redirectConsole = (log: Log): void => {
  const line =
    (write: (message: string) => void) =>
    (...values: unknown[]) =>
      write(format(...values));
  const info = line((message) => log.info(message));
  const debug = line((message) => log.debug(message));
  Object.assign(globalThis.console, {
    log: info,
    info,
    dir: info,
    dirxml: info,
    warn: line((message) => log.warn(message)),
    error: line((message) => log.error(message)),
    debug,
    trace: debug,
  });
};
