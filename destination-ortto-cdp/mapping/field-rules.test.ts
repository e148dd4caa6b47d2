import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowance, ceiling, RULES, strictest } from './field-rules.ts';

const rule = fc.constantFrom(...RULES);

test('the rules combine to the strictest, in any order and any number', () => {
  fc.assert(
    fc.property(rule, rule, rule, (one, two, three) => {
      const all = strictest(one, two, three);
      expect(strictest(three, one, two)).toBe(all);
      expect(strictest(strictest(one, two), three)).toBe(all);
      expect(strictest(one, one)).toBe(one);
      expect([one, two, three]).toContain(all);
      expect(strictest('overwrite', one)).toBe(one);
      expect(strictest('on_create', one)).toBe('on_create');
    }),
  );
});

test.each([
  ['overwrite_existing', 'overwrite'],
  ['append_only', 'if_empty'],
  ['ignore', 'on_create'],
] as const)('%s lets a field do no more than %s', (strategy, expected) => {
  expect(ceiling(strategy)).toBe(expected);
});

test.each([
  [{ mode: 'selected', fields: ['first_name'] }, 'first_name', 'overwrite'],
  [{ mode: 'selected', fields: ['first_name'] }, 'email', 'on_create'],
  [{ mode: 'selected', fields: [] }, 'external_id', 'overwrite'],
  [{ mode: 'if_empty' }, 'external_id', 'if_empty'],
  [{ mode: 'if_empty' }, 'email', 'if_empty'],
  [{ mode: 'none' }, 'first_name', 'on_create'],
] as const)('%j allows %s: %s', (modify, field, expected) => {
  expect(allowance(modify, field)).toBe(expected);
});
