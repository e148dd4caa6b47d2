import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdMemory, ORTTO_ID, SALESFORCE_ID } from './id-memory.ts';

const salesforce = (number: number) => `003${String(number).padStart(12, '0')}AAA`;
const ortto = (number: number) => number.toString(16).padStart(24, '0');

test('ids that differ anywhere are distinct', () => {
  const memory = createIdMemory(SALESFORCE_ID, ORTTO_ID, 10_000);
  for (let number = 0; number < 5000; number += 1) memory.set(salesforce(number), ortto(number * 7));
  for (let number = 0; number < 5000; number += 1) expect(memory.get(salesforce(number))).toBe(ortto(number * 7));
  expect(memory.get(salesforce(5000))).toBeUndefined();
  expect(memory.get('003000000000001AAa')).toBeUndefined();
});

test('whatever is set and forgotten, it answers as a map does while there is room', () => {
  const id = fc.oneof(fc.nat(9).map(salesforce), fc.constantFrom('odd', '003é00000000001AAA'));
  const what = fc.oneof(fc.nat(9).map(ortto), fc.constantFrom('person-1', 'ABCDEF'));
  const step = fc.oneof(
    fc.record({ act: fc.constant('set' as const), id, what }),
    fc.record({ act: fc.constant('forget' as const), id, what }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = createIdMemory(SALESFORCE_ID, ORTTO_ID, 40);
      const model = new Map<string, string>();
      for (const each of steps) {
        if (each.act === 'set') {
          memory.set(each.id, each.what);
          model.set(each.id, each.what);
        } else {
          memory.forget(each.id);
          model.delete(each.id);
        }
        for (let number = 0; number < 10; number += 1) {
          expect(memory.get(salesforce(number))).toBe(model.get(salesforce(number)));
        }
        expect([memory.get('odd'), memory.get('003é00000000001AAA')]).toEqual([
          model.get('odd'),
          model.get('003é00000000001AAA'),
        ]);
      }
    }),
    { numRuns: 500 },
  );
});

test('it keeps at least the younger half of what it has room for, and never an older value', () => {
  const memory = createIdMemory(SALESFORCE_ID, ORTTO_ID, 100);
  for (let number = 0; number < 1000; number += 1) {
    memory.set(salesforce(number), ortto(number));
    memory.set(salesforce(number % 3), ortto(number + 5000));
    for (let each = Math.max(3, number - 40); each <= number; each += 1) {
      expect(memory.get(salesforce(each))).toBe(ortto(each));
    }
  }
  expect(memory.get(salesforce(5))).toBeUndefined();
  expect(memory.get(salesforce(0))).toBe(ortto(5999));
});

test('a memory without room remembers nothing', () => {
  const memory = createIdMemory(ORTTO_ID, SALESFORCE_ID, 0);
  memory.set(ortto(1), salesforce(1));
  expect(memory.get(ortto(1))).toBeUndefined();
});

test('of ids in another form, kept as text, the ones set longest ago are forgotten first', () => {
  const memory = createIdMemory(SALESFORCE_ID, ORTTO_ID, 2);
  memory.set('a', '1');
  memory.set('b', '2');
  memory.set('a', '3');
  memory.set('c', '4');
  expect(['a', 'b', 'c'].map((id) => memory.get(id))).toEqual(['3', undefined, '4']);
});
