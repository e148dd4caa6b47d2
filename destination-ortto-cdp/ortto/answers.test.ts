import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer, readDetails, readVerdicts } from './answers.ts';

const plain = { existingOnly: false, newOnly: false };
const one = (row: unknown, scope = plain, body = 'people') =>
  readVerdicts(
    { [body]: [row] },
    [{ 'str::email': 'ana@corp.test', 'str:cm:tier': 'a', 'str:cm:tier-name': 'b' }],
    scope,
  )?.[0];

test.each([
  ['people', { status: 'created', person_id: '00a' }, { kind: 'created', id: '00a' }],
  ['people', { status: 'merged' }, { kind: 'merged', id: undefined }],
  ['people', { status: 'queued' }, { kind: 'merged', id: undefined, mayBeNew: true }],
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
  expect(readVerdicts(body, [{}, {}], scope)?.map(({ kind }) => kind)).toEqual(['merged', 'not_written']);
  expect(readVerdicts({ people: [{ status: 'merged' }] }, [{}], scope)).toEqual([{ kind: 'merged', id: undefined }]);
});

test('an answer with a row for each row sent has one verdict for each, in order; any other answer has none', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat({ max: 5 }), (people, count) => {
      const sent = Array.from({ length: count }, () => ({ 'str::email': 'ana@corp.test' }));
      const verdicts = readVerdicts({ people }, sent, plain);
      const isWhole =
        Array.isArray(people) &&
        people.length === count &&
        people.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
      expect(verdicts?.length).toBe(isWhole ? count : undefined);
    }),
  );
});

test.each([
  ['fewer rows', [{ status: 'merged' }]],
  ['more rows', [{ status: 'merged' }, { status: 'merged' }, { status: 'merged' }]],
  ['a row that is null', [null, { status: 'merged' }]],
  ['as many objects, but a null among them', [null, { status: 'merged' }, { status: 'merged' }]],
  ['no list', null],
])('an answer with %s is not believed', (_, people) => {
  expect(readVerdicts({ people }, [{}, {}], plain)).toBeUndefined();
});

const merge = { call: 'merge', read: ({ fine }: { readonly fine?: unknown }) => fine } as const;
const answer = (status: number, text: string) => readAnswer({ status, retryAfter: undefined, text }, merge, 0);

test.each([
  [200, ''],
  [200, '{}'],
  [200, '[]'],
  [200, 'null'],
  [200, '<html></html>'],
  [200, '{"code":503,"error":"oops"}'],
  [200, '{"fine":true,"error":{"message":"oops"}}'],
  [202, '{"request_id":"1"}'],
  [204, ''],
])('%i with %j is not what was asked, so it is asked again', (status, text) => {
  expect(answer(status, text)).toMatchObject({ kind: 'again' });
});

test.each(['{"fine":1}', '{"fine":1,"error":null}', '{"fine":1,"error":""}'])('200 with %s is an answer', (text) => {
  expect(answer(200, text)).toEqual({ kind: 'ok', result: 1 });
});

test.each([
  [403, '<html>Forbidden</html>', 'again'],
  [404, '', 'again'],
  [404, '{"message":"no Route matched"}', 'again'],
  [403, '{"code":403,"error":"Account expired"}', 'refused'],
  [404, '{"request_id":"1","code":404,"error":"Unknown endpoint or method"}', 'refused'],
  [401, '<html>Unauthorized</html>', 'refused'],
])('%i with %j is %s: only what Ortto itself says about the account counts', (status, text, kind) => {
  expect(answer(status, text)).toMatchObject({ kind });
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
