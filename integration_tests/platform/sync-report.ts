import type { LogLevel, StreamStatus, TraceError } from '../../airbyte/protocol.ts';
import type { Side } from './connector-host.ts';

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

/** What Airbyte knows of a sync that is over. */
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
