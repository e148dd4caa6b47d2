import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeldPeople } from './held-people.ts';

const hex = (number: number) => number.toString(16).padStart(24, '0');

test('whatever is added comes back, in groups that are full and name nobody twice', () => {
  const id = fc.oneof(
    fc.nat(50).map(hex),
    fc.nat(3).map((number) => `other-${number}`),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(id, fc.constantFrom(1, 2, 3)), { maxLength: 600 }),
      fc.integer({ min: 1, max: 9 }),
      (added, size) => {
        const held = createHeldPeople();
        for (const [personId, permissions] of added) held.add(personId, permissions);
        expect(held.size).toBe(added.length);
        const groups = held.groups(size);
        expect(groups.slice(0, -1).every((group) => group.length === size)).toBe(true);
        expect(groups.every((group) => group.length <= size && group.length > 0)).toBe(true);
        const everybody = groups.flat();
        expect(new Set(everybody.map(([personId]) => personId)).size).toBe(everybody.length);
        const bits = (pairs: Iterable<readonly [string, number]>) => {
          const all = new Map<string, number>();
          for (const [personId, permissions] of pairs) all.set(personId, (all.get(personId) ?? 0) | permissions);
          return all;
        };
        expect(bits(everybody)).toEqual(bits(added));
      },
    ),
  );
});

test('a hundred thousand people are held', () => {
  const held = createHeldPeople();
  for (let number = 0; number < 100_000; number += 1) held.add(hex(number), 1 + (number % 3));
  let number = 0;
  for (const group of held.groups(100)) {
    for (const [personId, permissions] of group) {
      if (personId !== hex(number) || permissions !== 1 + (number % 3)) throw new Error(`Person ${number} is another`);
      number += 1;
    }
  }
  expect(number).toBe(100_000);
});
