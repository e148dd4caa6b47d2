import { get as httpGet } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SalesforceSimulator } from '../salesforce.ts';
import { ALL, DATA, client, refreshForm, start, token } from './fixtures/client.ts';

const firstPage = async (simulator: SalesforceSimulator): Promise<[ReturnType<typeof client>, string, string]> => {
  const api = client(simulator);
  const job = await api.runJob(ALL);
  const path = `${DATA}/jobs/query/${String(job['id'])}/results`;
  return [api, path, (await api.get(path)).text];
};

test.each([
  ['at the end of a row', { rowEnd: 3 }, /"\n$/],
  ['between two values of a row', { midRow: 3 }, /",$/],
  ['inside a quoted value', { midQuote: 3 }, /"[^"\n]+$/],
])('an answer can end early %s, and looks whole', async (_, at, ending) => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'cut', at, how: 'end' } });
  const { status, text } = await api.get(path);
  expect([status, whole.startsWith(text), text.length < whole.length]).toEqual([200, true, true]);
  expect(text).toMatch(ending);
  expect((await api.get(path)).text).toBe(whole);
});

test('a connection can break in the middle, once, after some good answers', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({
    match: { method: 'GET', path: /results/, after: 1, times: 2 },
    action: { kind: 'cut', at: { bytes: 1000 }, how: 'reset' },
  });
  expect((await api.get(path)).text).toBe(whole);
  await expect(api.get(path)).rejects.toThrow('terminated');
  await expect(api.get(path, { 'accept-encoding': 'gzip' })).rejects.toThrow('terminated');
  expect((await api.get(path)).text).toBe(whole);
});

test('an answer can come in drips and still be whole, compressed or not', async () => {
  const simulator = await start({ contacts: 10 });
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/, times: 2 }, action: { kind: 'drip' } });
  expect((await api.get(path)).text).toBe(whole);
  expect((await api.get(path, { 'accept-encoding': 'gzip' })).text).toBe(whole);
});

/** The bytes on the wire: fetch would inflate them, and take a cut stream for a whole one. */
const wireBytes = (simulator: SalesforceSimulator, path: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${simulator.login.openSession()}`, 'accept-encoding': 'gzip' };
    httpGet(simulator.url + path, { headers }, (response) => {
      response.toArray().then((pieces: Buffer[]) => resolve(Buffer.concat(pieces)), reject);
    }).on('error', reject);
  });

test('a compressed answer can be cut', async () => {
  const simulator = await start();
  const [, path, whole] = await firstPage(simulator);
  expect(gunzipSync(await wireBytes(simulator, path)).toString()).toBe(whole);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'gzip-cut', bytes: 200, how: 'end' } });
  const cut = await wireBytes(simulator, path);
  expect(cut).toHaveLength(200);
  expect(() => gunzipSync(cut)).toThrow('unexpected end of file');
});

test('an answer can stall', async () => {
  const simulator = await start();
  const [, path] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'stall', afterBytes: 500 } });
  const response = await fetch(simulator.url + path, {
    headers: { authorization: `Bearer ${simulator.login.openSession()}`, 'accept-encoding': 'identity' },
    signal: AbortSignal.timeout(300),
  });
  let received = 0;
  await expect(
    (async () => {
      for await (const piece of response.body ?? []) received += (piece as Uint8Array).length;
    })(),
  ).rejects.toThrow('timeout');
  expect(received).toBe(500);
});

test('headers, bodies and whole answers can be replaced, and things done in between', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push(
    {
      match: { path: /results/ },
      action: {
        kind: 'headers',
        edit: (headers) => ({ 'Content-Type': headers['Content-Type'] ?? '', 'sforce-locator': '' }),
      },
    },
    { match: { path: /results/ }, action: { kind: 'body', edit: (body) => body.subarray(0, 10) } },
    {
      match: { path: /results/ },
      action: { kind: 'answer', status: 503, headers: { 'Retry-After': '7' }, body: '<html></html>' },
    },
    { match: { path: /results/ }, action: { kind: 'drop' } },
    { match: { path: /results/ }, action: { kind: 'do', run: () => simulator.login.expireSessions() } },
  );
  const edited = await api.get(path);
  expect([edited.headers.get('sforce-numberofrecords'), edited.headers.get('sforce-locator')]).toEqual([null, '']);
  expect((await api.get(path)).text).toBe(whole.slice(0, 10));
  const unavailable = await api.get(path);
  expect([unavailable.status, unavailable.headers.get('retry-after'), unavailable.text]).toEqual([
    503,
    '7',
    '<html></html>',
  ]);
  await expect(api.get(path)).rejects.toThrow('fetch failed');
  expect((await api.get(path)).status).toBe(401);
});

test('calls and bytes are counted by kind', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.counts.reset();
  await api.get(path);
  await token(simulator, refreshForm(simulator));
  expect(simulator.counts.calls).toEqual({ jobResults: 1, token: 1 });
  expect(simulator.counts.apiCalls).toBe(1);
  expect(simulator.counts.bytes).toBeGreaterThan(Buffer.byteLength(whole));
});
