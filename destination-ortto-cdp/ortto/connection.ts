import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { readAnswer } from './answers.ts';
import type { Answer, RawAnswer, ReadResult } from './answers.ts';
import type { Gate } from './gate.ts';
import { backoffMs } from './pace.ts';
import type { Call } from './refusals.ts';

// The network side of Ortto: one request, sent through the gate and retried while that may help. api.ts decides what to ask.

export interface Request<Result> {
  /** Determines what a refusal means. */
  readonly call: Call;
  readonly method: 'POST' | 'PUT';
  /** Below the API's version. */
  readonly path: string;
  readonly content: JsonObject;
  /** Finds in the answer what was asked; without it the answer is not believed, and the request is repeated. */
  readonly read: ReadResult<Result>;
  /** The stream the request is made for. */
  readonly stream?: string | undefined;
}

/** The answer after all retries: what was asked for, or a refusal that the caller can handle. */
export type FinalAnswer<Result> =
  /** `isRepeated`: an earlier attempt was not answered, and may have worked. */
  { readonly kind: 'ok'; readonly result: Result; readonly isRepeated: boolean } | FinalRefusal;

export type FinalRefusal = Pick<Extract<Answer<never>, { kind: 'refused' }>, 'kind' | 'text' | 'details'> & {
  readonly next: 'isolate' | 'narrow' | 'do_without';
  /** For a caller that cannot. */
  readonly error: Error;
};

export interface Connection {
  /**
   * Throws ConfigError when the key, the account or the plan prevents it, and TransientError when Ortto cannot be reached
   * or answers with something undocumented.
   */
  readonly send: <Result>(request: Request<Result>) => Promise<FinalAnswer<Result>>;
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  readonly apiUrl: URL;
  readonly apiKey: string;
  readonly gate: Gate;
  /** When aborted, waits end at once; answers to requests already sent are still read. */
  readonly signal: AbortSignal;
  /** When aborted, no further request is sent. */
  readonly closing: AbortSignal;
  readonly onRequest: (stream: string | undefined) => void;
  /** Called before a retry's wait. The message never contains a record's values. */
  readonly onWait: (message: string) => void;
  /** How many times a request is tried; by default as many as the schedule in pace.ts allows. */
  readonly attempts?: number;
}

/** Ortto answers a full batch within seconds; a connection silent for this long is lost. */
const SILENCE_MS = 120_000;
const CONNECT_MS = 15_000;

export const openConnection = async (options: ConnectionOptions): Promise<Connection> => {
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

  const exchange = async ({ method, path }: Request<unknown>, body: string): Promise<RawAnswer> => {
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

  const attemptOnce = async <Result>(asked: Request<Result>, body: string): Promise<Answer<Result>> => {
    await gate.enter();
    options.onRequest(asked.stream);
    try {
      const answer = readAnswer(await exchange(asked, body), asked, Date.now());
      if (answer.kind === 'again') gate.leave('overloaded', answer.advisedMs);
      else gate.leave(answer.kind === 'ok' ? 'good' : 'bad');
      return answer;
    } catch (error) {
      gate.leave('overloaded');
      return { kind: 'again', why: `Ortto could not be reached (${networkErrorOf(error)})`, advisedMs: undefined };
    }
  };

  const send = async <Result>(asked: Request<Result>): Promise<FinalAnswer<Result>> => {
    const body = JSON.stringify(asked.content);
    for (let attempt = 1; ; attempt += 1) {
      if (options.closing.aborted) throw stoppedError();
      const answer = await attemptOnce(asked, body);
      if (answer.kind === 'ok') return { ...answer, isRepeated: attempt > 1 };
      if (answer.kind === 'refused') return finalAnswer(answer, options.apiUrl.host, asked.path);
      const waitMs =
        attempt >= (options.attempts ?? Infinity) ? undefined : backoffMs(attempt, answer.advisedMs, Math.random());
      if (waitMs === undefined || signal.aborted) {
        throw new TransientError(`${answer.why}, ${attempt} time(s) in a row`, { retryAfterMs: answer.advisedMs });
      }
      options.onWait(`${answer.why}; retrying ${asked.path} in ${(waitMs / 1000).toFixed(1)} s (attempt ${attempt})`);
      await pause(waitMs, signal);
    }
  };

  return { send, close: () => agent.close() };
};

/** A refusal that the caller can handle; throws if the refusal ends the sync. */
const finalAnswer = (
  { refusal, status, text, details }: Extract<Answer<never>, { kind: 'refused' }>,
  host: string,
  path: string,
): FinalRefusal => {
  const { next, sentence } = refusal;
  const message = sentence({ status, host, path });
  if (next === 'change_config') throw new ConfigError(message);
  const error = new TransientError(message);
  if (next === 'try_later' || next === 'repeat') throw error;
  return { kind: 'refused', next, text, details, error };
};

const networkErrorOf = (error: unknown): string => {
  const code = isObject(error) ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'the connection was lost';
};

const stoppedError = (): TransientError => new TransientError('Stopped while waiting for Ortto');

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(stoppedError());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
