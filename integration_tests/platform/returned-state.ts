import { isDeepStrictEqual } from 'node:util';
import type { StateMessage } from '../../airbyte/protocol.ts';

/** A state on its way: what the destination was given, and how many records it covers. */
export interface SentState {
  readonly stream: string;
  readonly recordCount: number;
  readonly line: string;
}

const withoutCounts = ({ state }: StateMessage) => {
  const { destinationStats: _, ...rest } = state;
  return rest;
};

/** Airbyte's complaints about the state that came back for one it sent; `stream` is the one that the answer names. */
export const returnedStateFaults = (stream: string, message: StateMessage, sent: SentState): readonly string[] => {
  if (stream !== sent.stream) return [`A state of ${sent.stream} came back as one of ${stream}`];
  const isSame = isDeepStrictEqual(withoutCounts(message), withoutCounts(JSON.parse(sent.line) as StateMessage));
  const { recordCount = 0, rejectedRecordCount = 0 } = message.state.destinationStats ?? {};
  return [
    ...(isSame ? [] : [`A state of ${stream} came back changed`]),
    ...(recordCount + rejectedRecordCount === sent.recordCount
      ? []
      : [
          `A state of ${stream} covers ${sent.recordCount} records; ` +
            `the destination accounts for ${recordCount} written and ${rejectedRecordCount} rejected`,
        ]),
  ];
};
