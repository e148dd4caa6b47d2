import { expect, test } from 'vitest';
import type { ConfiguredCatalog, SyncMode } from '../../airbyte/protocol.ts';
import { attemptAfter, inGenerations, type Attempt } from './jobs.ts';

const catalog = (...streams: readonly (readonly [string, SyncMode, string])[]): ConfiguredCatalog => ({
  streams: streams.map(([name, sync_mode, destination_sync_mode]) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode,
    destination_sync_mode,
  })),
});
const mixed = catalog(
  ['Lead', 'full_refresh', 'overwrite'],
  ['Account', 'full_refresh', 'append'],
  ['Contact', 'incremental', 'append_dedup'],
);
const first = attemptAfter(undefined, 'sync', mixed);
const ended = (attempt: Attempt): Attempt => ({ ...attempt, succeeded: true });

test('The first attempt of a job puts what is read in full into a new generation, and nothing else', () => {
  expect(first).toEqual({
    kind: 'sync',
    job: 1,
    attempt: 0,
    generations: { Lead: 1, Account: 1 },
    succeeded: false,
  });
  expect(attemptAfter(ended(first), 'sync', mixed)).toEqual({
    ...first,
    job: 2,
    generations: { Lead: 2, Account: 2 },
  });
});

test('A failed sync is tried again as the next attempt of its job, in the same generations', () => {
  const second = attemptAfter(first, 'sync', mixed);
  expect(second).toEqual({ ...first, attempt: 1 });
  expect(attemptAfter(second, 'sync', mixed)).toEqual({ ...first, attempt: 2 });
  expect(attemptAfter(ended(second), 'sync', mixed)).toMatchObject({ job: 2, attempt: 0 });
});

test('A Clear is a job of its own, also after a sync that failed', () => {
  expect(attemptAfter(first, 'clear', mixed)).toEqual({
    ...first,
    kind: 'clear',
    job: 2,
    generations: { Lead: 2, Account: 2 },
  });
});

test('Only what is read in full and overwrites is to lose its older generations', () => {
  const given = inGenerations(mixed, attemptAfter(ended(first), 'sync', mixed)).streams;
  expect(
    given.map(({ stream, generation_id, minimum_generation_id, sync_id }) => [
      stream.name,
      generation_id,
      minimum_generation_id,
      sync_id,
    ]),
  ).toEqual([
    ['Lead', 2, 2, 2],
    ['Account', 2, 0, 2],
    ['Contact', 0, 0, 2],
  ]);
});

test('A stream that switches to incremental reads stays in its last generation, and loses nothing of it', () => {
  const incremental = catalog(['Lead', 'incremental', 'overwrite']);
  const given = inGenerations(incremental, attemptAfter(ended(first), 'sync', incremental)).streams;
  expect(given).toMatchObject([{ generation_id: 1, minimum_generation_id: 0 }]);
});
