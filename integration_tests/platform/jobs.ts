import type { ConfiguredCatalog } from '../../airbyte/protocol.ts';

// Airbyte's jobs, their attempts, and the generations of streams that go with them. Pure: what is decided here is kept
// elsewhere. A custom connector has no refreshes, so each attempt at a full refresh starts over.

export interface Attempt {
  readonly kind: 'sync' | 'clear';
  readonly job: number;
  /** From 0. */
  readonly attempt: number;
  /** Of every stream that was ever read in full or cleared; the others are in generation 0. */
  readonly generations: Readonly<Record<string, number>>;
  /** An attempt counts as failed until it has ended well: a killed process cannot say so. */
  readonly succeeded: boolean;
}

/** The attempt before the first. */
const NONE: Attempt = { kind: 'sync', job: 0, attempt: 0, generations: {}, succeeded: true };

const isFull = ({ sync_mode }: ConfiguredCatalog['streams'][number]): boolean => sync_mode === 'full_refresh';

/**
 * The attempt that follows `last`: a failed job is tried again, else a new one begins. A job's first attempt puts every
 * stream that is read in full into its next generation; the later ones stay in it.
 */
export const attemptAfter = (
  last: Attempt | undefined,
  kind: Attempt['kind'],
  { streams }: ConfiguredCatalog,
): Attempt => {
  const { job, generations, ...before } = last ?? NONE;
  if (!before.succeeded && before.kind === kind) {
    return { kind, job, attempt: before.attempt + 1, generations, succeeded: false };
  }
  const bumped = streams.filter(isFull).map(({ stream: { name } }) => [name, (generations[name] ?? 0) + 1] as const);
  const grown = { ...generations, ...Object.fromEntries(bumped) };
  return { kind, job: job + 1, attempt: 0, generations: grown, succeeded: false };
};

/** The catalog as an attempt is given it: older generations are to go only where the user chose to overwrite. */
export const inGenerations = (catalog: ConfiguredCatalog, { job, generations }: Attempt): ConfiguredCatalog => ({
  streams: catalog.streams.map((configured) => {
    const generation = generations[configured.stream.name] ?? 0;
    const overwrites = isFull(configured) && configured.destination_sync_mode === 'overwrite';
    return {
      ...configured,
      generation_id: generation,
      minimum_generation_id: overwrites ? generation : 0,
      sync_id: job,
    };
  }),
});
