import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import type { RejectReason } from '../reasons.ts';
import { createRefusalRun, createRefusalRuns } from './refusal-runs.ts';

const refused = (size: number, reason: RejectReason = 'invalid') =>
  Array.from({ length: size }, (_, item) => ({ item, reason, field: 'Email' }));
const batch = (size: number, more: { taken?: number; partly?: number; reason?: RejectReason } = {}) => ({
  refused: refused(size, more.reason),
  taken: more.taken ?? 0,
  partly: more.partly ?? 0,
});

test('two wholly refused batches are withheld, and released by anything that Ortto takes', () => {
  const run = createRefusalRun<number>('Contact');
  expect(run.judge(batch(100))).toEqual([]);
  expect(run.judge(batch(100))).toEqual([]);
  expect(run.judge(batch(1, { taken: 1 }))).toHaveLength(201);
  expect(run.end()).toEqual([]);
});

test('three of them, with a hundred records, are the mapping and no longer records', () => {
  const run = createRefusalRun<number>('Contact');
  run.judge(batch(98));
  run.judge(batch(1));
  expect(() => run.judge(batch(1))).toThrow(/^Contact: all of the last 100.*invalid, field Email/);
});

test('another reason ends the run', () => {
  const run = createRefusalRun<number>('Contact');
  run.judge(batch(100));
  run.judge(batch(100));
  expect(run.judge(batch(100, { reason: 'unknown_field' }))).toHaveLength(200);
  expect(run.end()).toHaveLength(100);
});

test('a batch that Ortto did not judge neither ends a run nor adds to it', () => {
  const run = createRefusalRun<number>('Contact');
  run.judge(batch(50));
  run.judge(batch(50));
  expect(run.judge(batch(0))).toEqual([]);
  expect(() => run.judge(batch(1))).toThrow(ConfigError);
});

test('at the end, ten records for one reason are the mapping if they are all that the stream had', () => {
  const whole = createRefusalRun<number>('Lead');
  whole.judge(batch(6));
  whole.judge(batch(4));
  expect(whole.end()).toBeInstanceOf(ConfigError);

  const nine = createRefusalRun<number>('Lead');
  nine.judge(batch(9));
  expect(nine.end()).toHaveLength(9);

  const taken = createRefusalRun<number>('Lead');
  taken.judge(batch(0, { taken: 1 }));
  taken.judge(batch(50));
  expect(taken.end()).toHaveLength(50);
});

test('records that were taken without a field do not count as taken, unless they are the most', () => {
  const few = createRefusalRun<number>('Lead');
  few.judge(batch(10, { partly: 5 }));
  expect(few.end()).toBeInstanceOf(ConfigError);

  const most = createRefusalRun<number>('Lead');
  for (let turn = 0; turn < 200; turn += 1) most.judge(batch(1, { partly: 99 }));
  expect(most.end()).toHaveLength(200);
});

test('one stream that was refused as a whole does not keep the refusals of another', () => {
  const runs = createRefusalRuns<number>();
  runs.of('Lead').judge(batch(12));
  runs.of('Contact').judge(batch(3));
  const { refused: released, error } = runs.end();
  expect(released).toHaveLength(3);
  expect(error?.message).toMatch(/^Lead: all of the last 12 /);
});

test('every refusal is released once or part of an error, whatever comes', () => {
  const reason = fc.constantFrom<RejectReason>('invalid', 'unknown_field');
  const each = fc.record({ size: fc.nat(40), taken: fc.nat(2), partly: fc.nat(2), reason });
  fc.assert(
    fc.property(fc.array(each, { maxLength: 12 }), (batches) => {
      const run = createRefusalRun<number>('Contact');
      let [given, released] = [0, 0];
      let failure: unknown;
      try {
        for (const { size, ...more } of batches) {
          given += size;
          released += run.judge(batch(size, more)).length;
        }
        const end = run.end();
        if (end instanceof ConfigError) throw end;
        released += end.length;
      } catch (error) {
        failure = error;
      }
      expect(failure instanceof ConfigError ? given >= 10 : released === given).toBe(true);
    }),
  );
});
