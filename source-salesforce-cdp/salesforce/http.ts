import { text } from 'node:stream/consumers';
import { Agent, EnvHttpProxyAgent, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import { retryAfterMs } from '../../airbyte/retry-after.ts';
import { classify, networkFailure } from './failures.ts';
import type { Api } from './failure-table.ts';
import { decompressed, withClassifiedErrors } from './response-body.ts';

/** Salesforce ends a query after two minutes, so a response that takes longer than this will not come. */
const HEADERS_TIMEOUT_MS = 180_000;
/** Longest pause within a response. */
const IDLE_TIMEOUT_MS = 60_000;

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A response with a 2xx status. */
export interface StreamedResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed; throws a SalesforceFailure when it is cut off or silent for a minute. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends a response that will not be read. */
  discard(): void;
}

/** One request, made once. Throws the classified failure of anything but a 2xx response. */
export type Exchange = (request: HttpRequest, api: Api, signal: AbortSignal | undefined) => Promise<StreamedResponse>;

/** `observe` gets the headers of every response, failed ones included. */
export const createExchange = (observe: (headers: Readonly<Record<string, string>>) => void): Exchange => {
  const dispatcher = createDispatcher();
  return async (request, api, signal) => {
    try {
      const response = await send(request.url, {
        method: request.method,
        headers: { ...request.headers, 'accept-encoding': 'gzip' },
        body: typeof request.body === 'string' ? request.body : null,
        dispatcher,
        ...(signal && { signal }),
      });
      const headers = plainHeaders(response.headers);
      observe(headers);
      const body = decompressed(response.body, headers['content-encoding']);
      if (response.statusCode < 300) {
        // The reader of the body gets its error; a body that nobody reads any more must not end the process with it.
        body.on('error', () => undefined);
        return {
          status: response.statusCode,
          headers,
          body: withClassifiedErrors(body, signal),
          discard: () => void body.destroy(),
        };
      }
      const advised = retryAfterMs(headers['retry-after'], Date.now());
      throw classify({ status: response.statusCode, body: await text(body), retryAfterMs: advised }, api);
    } catch (error) {
      throw networkFailure(error, signal);
    }
  };
};

/** Names in lower case; a repeated header becomes one. */
const plainHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** The environment decides about proxies, except that a loopback address is never behind one. */
const createDispatcher = (): Dispatcher => {
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: IDLE_TIMEOUT_MS, allowH2: false };
  const { env } = process;
  const proxied = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some((name) => (env[name] ?? '') !== '');
  if (!proxied) return new Agent(timeouts);
  const noProxy = [env['no_proxy'] ?? env['NO_PROXY'], 'localhost', '127.0.0.1', '[::1]'].filter(Boolean).join(',');
  return new EnvHttpProxyAgent({ ...timeouts, noProxy });
};
