import type { Links } from './links.ts';

/** Makes links beside the batches: thousands of calls must not hold back the states of other streams. */
export interface BackgroundLinks {
  /** After a batch of the stream: begins to make its links when many wait, and waits while two lots are in memory. */
  readonly relieve: (stream: string) => Promise<void>;
  /** Nothing more of the stream is on its way: begins to make its links. */
  readonly over: (stream: string) => void;
  /** Makes all that still wait. */
  readonly finish: () => Promise<void>;
}

export interface BackgroundLinksOptions {
  /** Undefined where no links are made. */
  readonly links: Links | undefined;
  /** Links of a stream are made when this many wait. */
  readonly mostLinks: number;
  readonly onFailure: (error: unknown) => void;
}

export const createBackgroundLinks = ({ links, mostLinks, onFailure }: BackgroundLinksOptions): BackgroundLinks => {
  const underWay = new Set<Promise<void>>();

  const flush = (stream: string) => {
    const work = (links?.flush(stream) ?? Promise.resolve()).catch(onFailure).finally(() => underWay.delete(work));
    underWay.add(work);
  };

  const waiting = (stream: string): number => links?.waiting(stream) ?? 0;

  return {
    async relieve(stream) {
      if (waiting(stream) >= mostLinks) flush(stream);
      // Two lots of links are enough to hold in memory.
      if (underWay.size > 1 && waiting(stream) >= mostLinks / 2) await Promise.all(underWay);
    },
    over(stream) {
      if (waiting(stream) > 0) flush(stream);
    },
    async finish() {
      await Promise.all(underWay);
      await links?.flush();
    },
  };
};
