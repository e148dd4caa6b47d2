import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDetails, readVerdicts } from './answers.ts';

const plain = { existingOnly: false, newOnly: false };
const one = (row: unknown, scope = plain, body = 'people') =>
  readVerdicts(
    { [body]: [row] },
    [{ 'str::email': 'ana@corp.test', 'str:cm:tier': 'a', 'str:cm:tier-name': 'b' }],
    scope,
  )[0];

test.each([
  ['people', { status: 'created', person_id: '00a' }, { kind: 'created', id: '00a' }],
  ['people', { status: 'merged' }, { kind: 'merged', id: undefined }],
  ['people', { status: 'queued' }, { kind: 'merged', id: undefined }],
  ['accounts', { status: 'merged', account_id: '10a' }, { kind: 'merged', id: '10a' }],
  ['organizations', { status: 'created', organization_id: '10a' }, { kind: 'created', id: '10a' }],
  ['accounts', { status: 'created', id: '10a' }, { kind: 'created', id: '10a' }],
  ['activities', { status: 'ingested' }, { kind: 'merged', id: undefined }],
])('a row of %s with %o is understood', (body, row, verdict) => {
  expect(one(row, plain, body)).toEqual(verdict);
});

test.each([
  [{ status: 'suppressed', error: 'Email is suppressed' }, 'suppressed', undefined],
  [
    { status: 'invalid', error: 'failed to validate field str:cm:tier-name in schema: Object not found' },
    'unknown_field',
    'str:cm:tier-name',
  ],
  [{ status: 'invalid', error: 'ana@corp.test is no str::email' }, 'invalid', 'str::email'],
  [{ status: 'invalid' }, 'invalid', undefined],
  [{ status: 'parked' }, 'status_parked', undefined],
  [{ status: 'Secret <value>' }, 'no_status', undefined],
  [{ person_id: '00a' }, 'no_status', undefined],
  [{ status: 'skipped' }, 'status_skipped', undefined],
  [{ status: 'merged', error: 'something went wrong' }, 'invalid', undefined],
  [{}, 'no_status', undefined],
])('%o is a refusal for the reason %s, without its text', (row, reason, field) => {
  expect(one(row)).toEqual({ kind: 'refused', reason, field });
});

test('statuses for "not written" count only when the request allows it', () => {
  for (const status of ['skipped', 'unchanged', 'not_found']) {
    expect(one({ status, person_id: '00a' }, { existingOnly: false, newOnly: true })).toEqual({
      kind: 'not_written',
      id: '00a',
    });
  }
});

test('a row without an id among rows with one was not found, when nothing may be created', () => {
  const body = { people: [{ status: 'merged', person_id: '00a' }, { status: 'merged' }] };
  const scope = { existingOnly: true, newOnly: false };
  expect(readVerdicts(body, [{}, {}], scope).map(({ kind }) => kind)).toEqual(['merged', 'not_written']);
  expect(readVerdicts({ people: [{ status: 'merged' }] }, [{}], scope)).toEqual([{ kind: 'merged', id: undefined }]);
});

test('whatever the answer, each row sent has exactly one verdict', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat({ max: 5 }), (people, count) => {
      const sent = Array.from({ length: count }, () => ({ 'str::email': 'ana@corp.test' }));
      const verdicts = readVerdicts({ people }, sent, plain);
      expect(verdicts).toHaveLength(count);
      const rows = Array.isArray(people) ? people.length : 0;
      expect(verdicts.slice(rows).every(({ kind }) => kind === 'refused')).toBe(true);
    }),
  );
});

test('details identify the rows at fault only when there is one per row and at least one at fault', () => {
  const sent = [{ a: 1 }, { b: 2 }];
  expect(readDetails([{ status: 'valid' }, { status: 'invalid', error: 'b' }], sent)).toEqual([
    undefined,
    { kind: 'refused', reason: 'invalid', field: 'b' },
  ]);
  expect(readDetails([{ status: 'invalid' }], sent)).toBeUndefined();
  expect(readDetails([{ status: 'valid' }, { status: 'valid' }], sent)).toBeUndefined();
});
