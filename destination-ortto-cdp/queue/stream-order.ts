import type { StreamMapping } from '../mapping/plan.ts';

/**
 * In which order the streams of a sync come, as far as it can be seen. Our own source sends one stream after the other,
 * people before what is about them; other sources and hosts may mix them, and nothing tells that a stream has ended.
 */
export interface StreamOrder {
  /** A record or a state of the stream has come. Returns whether what came before was of another stream. */
  arrived(stream: string, what: 'record' | 'state'): boolean;
  /** One task more of the stream waits or is under way. */
  taskAdded(stream: string): void;
  /** One task less of it does. */
  taskEnded(stream: string): void;
  /**
   * The streams that are over: another one has come since, and nothing of theirs waits or is under way. Each is given
   * once, and again when more of it has come since.
   */
  takeEnded(): string[];
  /**
   * Whether people or organizations may still come whom events that are here already are about: a stream of theirs has
   * not been heard of yet, or they have been seen coming after events.
   */
  readonly mayPeopleFollow: boolean;
}

export const createStreamOrder = (kinds: ReadonlyMap<string, StreamMapping['kind']>): StreamOrder => {
  const notSeen = new Set([...kinds].flatMap(([stream, kind]) => (kind === 'entity' ? [stream] : [])));
  const open = new Map<string, number>();
  /** Streams of which something has come that has not been told as over. */
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
