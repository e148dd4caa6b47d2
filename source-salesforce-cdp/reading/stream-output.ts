import type { AirbyteMessage, RecordLines } from '../../airbyte/protocol.ts';
import { streamState } from '../../airbyte/protocol.ts';
import { encodeState } from '../planning/state.ts';
import type { StreamState } from '../planning/state.ts';

export type Message = AirbyteMessage | RecordLines;

/** What reading a stream has cost so far. */
export interface Spent {
  calls: number;
  records: number;
  bytes: number;
  jobs: number;
}

/** The latest state that is true of what has been sent: that of the last message, at first that of the earlier read. */
export interface LastState {
  state: StreamState | undefined;
}

/** The platform stops a source that sends neither record nor state for long, and a job can make us wait that long. */
const MAX_SILENCE_MS = 3 * 60_000;

/** Turns what has been read of a stream into messages, keeping `spent` and `last` up to date. */
export interface StreamOutput {
  lines(bytes: Uint8Array, count: number): Message;
  state(state: StreamState): Message;
  estimate(rows: number): Message;
  /** The last state again, or else `state`, when nothing has been sent for a while. */
  keepAlive(state: StreamState): Message[];
}

export const createStreamOutput = (stream: string, spent: Spent, last: LastState): StreamOutput => {
  let sinceState = 0;
  let sentAt = Date.now();
  const stateMessage = (state: StreamState): Message => {
    last.state = state;
    const message = streamState({ name: stream }, encodeState(state), { recordCount: sinceState });
    sinceState = 0;
    sentAt = Date.now();
    return message;
  };
  return {
    lines(bytes, count) {
      spent.records += count;
      spent.bytes += bytes.length;
      sinceState += count;
      sentAt = Date.now();
      return { type: 'RECORD_LINES', stream, count, bytes };
    },
    state: stateMessage,
    estimate: (rows) => ({
      type: 'TRACE',
      trace: {
        type: 'ESTIMATE',
        emitted_at: Date.now(),
        estimate: { name: stream, type: 'STREAM', row_estimate: rows },
      },
    }),
    keepAlive: (state) => (Date.now() - sentAt > MAX_SILENCE_MS ? [stateMessage(last.state ?? state)] : []),
  };
};
