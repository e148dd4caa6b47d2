import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

test.each([
  ['120', 120_000],
  ['7', 7_000],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Thu, 01 Jan 2025 00:00:30 GMT', 0],
  ['Thu, 01 Jan 2015 00:00:10 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  [' ', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After "%s" is %s milliseconds', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2026-01-01T00:00:00Z'))).toBe(ms);
});
