import { expect, test } from 'vitest';
import { createMemory } from './memory.ts';
import { createKnownIds } from './known-ids.ts';

test('a memory that is full forgets what was set longest ago', () => {
  const memory = createMemory<number>(2);
  memory.set('a', 1);
  memory.set('b', 2);
  memory.set('a', 3);
  memory.set('c', 4);
  expect(['a', 'b', 'c'].map((key) => memory.get(key))).toEqual([3, undefined, 4]);
});

test('two contacts on one person are shared, a lead and its contact are not', () => {
  const registry = createKnownIds({ ids: true, owners: true });
  expect(registry.set('003A', '00p').shared).toBe(false);
  expect(registry.set('003A', '00p').shared).toBe(false);
  expect(registry.set('00QA', '00p').shared).toBe(false);
  expect(registry.set('003B', '00q').shared).toBe(false);
  expect(registry.set('003C', '00q').shared).toBe(true);
  expect([registry.get('003A'), registry.get('00QA'), registry.get('003C')]).toEqual(['00p', '00p', '00q']);
});

test('what is not to be remembered is not', () => {
  const registry = createKnownIds({ ids: false, owners: false });
  registry.set('003A', '00p');
  expect([registry.get('003A'), registry.set('003B', '00p').shared]).toEqual([undefined, false]);
});
