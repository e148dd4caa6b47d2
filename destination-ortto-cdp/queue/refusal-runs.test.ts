import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import type { RejectReason } from '../reasons.ts';
import { createRefusalRun, haveSameReason } from './refusal-runs.ts';

const batch = (size: number, reason: RejectReason = 'invalid') =>
  Array.from({ length: size }, (_, item) => ({ item, reason, field: 'Email' }));

test('two wholly refused batches are withheld, and released by anything else that comes', () => {
  const run = createRefusalRun<number>('Contact');
  expect(run.refuse(batch(100), 1)).toEqual([]);
  expect(run.refuse(batch(100), 1)).toEqual([]);
  expect(run.end()).toHaveLength(200);
  expect(run.end()).toEqual([]);
});

test('three of them, with a hundred records, are the mapping and no longer records', () => {
  const run = createRefusalRun<number>('Contact');
  run.refuse(batch(98), 1);
  run.refuse(batch(1), 1);
  expect(() => run.refuse(batch(1), 1)).toThrow(ConfigError);
  expect(() => createRefusalRun('Lead').refuse(batch(100), 3)).toThrow(
    /^Lead: all of the last 100.*invalid, field Email/,
  );
});

test('three small batches are no proof', () => {
  const run = createRefusalRun<number>('Contact');
  for (const size of [33, 33, 33]) expect(run.refuse(batch(size), 1)).toEqual([]);
  expect(run.end()).toHaveLength(99);
});

test('another reason ends the run', () => {
  const run = createRefusalRun<number>('Contact');
  run.refuse(batch(100), 1);
  run.refuse(batch(100), 1);
  expect(run.refuse(batch(100, 'suppressed'), 1)).toHaveLength(200);
  expect(run.end()).toHaveLength(100);
});

test('single records add up to batches: three hundred in a row', () => {
  const run = createRefusalRun<number>('Contact');
  for (let n = 0; n < 299; n += 1) run.refuse(batch(1), 0.01);
  expect(() => run.refuse(batch(1), 0.01)).toThrow(ConfigError);
});

test('a batch is wholly refused when all its outcomes have one reason', () => {
  expect([
    haveSameReason(['a', 'a']),
    haveSameReason(['a', 'b']),
    haveSameReason(['a', undefined]),
    haveSameReason([]),
  ]).toEqual([true, false, false, false]);
});
