import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { incrementStart, halve } from './window.ts';
import type { Window } from './window.ts';

const now = new Date('2026-01-01T00:00:00Z');
const instant = fc.date({ min: new Date('2000-01-01'), max: now, noInvalidDate: true });
const windows = fc
  .tuple(fc.option(instant, { nil: undefined }), fc.option(instant, { nil: undefined }))
  .map(([from, to]): Window => ({ ...(from && { from }), ...(to && { to }) }))
  .filter(({ from, to }) => (from ?? new Date(0)) < (to ?? now));

const within = ({ from, to }: Window, time: Date): boolean =>
  (from === undefined || time >= from) && (to === undefined || time < to);

test('the halves of a window cover it: an instant in the window is in exactly one of them, any other in none', () => {
  fc.assert(
    fc.property(windows, fc.array(instant), (window, times) => {
      const halves = halve(window, now);
      fc.pre(halves !== undefined);
      const borders = [window.from, window.to, halves[0].to].filter((time) => time !== undefined);
      for (const time of [...times, ...borders, ...borders.map((border) => new Date(border.getTime() - 1))]) {
        expect(halves.filter((half) => within(half, time))).toHaveLength(within(window, time) ? 1 : 0);
      }
    }),
  );
});

test('halving ends at a minute, after few steps, at whole seconds', () => {
  fc.assert(
    fc.property(windows, fc.func(fc.boolean()), (start, chooseFirst) => {
      let window = start;
      for (let depth = 0; ; depth++) {
        expect(depth).toBeLessThan(30);
        const halves = halve(window, now);
        if (halves === undefined) return;
        for (const half of halves) {
          const length = (half.to ?? now).getTime() - (half.from?.getTime() ?? 0);
          expect(length).toBeGreaterThanOrEqual(60_000);
        }
        expect(halves[0].to?.getMilliseconds()).toBe(0);
        window = chooseFirst(depth) ? halves[0] : halves[1];
      }
    }),
  );
});

test('an incremental read begins the look-back before the cursor, never before the start date', () => {
  const cursor = new Date('2024-01-01T00:00:00Z');
  expect(incrementStart(cursor, 600_000, undefined)).toEqual(new Date('2023-12-31T23:50:00Z'));
  expect(incrementStart(cursor, 600_000, new Date('2023-12-31T23:55:00Z'))).toEqual(new Date('2023-12-31T23:55:00Z'));
});
