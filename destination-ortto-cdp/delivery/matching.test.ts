import { expect, test } from 'vitest';
import { conditionsOf, pickMatch } from './matching.ts';

const person = (id: string, fields: Record<string, unknown>) => ({ id, fields });
const keys = [
  { fieldId: 'own', value: '003A' },
  { fieldId: 'mail', value: 'Ana@x.test' },
];

test('the first key that finds a person wins', () => {
  const candidates = [person('1', { mail: 'ana@x.test' }), person('2', { own: '003A' })];
  expect(pickMatch(candidates, keys, 'any')?.id).toBe('2');
  expect(pickMatch(candidates, keys, 'next_if_previous_empty')?.id).toBe('2');
});

test('a later key finds only people without an earlier one, unless the strategy is any', () => {
  const claimed = [person('1', { own: '003B', mail: 'ana@x.test' })];
  expect(pickMatch(claimed, keys, 'next_if_previous_empty')).toBeUndefined();
  expect(pickMatch(claimed, keys, 'any')?.id).toBe('1');
  expect(pickMatch([person('2', { mail: 'ana@x.test' })], keys, 'next_if_previous_empty')?.id).toBe('2');
});

test('with the strategy all, every key must match', () => {
  expect(pickMatch([person('1', { own: '003A', mail: 'other@x.test' })], keys, 'all')).toBeUndefined();
  expect(pickMatch([person('1', { own: '003A', mail: 'ANA@x.test' })], keys, 'all')?.id).toBe('1');
});

test('the oldest of several wins, and an empty value matches nobody', () => {
  const two = [person('00b', { mail: 'ana@x.test' }), person('00a', { mail: 'ana@x.test' })];
  expect(pickMatch(two, keys, 'any')?.id).toBe('00a');
  expect(pickMatch([person('1', { mail: '' })], [{ fieldId: 'mail', value: '' }], 'any')).toBeUndefined();
});

test('a look-up asks for each text once, and for no phone', () => {
  const phone = { fieldId: 'phone', value: { phone: '47', parse_with_country_code: true } };
  expect(conditionsOf([...keys, ...keys, phone])).toEqual(keys);
});
