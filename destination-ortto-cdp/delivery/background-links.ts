import type { Links } from './links.ts';

/** Makes links alongside the batches: thousands of calls must not hold back the states of other streams. */
export interface BackgroundLinks {
  /** After a batch of the stream: starts making its links once many are waiting, and pauses while two lots are in memory. */
  readonly afterBatch: (stream: string) => Promise<void>;
  /** Nothing more of the stream is under way: starts making its links. */
  readonly streamEnded: (stream: string) => void;
  /** Makes all links still waiting. */
  readonly finish: () => Promise<void>;
}

export interface BackgroundLinksOptions {
  /** Undefined when no links are to be made. */
  readonly links: Links | undefined;
  /** The links of a stream are made once this many are waiting. */
  readonly maxWaitingLinks: number;
  readonly onFailure: (error: unknown) => void;
}

export const createBackgroundLinks = ({
  links,
  maxWaitingLinks,
  onFailure,
}: BackgroundLinksOptions): BackgroundLinks => {
  const underWay = new Set<Promise<void>>();

  const flush = (stream: string) => {
    const work = (links?.flush(stream) ?? Promise.resolve()).catch(onFailure).finally(() => underWay.delete(work));
    underWay.add(work);
  };

  const waiting = (stream: string): number => links?.waiting(stream) ?? 0;

  return {
    async afterBatch(stream) {
      if (waiting(stream) >= maxWaitingLinks) flush(stream);
      // Two lots of links are enough in memory.
      if (underWay.size > 1 && waiting(stream) >= maxWaitingLinks / 2) await Promise.all(underWay);
    },
    streamEnded(stream) {
      if (waiting(stream) > 0) flush(stream);
    },
    async finish() {
      await Promise.all(underWay);
      await links?.flush();
    },
  };
};
