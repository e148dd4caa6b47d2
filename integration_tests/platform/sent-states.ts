import type { StateMessage } from '../../airbyte/protocol.ts';
import { numberState, toSource, type Naming } from './messages.ts';
import { returnedStateFaults, type SentState } from './returned-state.ts';
import type { SavedState } from './saved-connection.ts';
import type { StreamProgress } from './stream-progress.ts';

/** The states of a sync, from the source's line to the destination's acknowledgement. */
export interface SentStates {
  /** Sends a state of this stream on, numbered and with its count of records. Returns the line for the destination. */
  send(message: StateMessage, progress: StreamProgress): string;
  /** The state that the destination acknowledges, in the source's names; undefined if it was never sent. */
  acknowledge(message: StateMessage): SavedState | undefined;
  /** How many are not acknowledged yet. */
  readonly waiting: number;
}

interface SentStatesOptions {
  readonly naming: Naming;
  readonly progress: ReadonlyMap<string, StreamProgress>;
  /** Makes the line for the destination. */
  readonly forward: (message: StateMessage) => string;
  readonly complain: (complaint: string) => void;
}

export const createSentStates = ({ naming, progress, forward, complain }: SentStatesOptions): SentStates => {
  const waiting = new Map<number, SentState>();
  let lastId = 0;

  const count = (name: string, id: number, { destinationStats }: StateMessage['state']): void => {
    const stream = progress.get(name);
    if (!stream) return;
    if (id < stream.lastAcknowledged) complain(`States of ${name} were acknowledged out of order`);
    stream.lastAcknowledged = id;
    stream.committed += destinationStats?.recordCount ?? 0;
    stream.rejected += destinationStats?.rejectedRecordCount ?? 0;
  };

  return {
    get waiting() {
      return waiting.size;
    },
    send: (message, stream) => {
      const { name } = message.state.stream.stream_descriptor;
      const recordCount = stream.sinceState;
      const claimed = message.state.sourceStats?.recordCount;
      if (claimed !== undefined && claimed !== recordCount) {
        complain(`A state of ${name} claims ${claimed} records; ${recordCount} passed`);
      }
      lastId += 1;
      stream.states += 1;
      stream.sinceState = 0;
      const line = forward(numberState(message, { id: lastId, recordCount, naming }));
      waiting.set(lastId, { stream: name, recordCount, line });
      return line;
    },
    acknowledge: (message) => {
      const id = message.state['id'];
      const sent = typeof id === 'number' ? waiting.get(id) : undefined;
      if (typeof id !== 'number' || !sent) {
        complain(`The destination acknowledged a state without a known id: ${String(id)}`);
        return undefined;
      }
      waiting.delete(id);
      const descriptor = toSource(message.state.stream.stream_descriptor, naming);
      for (const fault of returnedStateFaults(descriptor.name, message, sent)) complain(fault);
      if (descriptor.name !== sent.stream) return undefined;
      count(descriptor.name, id, message.state);
      return { type: 'STREAM', stream: { ...message.state.stream, stream_descriptor: descriptor } };
    },
  };
};
