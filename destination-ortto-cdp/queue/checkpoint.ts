import { withDestinationStats } from '../../airbyte/state-text.ts';
import type { StateMessage, StreamDescriptor } from '../../airbyte/protocol.ts';

/** The records of one stream between two of its states. */
interface Span {
  readonly stream: Line;
  unsettled: number;
  records: number;
  rejected: number;
  state: StateMessage | undefined;
}

/** The spans of one stream in arrival order; the last one has no state yet. */
type Line = Span[];

/** A record's place in its stream's line, held until the record is settled. */
export interface Place {
  readonly span: Span;
  settled: boolean;
}

/**
 * Decides which states may be emitted. A state is emitted when no unsettled record of its stream is ahead of it, in the order
 * in which that stream's states arrived; other streams never hold it back. Records are tracked by place, not by counting: a
 * rejection that settles early must not make up for an earlier write that is still under way.
 */
export interface Checkpoint {
  /** A record arrived. Whatever becomes of it, its place must be settled once. */
  join(stream: StreamDescriptor): Place;
  /** Nothing more will happen to the record. Returns the states that are now free, in the order they must be emitted. */
  settle(place: Place, fate: 'accepted' | 'rejected'): StateMessage[];
  /** A state arrived. Returns it, if nothing is ahead of it. */
  add(message: StateMessage): StateMessage[];
  /** States still waiting. */
  readonly waiting: number;
}

export const createCheckpoint = (): Checkpoint => {
  /** By namespace, then by name. */
  const lines = new Map<string | undefined, Map<string, Line>>();
  let waiting = 0;

  const lineOf = ({ name, namespace }: StreamDescriptor): Line => {
    const names = lines.get(namespace ?? undefined) ?? new Map<string, Line>();
    const line = names.get(name) ?? [];
    if (names.size === 0) lines.set(namespace ?? undefined, names);
    if (line.length === 0) names.set(name, line);
    return line;
  };

  const openSpan = (stream: StreamDescriptor): Span => {
    const line = lineOf(stream);
    const last = line.at(-1);
    return last !== undefined && last.state === undefined ? last : begin(line);
  };

  const release = (line: Line): StateMessage[] => {
    const end = line.findIndex((span) => span.state === undefined || span.unsettled > 0);
    const free = line.splice(0, end === -1 ? line.length : end).flatMap(withStats);
    waiting -= free.length;
    return free;
  };

  return {
    join(stream) {
      const span = openSpan(stream);
      span.unsettled += 1;
      span.records += 1;
      return { span, settled: false };
    },
    settle(place, fate) {
      if (place.settled) throw new Error('A record was settled twice');
      place.settled = true;
      place.span.unsettled -= 1;
      if (fate === 'rejected') place.span.rejected += 1;
      return place.span.unsettled === 0 && place.span.state !== undefined ? release(place.span.stream) : [];
    },
    add(message) {
      const span = openSpan(message.state.stream.stream_descriptor);
      span.state = message;
      waiting += 1;
      return release(span.stream);
    },
    get waiting() {
      return waiting;
    },
  };
};

const begin = (line: Line): Span => {
  const span: Span = { stream: line, unsettled: 0, records: 0, rejected: 0, state: undefined };
  line.push(span);
  return span;
};

/** The platform compares recordCount + rejectedRecordCount with what the source counted since its previous state. */
const withStats = ({ state, records, rejected }: Span): StateMessage[] => {
  if (state === undefined) return [];
  const destinationStats = { recordCount: records - rejected, rejectedRecordCount: rejected };
  const { text } = state;
  return [
    {
      ...state,
      state: { ...state.state, destinationStats },
      ...(text !== undefined && { text: withDestinationStats(text, destinationStats) }),
    },
  ];
};
