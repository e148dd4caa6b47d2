import { expect, test } from 'vitest';
import { createKnownIds } from './known-ids.ts';

test('two contacts on one person are shared, a lead and its contact are not', () => {
  const known = createKnownIds({ ids: true });
  expect(known.set('003A', '00p').shared).toBe(false);
  expect(known.set('003A', '00p').shared).toBe(false);
  expect(known.set('00QA', '00p').shared).toBe(false);
  expect(known.set('003B', '00q').shared).toBe(false);
  expect(known.set('003C', '00q').shared).toBe(true);
  expect(known.set('00QB', '00q').shared).toBe(false);
  expect(known.set('003D', '00q').shared).toBe(true);
  expect([known.get('003A'), known.get('00QA'), known.get('003C')]).toEqual(['00p', '00p', '00q']);
});

test('ids that the run does not need are not remembered; who shares a person always is', () => {
  const known = createKnownIds({ ids: false });
  known.set('003A', '00p');
  expect([known.get('003A'), known.set('003B', '00p').shared]).toEqual([undefined, true]);
});
