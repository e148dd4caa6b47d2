import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { faultAnswers } from './faults.ts';
import { planRates } from './limits.ts';
import { call, mergePeople, person, start } from './fixtures/client.ts';

test('answers are JSON with a final newline, errors the envelope with a request id', async () => {
  const ortto = await start();
  const good = await mergePeople(ortto, 1);
  expect(good).toMatchObject({ status: 200, type: 'application/json' });
  expect(good.text.endsWith('}\n')).toBe(true);
  const bad = await call(ortto, '/person/merge', { people: [] });
  expect(bad.json).toEqual({
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    code: 400,
    error: expect.any(String),
  });
});

test.each([
  ['a wrong key', 401, '/person/get', {}, { key: 'wrong' }],
  ['an unknown path', 404, '/me', {}, {}],
  ['the wrong method', 404, '/person/archive', {}, { method: 'POST' }],
  ['a body that is no JSON', 400, '/person/merge', '{"people":', {}],
  ['a body past 2 MB', 400, '/person/merge', `{"people":"${'x'.repeat(2 * 1024 * 1024)}"}`, {}],
  ['an unknown filter operation', 400, '/person/get', { filter: { '$int::gt': { field_id: 'int::v', value: 1 } } }, {}],
  ['a filter on an unknown field', 400, '/person/get', { filter: { $has_any_value: { field_id: 'str::nope' } } }, {}],
  ['a type accounts do not know', 400, '/accounts/get', { type: 'archived_account' }, {}],
  ['a UUID for an id', 400, '/person/get-by-ids', { contact_ids: [randomUUID()] }, {}],
  ['151 ids', 400, '/person/get-by-ids', { contact_ids: Array.from({ length: 151 }, () => '0'.repeat(24)) }, {}],
] as const)('%s is answered %i', async (_, status, path, body, how) => {
  const heard = await call(await start(), path, body, how);
  expect(heard).toMatchObject({ status, json: { code: status } });
});

test('queued work is done after its delay', async () => {
  const ortto = await start({ limits: { queueDelayMs: 20 } });
  expect((await mergePeople(ortto, 2, { async: true })).json).toEqual({
    people: [{ status: 'queued' }, { status: 'queued' }],
  });
  expect(ortto.cdp.people()).toEqual([]);
  await ortto.cdp.settled();
  expect(ortto.cdp.people()).toHaveLength(2);
});

test('a CDP is prepared past keys, limits and counts', async () => {
  const ortto = await start({ limits: { rates: planRates(1) } });
  for (const index of [1, 2]) {
    ortto.cdp.call('POST', '/person/merge', { people: [person(index)], merge_by: ['str::email'] });
  }
  expect(ortto.cdp.peopleWith('str::first', 'P2')).toMatchObject([{ archived: false, tags: [] }]);
  expect(ortto.counts.requests).toBe(0);
  expect(() => ortto.cdp.call('POST', '/person/merge', { people: [] })).toThrow('1 or more rows');
  expect(() => ortto.cdp.call('GET', '/person/merge', {})).toThrow('Ortto has no GET /person/merge');
});

test('reset empties everything but the limits', async () => {
  const ortto = await start();
  ortto.limits.rowsPerCall = 1;
  await mergePeople(ortto, 1);
  ortto.faults.add({ answer: faultAnswers.unavailable });
  ortto.reset();
  expect(ortto.cdp.snapshot()).toEqual({ people: [], organizations: [] });
  expect(ortto.counts).toMatchObject({ requests: 0, calls: {} });
  expect((await mergePeople(ortto, 2)).status).toBe(400);
  expect((await mergePeople(ortto, 1)).status).toBe(200);
});
