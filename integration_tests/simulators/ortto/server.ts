import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Counter } from './counts.ts';
import type { Fault, FaultAnswer, FaultScript } from './faults.ts';
import type { Answer, Instance } from './instance.ts';
import { envelope, rateLimited, readBody, send, type RequestBody } from './http.ts';
import { isObject } from './json.ts';
import type { Queue } from './merge.ts';
import type { Cursors } from './query.ts';
import { Refusal } from './refusal.ts';
import { idKeys } from './row.ts';
import { findRoute } from './routes.ts';
import type { Throttle } from './throttle.ts';

// HTTP around the routes: keys, limits, envelopes and faults.

export interface Backend {
  readonly apiKey: string;
  /** Of the moment: `reset` replaces them. */
  readonly state: () => { readonly instance: Instance; readonly cursors: Cursors; readonly throttle: Throttle };
  readonly faults: FaultScript;
  readonly counter: Counter;
  readonly queue: Queue;
}

const rowCount = (body: unknown): number => {
  const rows = isObject(body)
    ? (body['people'] ?? body['accounts'] ?? body['organizations'] ?? body['activities'])
    : [];
  return Array.isArray(rows) ? rows.length : 0;
};

const isKeyMerge = (path: string, body: unknown): boolean =>
  /^\/(?:person|accounts)\/merge$/.test(path) &&
  isObject(body) &&
  body['async'] !== true &&
  !(Array.isArray(body['merge_by']) && Object.values(idKeys).flat().includes(String(body['merge_by'][0])));

/** Does the work of a call, and counts it. */
const answerCall = (
  backend: Backend,
  method: string,
  path: string,
  { tooLarge, parsed }: RequestBody,
): FaultAnswer | Answer => {
  const { instance, cursors } = backend.state();
  const found = findRoute(method, path);
  if (found.route === undefined) return envelope(404, 'Unknown endpoint or method');
  if (tooLarge) return envelope(instance.switches.oversized, `A body holds up to ${instance.limits.bodyBytes} bytes`);
  if (parsed === undefined) return envelope(400, 'Failed to parse request: invalid JSON');
  backend.counter.call(found.path, rowCount(parsed.json));
  try {
    return found.route({ instance, cursors, body: parsed.json, legacy: found.legacy, queue: backend.queue });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return envelope(error.status, error.message, error.details);
  }
};

export const createOrttoServer = (backend: Backend): Server => {
  const { counter, faults } = backend;
  let keyMerges = 0;

  const noteBad = (status: number): void => {
    const { throttle } = backend.state();
    const kind = status === 401 ? 'credentials' : [400, 404, 409, 413].includes(status) ? 'request' : undefined;
    if (kind === undefined) return;
    counter.add('badRequests');
    if (throttle.note(kind, Date.now())) counter.add('bans');
  };

  const refuse = (request: IncomingMessage): FaultAnswer | undefined => {
    const refused = backend.state().throttle.refuse(Date.now());
    if (refused !== undefined) {
      counter.add(refused.reason === 'ban' ? 'banned' : 'rateLimited');
      return rateLimited(refused.seconds);
    }
    return request.headers['x-api-key'] === backend.apiKey ? undefined : envelope(401, 'Unauthorized');
  };

  const answerOf = (
    method: string,
    path: string,
    body: RequestBody,
    fault: Fault | undefined,
  ): FaultAnswer | Answer | undefined => {
    const faulty = fault?.answer !== undefined || fault?.cut === true;
    const done = !faulty || fault.worked === true ? answerCall(backend, method, path, body) : undefined;
    if (fault?.cut === true) return undefined;
    return fault?.answer ?? done;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<number | undefined> => {
    const { limits } = backend.state().instance;
    const method = request.method ?? 'GET';
    const { pathname } = new URL(request.url ?? '/', 'http://ortto');
    const path = pathname.startsWith('/v1/') ? pathname.slice('/v1'.length) : 'outside the API';
    const body = await readBody(request, limits.bodyBytes);
    const refused = refuse(request);
    if (refused !== undefined) {
      noteBad(refused.status);
      send(response, refused);
      return refused.status;
    }
    const json = body.parsed?.json;
    const fault = faults.next({ method, path, body: json });
    const counted = isKeyMerge(findRoute(method, path).path, json);
    if (counted && keyMerges >= limits.concurrentKeyMerges) {
      counter.add('concurrencyLimited');
      send(response, rateLimited(1));
      return 429;
    }
    keyMerges += Number(counted);
    try {
      const delay = limits.latencyMs + (fault?.delayMs ?? 0);
      if (delay > 0) await wait(delay);
      const answer = answerOf(method, path, body, fault);
      if (answer === undefined) {
        request.socket.resetAndDestroy();
        return undefined;
      }
      if (fault?.answer === undefined) noteBad(answer.status);
      send(response, answer);
      return answer.status;
    } finally {
      keyMerges -= Number(counted);
    }
  };

  const server = createServer((request, response) => {
    counter.begin(Date.now());
    handle(request, response).then(
      (status) => counter.end(status),
      (error: unknown) => {
        counter.end(undefined);
        response.destroy();
        // A caller that hangs up is normal; anything else is a bug of ours.
        if (request.errored === null) throw error;
      },
    );
  });
  // Longer than any client keeps an idle connection, so that a cut is always one the script asked for.
  server.keepAliveTimeout = 120_000;
  return server;
};
