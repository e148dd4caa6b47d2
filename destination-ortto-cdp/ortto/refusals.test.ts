import { expect, test } from 'vitest';
import { REFUSALS, refusalOf } from './refusals.ts';
import type { Call, Next } from './refusals.ts';

const CALLS: readonly Call[] = [
  'read',
  'look_up',
  'merge',
  'record',
  'archive',
  'link',
  'unlink',
  'create_field',
  'add_options',
  'define_activity',
];

test('every status has a meaning for every call', () => {
  for (const call of CALLS) {
    for (let status = 300; status < 600; status += 1) expect(refusalOf(status, call, 'ortto').cause).not.toBe('');
  }
});

test.each<[Next, readonly number[]]>([
  ['repeat', [408, 429, 500, 502, 503, 504, 520, 599]],
  ['change_config', [401, 403, 507]],
])('for every call the next step is to %s after %j', (next, statuses) => {
  for (const call of CALLS) {
    for (const status of statuses)
      expect([call, status, refusalOf(status, call, 'ortto').next]).toEqual([call, status, next]);
  }
});

test.each<[number, { readonly [C in Call]?: Next }]>([
  [400, { merge: 'isolate', record: 'isolate', look_up: 'narrow', link: 'do_without', read: 'try_later' }],
  [404, { merge: 'change_config', link: 'change_config', unlink: 'do_without', define_activity: 'do_without' }],
  [423, { create_field: 'do_without', merge: 'try_later' }],
  [409, { create_field: 'do_without', merge: 'try_later', archive: 'try_later' }],
  [413, { merge: 'isolate', look_up: 'try_later' }],
])('%i means %o', (status, meaning) => {
  for (const [call, next] of Object.entries(meaning)) expect(refusalOf(status, call as Call, 'ortto').next).toBe(next);
});

test('no row is hidden behind an earlier one', () => {
  const reached = new Set(
    CALLS.flatMap((call) =>
      Array.from({ length: 300 }, (_, index) => [
        refusalOf(300 + index, call, 'ortto'),
        refusalOf(300 + index, call, 'other'),
      ]).flat(),
    ),
  );
  expect(REFUSALS.filter((row) => !reached.has(row))).toEqual([]);
});

test('a sentence names the host, the path and the status, and never an answer', () => {
  const said = REFUSALS.map(({ sentence }) => sentence({ status: 418, host: 'api.test', path: 'person/merge' }));
  expect(said.every((sentence) => sentence.length > 15)).toBe(true);
  expect(said.filter((sentence) => sentence.includes('api.test'))).toHaveLength(2);
});
