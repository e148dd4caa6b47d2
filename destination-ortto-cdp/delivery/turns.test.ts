import { setImmediate as pass } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('whatever the order, nothing goes on beside what must be alone, and everything is done', async () => {
  const work = fc.record({
    kind: fc.constantFrom('together', 'together', 'together', 'alone'),
    passes: fc.nat(4),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(work, { maxLength: 30 }), async (works) => {
      const turns = createTurns();
      const going = { together: 0, alone: 0 };
      const clashes: string[] = [];
      const all = works.map(({ kind, passes, fails }, index) =>
        turns[kind](async () => {
          going[kind] += 1;
          for (let count = 0; count < passes; count += 1) await pass();
          if (going.alone > 1 || (going.alone === 1 && going.together > 0)) clashes.push(`${index}`);
          going[kind] -= 1;
          if (fails) throw new Error('failed');
          return index;
        }),
      );
      const results = await Promise.allSettled(all);
      expect(results.map((each) => (each.status === 'fulfilled' ? each.value : -1))).toEqual(
        works.map(({ fails }, index) => (fails ? -1 : index)),
      );
      expect(clashes).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('what may go on together does', async () => {
  const turns = createTurns();
  let going = 0;
  let most = 0;
  const act = async () => {
    going += 1;
    most = Math.max(most, going);
    await pass();
    going -= 1;
  };
  await Promise.all([turns.together(act), turns.together(act), turns.together(act)]);
  expect(most).toBe(3);
});
