import { expect, test } from 'vitest';
import { faultAnswers } from './faults.ts';
import { mergePeople, start } from './fixtures/client.ts';

test.each([
  ['429 with advice', faultAnswers.rateLimit(7), 429, '"try-in-seconds":7'],
  ['429 without', faultAnswers.rateLimitWithoutAdvice, 429, '{"code":"rate-limit","message":"rate limit"}'],
  ['503', faultAnswers.unavailable, 503, '"code":503'],
  ['a page of HTML', faultAnswers.html, 502, '<html>'],
  ['401', faultAnswers.unauthorized, 401, '"code":401'],
  ['403', faultAnswers.expired, 403, '"code":403'],
  ['507', faultAnswers.contactLimit, 507, '"code":507'],
])('a scripted %s is answered once, in place of the work', async (_, answer, status, text) => {
  const ortto = await start();
  ortto.faults.add({ path: '/person/merge', answer });
  const heard = await mergePeople(ortto, 1);
  expect(heard.status).toBe(status);
  expect(heard.text).toContain(text);
  expect(ortto.cdp.people()).toEqual([]);
  expect((await mergePeople(ortto, 1)).status).toBe(200);
  expect(ortto.faults.hits).toBe(1);
});

test('a fault waits for its turn, its path and its body', async () => {
  const ortto = await start();
  ortto.faults.add({
    method: 'POST',
    path: /merge$/,
    when: (body) => JSON.stringify(body).includes('p1@'),
    after: 1,
    times: 2,
    answer: faultAnswers.unavailable,
  });
  const statuses = [];
  for (const count of [1, 2, 1, 2, 2, 2]) statuses.push((await mergePeople(ortto, count)).status);
  expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);
});

test('a lost answer has done its work, a cut before it has not, and a late 503 has', async () => {
  const ortto = await start();
  ortto.faults.add({ cut: true });
  await expect(mergePeople(ortto, 1)).rejects.toThrow('fetch failed');
  expect(ortto.cdp.people()).toHaveLength(0);
  ortto.faults.add({ cut: true, worked: true });
  await expect(mergePeople(ortto, 1)).rejects.toThrow('fetch failed');
  expect(ortto.cdp.people()).toHaveLength(1);
  ortto.faults.add({ worked: true, answer: faultAnswers.unavailable });
  expect((await mergePeople(ortto, 2)).status).toBe(503);
  expect(ortto.cdp.people()).toHaveLength(2);
  expect(ortto.counts.statuses).toEqual({ cut: 2, '503': 1 });
});

test('the dice of a seed fall alike in every run', async () => {
  const run = async (seed: number): Promise<readonly number[]> => {
    const ortto = await start({ seed });
    ortto.faults.add({ chance: 0.5, times: Infinity, answer: faultAnswers.unavailable });
    const statuses = [];
    for (let made = 0; made < 24; made += 1) statuses.push((await mergePeople(ortto, 1)).status);
    return statuses;
  };
  const first = await run(7);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});
