import { expect, test } from 'vitest';
import { unknownOptions } from './unknown-options.ts';

const schema = {
  properties: {
    name: { type: 'string' },
    login: {
      oneOf: [
        { properties: { kind: { const: 'key' }, key: {} } },
        { properties: { kind: { const: 'user' }, user: {}, password: {} } },
      ],
    },
    lists: { items: { properties: { of: {}, more: { properties: { deep: {} } } } } },
  },
};

test('what the schema speaks of is known, wherever it stands', () => {
  const config = {
    name: 'a',
    login: { kind: 'user', user: 'u', password: 'p' },
    lists: [{ of: 1, more: { deep: {} } }],
  };
  expect(unknownOptions(config, schema)).toEqual([]);
});

test('typos are named by their path, and not their value', () => {
  const config = {
    nmae: 'secret',
    login: { kind: 'key', key: 'k' },
    lists: [{ of: 1 }, { fo: 1, more: { deeep: 2 } }],
  };
  expect(unknownOptions(config, schema)).toEqual(['nmae', 'lists[1].fo', 'lists[1].more.deeep']);
});

test('a choice knows its own fields only; while it is open, those of all', () => {
  expect(unknownOptions({ login: { kind: 'key', key: 'k', user: 'u' } }, schema)).toEqual(['login.user']);
  expect(unknownOptions({ login: { key: 'k', user: 'u', pass: 'p' } }, schema)).toEqual(['login.pass']);
});

test('what the platform puts in is none of our business, and a config of another shape is not looked into', () => {
  expect(unknownOptions({ __injected: 1, name: 'a' }, schema)).toEqual([]);
  expect([null, 'text', [], [{ x: 1 }]].map((config) => unknownOptions(config, schema))).toEqual([[], [], [], []]);
});

test('misspelled names of fields that every object has are found like others', () => {
  expect(unknownOptions(JSON.parse('{"constructor": 1, "toString": 2}'), schema)).toEqual(['constructor', 'toString']);
});
