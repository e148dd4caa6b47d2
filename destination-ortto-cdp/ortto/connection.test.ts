import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { createGate } from './gate.ts';
import type { Call } from './refusals.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions, Request } from './connection.ts';

type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'cut';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const merge = (people: readonly number[]): Request<unknown> => ({
  call: 'merge',
  method: 'POST',
  path: 'person/merge',
  content: { people },
  read: (body) => body,
});
const lookUp: Request<unknown> = {
  call: 'look_up',
  method: 'POST',
  path: 'person/get',
  content: {},
  read: (body) => (Object.keys(body).length > 0 ? body : undefined),
};

/** A server that gives the replies in order, and then the last one again and again. */
const scripted = async (replies: readonly Reply[], options: Partial<ConnectionOptions> = {}, path = '') => {
  const seen: { url: string | undefined; method: string | undefined; headers: IncomingHttpHeaders; body: string }[] =
    [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ url: request.url, method: request.method, headers: request.headers, body });
      const reply = replies[Math.min(seen.length, replies.length) - 1] ?? 'cut';
      if (reply === 'cut') {
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const waits: string[] = [];
  const connection = await openConnection({
    apiUrl: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`),
    apiKey: 'the-key',
    gate: createGate(1000),
    signal: new AbortController().signal,
    closing: new AbortController().signal,
    onRequest: () => {},
    onWait: (message) => waits.push(message),
    ...options,
  });
  closers.push(connection.close, async () => {
    server.closeAllConnections();
    server.close();
  });
  return { connection, seen, waits };
};

test('a request goes to /v1 with the key in its header and the body as JSON', async () => {
  const { connection, seen } = await scripted([{ status: 200, body: { people: [] } }]);
  expect(await connection.send(merge([1]))).toEqual({ kind: 'ok', result: { people: [] }, isRepeated: false });
  expect(seen[0]).toMatchObject({ url: '/v1/person/merge', method: 'POST', body: '{"people":[1]}' });
  expect(seen[0]?.headers).toMatchObject({ 'x-api-key': 'the-key', 'content-type': 'application/json' });
});

test.each(['/', '/v1', '/v1/'])('an address that ends in %s means the same', async (path) => {
  const { connection, seen } = await scripted([{ status: 200 }], {}, path);
  await connection.send({ call: 'archive', method: 'PUT', path: 'person/archive', content: {}, read: (body) => body });
  expect(seen[0]?.url).toBe('/v1/person/archive');
});

test.each<[string, Reply]>([
  ['408', { status: 408 }],
  ['429 with advice', { status: 429, body: { error: { code: 'rate-limit', message: 'x', 'try-in-seconds': 0 } } }],
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
  ['500', { status: 500, body: { error: 'oops' } }],
  ['502 in HTML', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['503', { status: 503 }],
  ['200 that is a page', { status: 200, body: '<html>hello</html>' }],
  ['200 without what was asked', { status: 200 }],
  ['204', { status: 204, body: '' }],
  ['200 with an error', { status: 200, body: { code: 503, error: 'oops' } }],
  ["a CDN's 403", { status: 403, body: '<html>Forbidden</html>' }],
  ["a CDN's 404", { status: 404, body: '<html>Not Found</html>' }],
  ['200 that says wait', { status: 200, body: { error: { 'try-in-seconds': 0 } } }],
  ['a lost connection', 'cut'],
])('%s is asked again, and the wait is logged', async (_, reply) => {
  const { connection, seen, waits } = await scripted([reply, { status: 200, body: { fine: true } }]);
  expect(await connection.send(lookUp)).toEqual({ kind: 'ok', result: { fine: true }, isRepeated: true });
  expect([seen.length, waits.length]).toEqual([2, 1]);
  expect(waits[0]).toContain('retrying person/get in');
});

test('the wait of the body is obeyed', async () => {
  const { connection, waits } = await scripted([
    { status: 429, body: { error: { code: 'rate-limit', message: 'x', 'try-in-seconds': 1 } } },
    { status: 200, body: { fine: true } },
  ]);
  await connection.send(lookUp);
  expect(waits[0]).toContain('person/get in 1.0 s');
});

test.each([
  [401, /region/],
  [403, /expired/],
  [507, /contact limit/],
])('%i stops everything with a sentence that says what to do', async (status, sentence) => {
  const { connection, seen } = await scripted([{ status, body: { error: 'ana@corp.test the-key' } }]);
  const failure = connection.send(merge([]));
  await expect(failure).rejects.toThrow(sentence);
  await expect(failure).rejects.toThrow(ConfigError);
  await expect(failure).rejects.not.toThrow(/ana@corp|the-key/);
  expect(seen).toHaveLength(1);
});

test.each<[number, Call, string]>([
  [400, 'merge', 'isolate'],
  [413, 'record', 'isolate'],
  [400, 'look_up', 'narrow'],
  [400, 'link', 'do_without'],
  [409, 'create_field', 'do_without'],
  [404, 'unlink', 'do_without'],
])('%i for %s is not asked again, and left to the caller as %s', async (status, call, next) => {
  const { connection, seen } = await scripted([
    { status, body: { code: status, error: 'no', details: [{ error: 'x' }] } },
  ]);
  const answer = await connection.send({ ...lookUp, call });
  expect(answer).toMatchObject({ kind: 'refused', next, text: 'no', details: [{ error: 'x' }] });
  expect(seen).toHaveLength(1);
});

test.each([404, 405, 410, 501])('%i to a merge points at the address', async (status) => {
  const { connection } = await scripted([{ status, body: { code: status, error: 'no' } }]);
  const failure = connection.send(merge([]));
  await expect(failure).rejects.toThrow(ConfigError);
  await expect(failure).rejects.toThrow(/person\/merge.*api_url/);
});

test.each([406, 409])('%i to a merge is for the next sync', async (status) => {
  const { connection } = await scripted([{ status, body: { code: status, error: 'no' } }]);
  const failure = connection.send(merge([]));
  await expect(failure).rejects.toThrow(TransientError);
  await expect(failure).rejects.toThrow(`Ortto refused person/merge (${status})`);
});

test('a server that stays unreachable ends in a transient error that says how often it was tried', async () => {
  const { connection, seen } = await scripted([{ status: 503 }], { attempts: 2 });
  await expect(connection.send(lookUp)).rejects.toThrow(/503, 2 time/);
  await expect(connection.send(lookUp)).rejects.toThrow(TransientError);
  expect(seen).toHaveLength(4);
});

test('once stopped, nothing is waited for', async () => {
  const stop = new AbortController();
  const { connection } = await scripted([{ status: 503, headers: { 'retry-after': '60' } }], {
    signal: stop.signal,
    onWait: () => setImmediate(() => stop.abort()),
  });
  await expect(connection.send(lookUp)).rejects.toThrow('Stopped');
});

test('once it is closing no request is begun any more', async () => {
  const { connection, seen } = await scripted([{ status: 200 }], { closing: AbortSignal.abort() });
  await expect(connection.send(merge([]))).rejects.toThrow(TransientError);
  expect(seen).toEqual([]);
});
