import { expect, test } from 'vitest';
import { planRates } from './limits.ts';
import { call, mergePeople, start } from './fixtures/client.ts';

test('the fifteenth bad request bans its sender, and the ban ends', async () => {
  const ortto = await start({ limits: { banMs: 300 } });
  const statuses = [];
  for (let made = 0; made < 16; made += 1) statuses.push((await call(ortto, '/person/merge')).status);
  expect(statuses).toEqual([...Array.from({ length: 15 }, () => 400), 429]);
  const banned = await mergePeople(ortto, 1);
  expect(banned.json).toEqual({ error: { code: 'rate-limit', message: 'rate limit', 'try-in-seconds': 1 } });
  expect(ortto.counts).toMatchObject({ badRequests: 15, bans: 1, banned: 2 });
  await expect.poll(async () => (await mergePeople(ortto, 1)).status, { timeout: 5000 }).toBe(200);
});

test('wrong keys are counted towards a ban of their own', async () => {
  const ortto = await start({ limits: { badRequests: 2 } });
  await call(ortto, '/person/merge');
  await call(ortto, '/person/get', {}, { key: 'wrong' });
  expect(ortto.counts.bans).toBe(0);
  await call(ortto, '/person/get', {}, { key: 'wrong' });
  expect(ortto.counts.bans).toBe(1);
});

test('requests past the rate are refused with advice and do nothing', async () => {
  const ortto = await start({ limits: { rates: planRates(3) } });
  const heard = await Promise.all(Array.from({ length: 5 }, () => mergePeople(ortto, 1)));
  expect(heard.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 429, 429]);
  expect(ortto.counts).toMatchObject({ rateLimited: 2, calls: { '/person/merge': 3 }, peakPerSecond: 5 });
});

test('merges by look-up beyond the concurrency limit are refused, by id they are not', async () => {
  const ortto = await start({ limits: { concurrentKeyMerges: 1, latencyMs: 50 } });
  const twice = await Promise.all([mergePeople(ortto, 1), mergePeople(ortto, 1)]);
  expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 429]);
  const [known] = ortto.cdp.people();
  const byId = { people: [{ fields: { 'str::person_id': known?.id } }], merge_by: ['str::person_id'] };
  const both = await Promise.all([mergePeople(ortto, 1), mergePeople(ortto, 1, byId)]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(ortto.counts).toMatchObject({ concurrencyLimited: 1, peakConcurrent: 2 });
});
