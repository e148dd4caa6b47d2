import { expect, test } from 'vitest';
import { conditionsOf, pickMatch } from './find-strategy.ts';

const person = (id: string, fields: Record<string, unknown>) => ({ id, fields });
const keys = [
  { fieldId: 'own', value: '003A' },
  { fieldId: 'mail', value: 'Ana@x.test' },
];

test('the first key that finds somebody wins', () => {
  const candidates = [person('1', { mail: 'ana@x.test' }), person('2', { own: '003A' })];
  expect(pickMatch(candidates, keys, 'any')?.id).toBe('2');
  expect(pickMatch(candidates, keys, 'next_if_previous_empty')?.id).toBe('2');
});

test('a later key finds those without an earlier one, unless any key will do', () => {
  const claimed = [person('1', { own: '003B', mail: 'ana@x.test' })];
  expect(pickMatch(claimed, keys, 'next_if_previous_empty')).toBeUndefined();
  expect(pickMatch(claimed, keys, 'any')?.id).toBe('1');
  expect(pickMatch([person('2', { mail: 'ana@x.test' })], keys, 'next_if_previous_empty')?.id).toBe('2');
});

test('all keys must match where all are asked for', () => {
  expect(pickMatch([person('1', { own: '003A', mail: 'other@x.test' })], keys, 'all')).toBeUndefined();
  expect(pickMatch([person('1', { own: '003A', mail: 'ANA@x.test' })], keys, 'all')?.id).toBe('1');
});

test('of several the oldest is meant, and an empty value means nobody', () => {
  const two = [person('00b', { mail: 'ana@x.test' }), person('00a', { mail: 'ana@x.test' })];
  expect(pickMatch(two, keys, 'any')?.id).toBe('00a');
  expect(pickMatch([person('1', { mail: '' })], [{ fieldId: 'mail', value: '' }], 'any')).toBeUndefined();
});

test('a look-up asks for each text once and for no phone', () => {
  const phone = { fieldId: 'phone', value: { phone: '47', parse_with_country_code: true } };
  expect(conditionsOf([...keys, ...keys, phone])).toEqual(keys);
});
