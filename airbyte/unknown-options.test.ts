import { expect, test } from 'vitest';
import { unknownOptions } from './unknown-options.ts';

const unknownPaths = (config: unknown, of: unknown) => unknownOptions(config, of).map(({ path }) => path);

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
  expect(unknownPaths(config, schema)).toEqual([]);
});

test('slips are named by their path, and not their value', () => {
  const config = {
    nmae: 'secret',
    login: { kind: 'key', key: 'k' },
    lists: [{ of: 1 }, { fo: 1, more: { deeep: 2 } }],
  };
  expect(unknownPaths(config, schema)).toEqual(['nmae', 'lists[1].fo', 'lists[1].more.deeep']);
});

test('a choice knows only its own fields; while it is open, those of every branch', () => {
  expect(unknownPaths({ login: { kind: 'key', key: 'k', user: 'u' } }, schema)).toEqual(['login.user']);
  expect(unknownPaths({ login: { key: 'k', user: 'u', pass: 'p' } }, schema)).toEqual(['login.pass']);
});

test('what the platform adds is ignored, and a config of another shape is not examined', () => {
  expect(unknownPaths({ __injected: 1, name: 'a' }, schema)).toEqual([]);
  expect([null, 'text', [], [{ x: 1 }]].map((config) => unknownPaths(config, schema))).toEqual([[], [], [], []]);
});

test('names that every JavaScript object has are unknown like any other', () => {
  expect(unknownPaths(JSON.parse('{"constructor": 1, "toString": 2}'), schema)).toEqual(['constructor', 'toString']);
});

test('the option that was most likely meant is told with its path', () => {
  const config = { nmae: 1, login: { kind: 'key', kye: 'k' }, lists: [{ mroe: 1 }], zebra: 1 };
  expect(unknownOptions(config, schema).map(({ meant }) => meant)).toEqual([
    'name',
    'login.key',
    'lists[0].more',
    undefined,
  ]);
});
