import { expect, test } from 'vitest';
import { listed } from './errors.ts';

test('all of a few names are listed, and of many the first, with how many more there are', () => {
  const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
  expect(listed(names.slice(0, 2))).toBe('n0, n1');
  expect(listed(names.slice(0, 20))).toBe(names.slice(0, 20).join(', '));
  expect(listed(names)).toBe(`${names.slice(0, 20).join(', ')} and 5 more`);
});
