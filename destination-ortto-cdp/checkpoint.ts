import type { StateMessage, StreamDescriptor } from '../airbyte/protocol.ts';

/** A state that waits. One of a stream ends one span; a global one ends the open span of every stream. */
interface Waiting {
  readonly message: StateMessage;
  spans: number;
  records: number;
  rejected: number;
}

/** The records of one stream between two states. */
interface Span {
  readonly stream: Line;
  unsettled: number;
  records: number;
  rejected: number;
  state: Waiting | undefined;
}

/** One stream's spans in arrival order; only the last one may have no state yet. */
type Line = Span[];

/** A record's place in its stream's line, held until the record is settled. */
export interface Place {
  readonly span: Span;
  settled: boolean;
}

/**
 * Which states may leave. A state leaves when no unsettled record of its stream is ahead of it, in the order in which
 * that stream's states came; other streams never hold it. A state that names no stream (a GLOBAL one) waits for
 * everything ahead of it. Records are told apart by their place, not by counting: a
 * rejection that settles early must not pay for an earlier write that is still under way.
 */
export interface Checkpoint {
  /** A record arrived. Whatever becomes of it, its place must be settled once. */
  join(stream: StreamDescriptor): Place;
  /** Nothing more will happen to the record. Returns the states that are free now, in the order they must leave. */
  settle(place: Place, fate: 'accepted' | 'rejected'): StateMessage[];
  /** A state arrived. Returns it, if nothing is ahead of it. */
  add(message: StateMessage): StateMessage[];
  /** States that still wait. */
  readonly waiting: number;
}

export const createCheckpoint = (): Checkpoint => {
  const lines = new Map<string, Line>();
  let waiting = 0;

  const openSpan = (stream: StreamDescriptor): Span => {
    const key = JSON.stringify([stream.namespace ?? null, stream.name]);
    const line = lines.get(key) ?? [];
    if (line.length === 0) lines.set(key, line);
    return lastOpen(line);
  };

  const release = (line: Line): StateMessage[] => {
    const end = line.findIndex((span) => span.state === undefined || span.unsettled > 0);
    const free = line.splice(0, end === -1 ? line.length : end).flatMap(leave);
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
      const stream = streamOf(message);
      const busy = stream === undefined ? [...lines.values()].filter((line) => line.length > 0) : [];
      const spans = stream === undefined ? busy.map(lastOpen) : [openSpan(stream)];
      const state: Waiting = { message, spans: spans.length, records: 0, rejected: 0 };
      for (const span of spans) span.state = state;
      if (spans.length === 0) return [withStats(state)];
      waiting += 1;
      return spans.flatMap((span) => release(span.stream));
    },
    get waiting() {
      return waiting;
    },
  };
};

/** Undefined for a state that is not about one stream. */
const streamOf = ({ state }: StateMessage): StreamDescriptor | undefined =>
  (state as { readonly stream?: StateMessage['state']['stream'] | null }).stream?.stream_descriptor;

const lastOpen = (line: Line): Span => {
  const last = line.at(-1);
  if (last !== undefined && last.state === undefined) return last;
  const span: Span = { stream: line, unsettled: 0, records: 0, rejected: 0, state: undefined };
  line.push(span);
  return span;
};

/** The span's state, when no other span keeps it. */
const leave = ({ state, records, rejected }: Span): StateMessage[] => {
  if (state === undefined) return [];
  state.spans -= 1;
  state.records += records;
  state.rejected += rejected;
  return state.spans === 0 ? [withStats(state)] : [];
};

/** The platform compares recordCount + rejectedRecordCount with what the source counted since its previous state. */
const withStats = ({ message, records, rejected }: Waiting): StateMessage => ({
  ...message,
  state: {
    ...message.state,
    destinationStats: { recordCount: records - rejected, rejectedRecordCount: rejected },
  },
});
