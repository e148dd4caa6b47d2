import type { StreamMapping } from '../mapping/plan.ts';

/**
 * The order in which the streams of a sync arrive, as far as it can be observed. Our own source sends one stream after the
 * other, people before their activities; other sources and hosts may mix them, and nothing announces the end of a stream.
 */
export interface StreamOrder {
  /** A record or a state of the stream has arrived. Returns whether the previous one was of another stream. */
  arrived(stream: string, what: 'record' | 'state'): boolean;
  /** One more task of the stream is waiting or under way. */
  taskAdded(stream: string): void;
  /** A task of the stream has ended. */
  taskEnded(stream: string): void;
  /**
   * The streams that have ended: another one has followed, and nothing of theirs is waiting or under way. Each is returned
   * once, and again if more of it has arrived since.
   */
  takeEnded(): string[];
  /**
   * Whether the people or organizations of activities that are here already may still arrive: one of their streams has not
   * been seen yet, or they have been seen to arrive after activities.
   */
  readonly mayPeopleFollow: boolean;
}

export const createStreamOrder = (kinds: ReadonlyMap<string, StreamMapping['kind']>): StreamOrder => {
  const notSeen = new Set([...kinds].flatMap(([stream, kind]) => (kind === 'entity' ? [stream] : [])));
  const open = new Map<string, number>();
  /** Streams that have arrived and have not been returned as ended. */
  const begun = new Set<string>();
  let current: string | undefined;
  let hasActivities = false;
  let isMixed = false;

  return {
    arrived(stream, what) {
      const kind = what === 'record' ? kinds.get(stream) : undefined;
      if (kind === 'activity') hasActivities = true;
      if (kind === 'entity' && hasActivities) isMixed = true;
      if (stream === current) return false;
      begun.add(stream);
      notSeen.delete(stream);
      current = stream;
      return true;
    },
    taskAdded(stream) {
      open.set(stream, (open.get(stream) ?? 0) + 1);
    },
    taskEnded(stream) {
      open.set(stream, (open.get(stream) ?? 0) - 1);
    },
    takeEnded() {
      const ended = [...begun].filter((stream) => stream !== current && (open.get(stream) ?? 0) === 0);
      for (const stream of ended) begun.delete(stream);
      return ended;
    },
    get mayPeopleFollow() {
      return notSeen.size > 0 || isMixed;
    },
  };
};
