import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueue, QUIET_MS, type Waiting } from './queue.ts';

const write = (item: number, keys: readonly string[], more: Partial<Waiting<number>> = {}): Waiting<number> => ({
  group: 'Contact',
  keys,
  bytes: 100,
  since: 0,
  item,
  ...more,
});

const items = (batch: readonly Waiting<number>[] | undefined) => batch?.map(({ item }) => item);

test('a batch waits until it has a hundred rows, has been quiet for two seconds, or input ends', () => {
  const queue = createQueue<number>();
  for (let n = 0; n < 99; n += 1) queue.add(write(n, [`k${n}`]));
  expect(queue.take(QUIET_MS - 1, false)).toBeUndefined();
  queue.add(write(99, ['k99']));
  expect(queue.take(0, false)).toHaveLength(100);
  queue.add(write(100, ['k100'], { since: 5000 }));
  expect(queue.take(5000 + QUIET_MS - 1, false)).toBeUndefined();
  expect(items(queue.take(5000 + QUIET_MS, false))).toEqual([100]);
  queue.add(write(101, ['k101'], { since: 9000 }));
  expect(items(queue.take(9000, true))).toEqual([101]);
  expect([queue.size, queue.take(99_000, true)]).toEqual([0, undefined]);
});

test('a batch of large rows is full before two megabytes, and a row larger than that still goes alone', () => {
  const queue = createQueue<number>();
  for (let n = 0; n < 3; n += 1) queue.add(write(n, [`k${n}`], { bytes: 800_000 }));
  queue.add(write(3, ['k3'], { bytes: 3_000_000 }));
  expect([items(queue.take(0, false)), items(queue.take(0, true)), items(queue.take(0, true))]).toEqual([
    [0, 1],
    [2],
    [3],
  ]);
});

test('a row that shares a key with an earlier one waits for it, and a row that shares a key with that one waits too', () => {
  const queue = createQueue<number>();
  queue.add(write(0, ['a', 'x']));
  queue.add(write(1, ['b', 'x']));
  queue.add(write(2, ['b']));
  queue.add(write(3, ['c']));
  const first = queue.take(0, true);
  expect(items(first)).toEqual([0, 3]);
  expect(queue.take(0, true)).toBeUndefined();
  queue.done(first ?? []);
  const second = queue.take(0, true);
  expect(items(second)).toEqual([1]);
  queue.done(second ?? []);
  expect(items(queue.take(0, true))).toEqual([2]);
});

test('writes of two streams never share a request, but wait for each other where they share a key', () => {
  const queue = createQueue<number>();
  queue.add(write(0, ['mail'], { group: 'Lead' }));
  queue.add(write(1, ['mail']));
  queue.add(write(2, ['other']));
  const lead = queue.take(0, true);
  expect([items(lead), items(queue.take(0, true)), queue.take(0, true)]).toEqual([[0], [2], undefined]);
  queue.done(lead ?? []);
  expect(items(queue.take(0, true))).toEqual([1]);
});

test('work that waits for a key goes after the work that holds it, and holds nothing back itself', () => {
  const queue = createQueue<number>();
  queue.add(write(0, ['ana']));
  queue.add(write(1, [], { group: 'Task', awaits: ['ana'] }));
  queue.add(write(2, [], { group: 'Task', awaits: ['ana'] }));
  queue.add(write(3, [], { group: 'Task', awaits: ['bob'] }));
  queue.add(write(4, ['carl']));
  const first = queue.take(0, true);
  expect([items(first), items(queue.take(0, true))]).toEqual([[0, 4], [3]]);
  queue.done(first ?? []);
  expect(items(queue.take(0, true))).toEqual([1, 2]);
});

test('every write is sent once, in order where keys meet, and never beside one that shares a key', () => {
  const arrival = fc.record({
    group: fc.constantFrom('Contact', 'Lead'),
    keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { maxLength: 3 }),
    bytes: fc.integer({ min: 1, max: 900_000 }),
  });
  const script = fc.array(fc.oneof(arrival, fc.constantFrom('take', 'finish')), { maxLength: 80, size: 'max' });
  fc.assert(
    fc.property(script, (steps) => {
      const queue = createQueue<number>();
      const added: Waiting<number>[] = [];
      const sent: number[] = [];
      const underWay: (readonly Waiting<number>[])[] = [];
      const take = () => {
        const batch = queue.take(0, true);
        if (batch === undefined) return false;
        const busy = new Set(underWay.flat().flatMap((each) => each.keys));
        for (const each of batch) {
          expect(each.keys.some((key) => busy.has(key))).toBe(false);
          for (const key of each.keys) busy.add(key);
        }
        expect(new Set(batch.map((each) => each.group)).size).toBe(1);
        underWay.push(batch);
        sent.push(...batch.map((each) => each.item));
        return true;
      };
      const finish = () => queue.done(underWay.shift() ?? []);
      for (const step of steps) {
        if (step === 'take') take();
        else if (step === 'finish') finish();
        else {
          const next = write(added.length, [...new Set(step.keys)], step);
          added.push(next);
          queue.add(next);
        }
      }
      while (queue.size > 0) if (!take()) finish();
      expect(sent.toSorted((a, b) => a - b)).toEqual(added.map((each) => each.item));
      for (const key of 'abcdefgh') {
        const ofKey = sent.filter((item) => added[item]?.keys.includes(key));
        expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
