import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adapt, admission, backoffMs, nextSlot, recentBad, startConcurrency } from './pace.ts';

/** Sends as fast as allowed on a clock whose timers are late by the given amounts; returns when each request was sent. */
const send = (rate: number, lateness: readonly number[]): number[] => {
  let [now, due] = [0, 0];
  return lateness.map((late) => {
    const slot = nextSlot(due, now, rate);
    due = slot.due;
    now += slot.waitMs === 0 ? 0 : slot.waitMs + late;
    return now;
  });
};

test('at ten requests per second at least 95 % of them are used, with or without late timers', () => {
  for (const late of [0, 1, 15]) {
    const times = send(
      10,
      Array.from({ length: 601 }, () => late),
    );
    expect(600 / ((times.at(-1) ?? 0) / 1000)).toBeGreaterThan(9.5);
  }
});

test('no second ever sees more requests than allowed, not even after idle time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat({ max: 18 }), { minLength: 60, maxLength: 120 }),
      (rate, lateness) => {
        const times = send(rate, lateness);
        const spans = times.slice(rate).map((later, index) => later - (times[index] ?? 0));
        expect(Math.min(1000, ...spans)).toBeGreaterThan(1000 - 20);
      },
    ),
  );
  const idle = nextSlot(0, 60_000, 10);
  expect(idle.waitMs).toBe(0);
  expect(nextSlot(idle.due, 60_000, 10).waitMs).toBeGreaterThan(80);
});

test('concurrency starts at two, grows with good answers up to ten and halves when Ortto is overloaded', () => {
  let concurrency = startConcurrency;
  for (let n = 0; n < 500; n += 1) concurrency = adapt(concurrency, 'good');
  expect([startConcurrency.limit, concurrency.limit]).toEqual([2, 10]);
  expect(adapt(concurrency, 'overloaded').limit).toBe(5);
  expect(adapt({ limit: 1, good: 0 }, 'overloaded').limit).toBe(1);
  expect(adapt(concurrency, 'bad')).toEqual(concurrency);
});

test('whatever turns out bad, no fifteen seconds hold more than ten bad requests', () => {
  const request = fc.record({ takes: fc.integer({ min: 1, max: 8000 }), bad: fc.boolean() });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 120 }), (requests) => {
      const concurrency = { limit: 10, good: 0 };
      const bad: number[] = [];
      let underWay: { ends: number; bad: boolean }[] = [];
      let now = 0;
      const advance = (to: number) => {
        now = to;
        const ended = underWay.filter((each) => each.ends <= now);
        underWay = underWay.filter((each) => each.ends > now);
        bad.push(...ended.filter((each) => each.bad).map((each) => each.ends));
        bad.sort((a, b) => a - b);
      };
      for (const { takes, bad: turnsBad } of requests) {
        for (let wait = admission(concurrency, underWay.length, bad, now); wait !== 0;) {
          const nextEnd = Math.min(...underWay.map((each) => each.ends));
          advance(Math.min(nextEnd, wait === undefined ? Infinity : now + wait));
          wait = admission(concurrency, underWay.length, bad, now);
        }
        underWay.push({ ends: now + takes, bad: turnsBad });
      }
      advance(now + 10_000);
      for (const at of bad)
        expect(bad.filter((other) => other >= at && other - at <= 15_000).length).toBeLessThanOrEqual(10);
    }),
  );
});

test('a budget used up by requests under way waits for those, not for old bad answers to be forgotten', () => {
  const concurrency = { limit: 10, good: 0 };
  const bad = [100, 110, 120, 130];
  expect(admission(concurrency, 5, bad, 200)).toBe(0);
  expect(admission(concurrency, 6, bad, 200)).toBeUndefined();
  expect(
    admission(
      concurrency,
      0,
      Array.from({ length: 10 }, () => 100),
      200,
    ),
  ).toBe(15_000 - 100 + 1);
});

test('bad requests are forgotten after fifteen seconds', () => {
  expect(recentBad([0, 5_000, 16_000], 16_000)).toEqual([5_000, 16_000]);
});

test('back-off doubles with jitter, follows advice and gives up after ten attempts or advice beyond ten minutes', () => {
  expect(backoffMs(1, undefined, 0)).toBe(250);
  expect(backoffMs(4, undefined, 1)).toBe(4000);
  expect(backoffMs(9, undefined, 1)).toBe(60_000);
  expect(backoffMs(1, 10_000, 0)).toBe(10_000);
  expect(backoffMs(10, undefined, 0)).toBeUndefined();
  expect(backoffMs(1, 11 * 60_000, 0)).toBeUndefined();
});
