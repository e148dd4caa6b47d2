import type { ConfiguredCatalog, StreamStatus } from '../../airbyte/protocol.ts';

/** How far a stream has come in a sync that is under way. */
export interface StreamProgress {
  records: number;
  /** Records since the source's last state. */
  sinceState: number;
  states: number;
  /** The number of the last state that the destination acknowledged. */
  lastAcknowledged: number;
  committed: number;
  rejected: number;
  readonly statuses: StreamStatus[];
  /** The top-level fields that the user selected. */
  readonly selected: ReadonlySet<string>;
}

export const startProgress = ({ streams }: ConfiguredCatalog): Map<string, StreamProgress> =>
  new Map(
    streams.map(({ stream }) => [
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
