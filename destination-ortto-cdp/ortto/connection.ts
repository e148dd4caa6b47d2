import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { readAnswer } from './answers.ts';
import type { Answer, RawAnswer } from './answers.ts';
import type { Gate } from './gate.ts';
import { backoffMs } from './pace.ts';

// The network side of Ortto: one request, kept to the gate and repeated while that may help. calls.ts says what to ask.

type Method = 'POST' | 'PUT';

/** An answer that counts: Ortto's word, or that it does not want the request. */
export type FinalAnswer = Extract<Answer, { kind: 'ok' | 'bad' }>;

/**
 * Both throw ConfigError when the key, the account or the plan stands in the way, and TransientError when Ortto cannot be
 * reached. `stream` says on whose account the request goes.
 */
export interface Connection {
  readonly call: (method: Method, path: string, content: JsonObject, stream?: string) => Promise<FinalAnswer>;
  /** The error for an answer nothing can be made of. */
  readonly refused: (path: string, status: number) => Error;
  readonly close: () => Promise<void>;
}

export interface OrttoOptions {
  readonly apiUrl: URL;
  readonly apiKey: string;
  readonly gate: Gate;
  /** Aborted: what is being waited for is given up; what was sent is still listened to. */
  readonly signal: AbortSignal;
  /** Aborted: no request is begun any more. */
  readonly closing: AbortSignal;
  readonly onRequest: (stream: string | undefined) => void;
  /** A wait before a request is repeated. Never holds a record's values. */
  readonly onWait: (message: string) => void;
  /** How often a request is tried; the pace's schedule is the limit. */
  readonly attempts?: number;
}

/** Ortto answers a full batch within seconds; a connection that is silent this long is lost. */
const SILENCE_MS = 120_000;
const CONNECT_MS = 15_000;

export const connectOrtto = async (options: OrttoOptions): Promise<Connection> => {
  // Loaded here, so that spec answers without the HTTP client.
  const { Agent, request } = await import('undici');
  const agent = new Agent({
    connections: 16,
    connectTimeout: CONNECT_MS,
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });
  const { gate, signal, apiKey } = options;
  const base = `${options.apiUrl.origin}${options.apiUrl.pathname.replace(/\/(v1\/?)?$/, '')}/v1/`;

  const exchange = async (method: Method, path: string, body: string): Promise<RawAnswer> => {
    const answer = await request(base + path, {
      method,
      dispatcher: agent,
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body,
    });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      text: await answer.body.text(),
    };
  };

  const once = async (method: Method, path: string, body: string, stream: string | undefined): Promise<Answer> => {
    await gate.enter();
    options.onRequest(stream);
    try {
      const answer = readAnswer(await exchange(method, path, body), Date.now());
      if (answer.kind === 'again') gate.leave('overloaded', answer.advisedMs);
      else gate.leave(answer.kind === 'ok' ? 'good' : 'bad');
      return answer;
    } catch (error) {
      gate.leave('overloaded');
      return { kind: 'again', why: `Ortto could not be reached (${lossOf(error)})`, advisedMs: undefined };
    }
  };

  /** The answer that counts: an object, or that Ortto does not want the request. */
  const call = async (method: Method, path: string, content: JsonObject, stream?: string): Promise<FinalAnswer> => {
    const body = JSON.stringify(content);
    for (let attempt = 1; ; attempt += 1) {
      if (options.closing.aborted) throw stopped();
      const answer = await once(method, path, body, stream);
      if (answer.kind === 'locked') throw lockedError(answer.status, options.apiUrl);
      if (answer.kind !== 'again') return answer;
      const waitMs =
        attempt >= (options.attempts ?? Infinity) ? undefined : backoffMs(attempt, answer.advisedMs, Math.random());
      if (waitMs === undefined || signal.aborted) {
        throw new TransientError(`${answer.why}, ${attempt} time(s) in a row`, { retryAfterMs: answer.advisedMs });
      }
      options.onWait(`${answer.why}; ${path} is repeated in ${(waitMs / 1000).toFixed(1)} s (attempt ${attempt})`);
      await pause(waitMs, signal);
    }
  };

  return { call, refused: (path, status) => refusedError(status, path, options.apiUrl), close: () => agent.close() };
};

const lossOf = (error: unknown): string => {
  const code = isObject(error) ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'the connection was lost';
};

const stopped = (): TransientError => new TransientError('Stopped while waiting for Ortto');

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });

const lockedError = (status: 401 | 403 | 507, { host }: URL): ConfigError =>
  new ConfigError(
    {
      401: `Ortto does not know this API key at ${host}. Check api_key, and that region is the one your instance lives in: a key works only there.`,
      403: `Ortto knows this API key but refuses it (403): the account has expired, or the user who connected the Custom API data source has left. Renew the account, or reconnect the data source.`,
      507: `Ortto's contact limit for your plan is reached (507), so it takes no new people. Raise the limit, archive people, or set people.create_new to false; then sync again.`,
    }[status],
  );

const refusedError = (status: number, path: string, { host }: URL): Error =>
  status === 404 || status === 405 || status === 410 || status === 501
    ? new ConfigError(`${host} does not know Ortto's call ${path} (${status}). Check region and api_url.`)
    : new TransientError(`Ortto refused ${path} (${status})`);
