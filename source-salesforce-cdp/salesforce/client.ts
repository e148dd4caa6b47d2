import { setTimeout as delay } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Connection } from 'jsforce/lib/connection.js';
import { OAuth2 } from 'jsforce/lib/oauth2.js';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js';
import { Agent, EnvHttpProxyAgent, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { Log } from '../../airbyte/connector.ts';
import { retryAfterMs } from '../../airbyte/retry-after.ts';
import { guarded, inflated, plainHeaders } from './response-body.ts';
import type { SourceConfig } from '../config.ts';
import { classify, lostConnection, SalesforceFailure } from './failures.ts';
import { grant, loginFailure } from './login.ts';
import type { Api } from './failure-table.ts';
import { createSession } from './session.ts';
import type { Token } from './session.ts';

/** Summer '25: old enough to be in every org, new enough for all that is used here (result pages need 58). */
export const API_VERSION = '64.0';

const ROOTED = /^\/(services|id)\//;

/** Salesforce ends a query after two minutes; what takes longer to answer is lost. */
const HEADERS_TIMEOUT_MS = 180_000;
/** Longest silence inside an answer. */
const IDLE_TIMEOUT_MS = 60_000;

interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

interface StreamedAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed; throws a SalesforceFailure when it is cut or silent for a minute. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends an answer nobody will read. */
  discard(): void;
}

export interface ConnectOptions {
  readonly log: Log;
  /** Ends waits and requests under way. */
  readonly signal: AbortSignal;
  readonly rotated: (refreshToken: string) => void;
  /** Refuse further calls once the org has used this share of its daily allocation. */
  readonly ceilingPercent?: number;
}

/** One session with an org. Failures are SalesforceFailures, or the error of a rejected login. */
export interface Salesforce {
  /** One request whose answer is JSON, or nothing. */
  json(request: JsonRequest): Promise<unknown>;
  /** A GET whose answer is streamed. */
  open(what: string, path: string): Promise<StreamedAnswer>;
  /** Identity URL of the user, on the host logged in at. */
  identityUrl(): Promise<string | undefined>;
  /** The server's clock, to the second, at its latest answer. */
  serverTime(): Date;
  usage(): ApiUsage | undefined;
  /** The same session; `called` is told of every request to the API made through it, repeated ones too. */
  chargedTo(called: () => void): Salesforce;
}

interface JsonRequest {
  /** For the log, after "could not". */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** After the version (`/jobs/query`), or from the root as Salesforce hands out (`/services/…`, `/id/…`). */
  readonly path: string;
  readonly body?: unknown;
  readonly api: Api;
  /** Its answer is waited for even while the run is being ended: what it has made must be known, to be taken back. */
  readonly awaited?: true;
  /** Made even while the run is being ended, or over the ceiling. */
  readonly final?: true;
}

/** Connects lazily: the first call logs in. */
export const connectSalesforce = (config: SourceConfig, options: ConnectOptions): Salesforce => {
  const { log, signal, ceilingPercent } = options;
  const dispatcher = createDispatcher();
  const meter = { usage: undefined as ApiUsage | undefined, date: undefined as Date | undefined };

  const observe = (headers: Readonly<Record<string, string>>): void => {
    const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
    if (used !== undefined && limit !== undefined) meter.usage = { used: Number(used), limit: Number(limit) };
    const date = Date.parse(headers['date'] ?? '');
    if (!Number.isNaN(date)) meter.date = new Date(date);
  };

  /** One exchange, without a second try. Throws the classified failure for everything but a 2xx answer. */
  const exchange = async (
    request: HttpRequest,
    api: Api,
    aborted: AbortSignal | undefined,
  ): Promise<StreamedAnswer & { status: number }> => {
    try {
      const answer = await send(request.url, {
        method: request.method,
        headers: { ...request.headers, 'accept-encoding': 'gzip' },
        body: typeof request.body === 'string' ? request.body : null,
        dispatcher,
        ...(aborted && { signal: aborted }),
      });
      const headers = plainHeaders(answer.headers);
      observe(headers);
      const body = inflated(answer.body, headers['content-encoding']);
      if (answer.statusCode < 300) {
        // Whoever reads the body meets its error; one that nobody reads any more must not end the process.
        body.on('error', () => undefined);
        return { status: answer.statusCode, headers, body: guarded(body, aborted), discard: () => void body.destroy() };
      }
      const advised = retryAfterMs(headers['retry-after'], Date.now());
      throw classify({ status: answer.statusCode, body: await text(body), retryAfterMs: advised }, api);
    } catch (error) {
      throw lostConnection(error, aborted);
    }
  };

  /** jsforce's own transport crashes the process when an answer is cut, hides status and headers, and logs in without end. */
  const transport = (api: Api, aborted: AbortSignal | undefined): Transport =>
    new OwnTransport(async (request) => {
      const { status, headers, body } = await exchange(request, api, aborted);
      return { statusCode: status, headers, body: await text(body) };
    });

  const logIn = async (refreshToken: string | undefined): Promise<Token> => {
    const oauth2 = new OAuth2({ loginUrl: config.loginUrl.origin });
    oauth2._transport = transport('rest', signal);
    try {
      return parseToken(await oauth2.requestToken({ ...grant(config, refreshToken, new Date()) }));
    } catch (error) {
      throw error instanceof SalesforceFailure ? loginFailure(error) : error;
    }
  };

  const session = createSession({
    login: logIn,
    rotated: options.rotated,
    log,
    sleep: (ms) => delay(ms, undefined, { signal }),
  });

  const underCeiling = (): void => {
    const { usage } = meter;
    if (ceilingPercent === undefined || usage === undefined || usage.used * 100 < usage.limit * ceilingPercent) return;
    throw new SalesforceFailure(
      'stop_sync',
      `The org has used ${usage.used} of its ${usage.limit} daily API calls, which is the limit set for this source ` +
        `(api_usage_limit_percent: ${ceilingPercent}). Calls come back as the last 24 hours pass by; the next sync goes on from here.`,
    );
  };

  const connect = (token: Token, api: Api, aborted: AbortSignal | undefined): Connection => {
    const { instanceUrl, accessToken } = token;
    const connection = new Connection({ instanceUrl, accessToken, version: API_VERSION, logLevel: 'NONE' });
    connection._transport = transport(api, aborted);
    return connection;
  };

  const json = (request: JsonRequest, called: () => void): Promise<unknown> =>
    session.call(request.what, async (token) => {
      const { method, path, body, api, awaited, final } = request;
      if (final !== true) underCeiling();
      called();
      const answer = await connect(token, api, (awaited ?? final) ? undefined : signal).request({
        method,
        url: ROOTED.test(path) ? `${token.instanceUrl}${path}` : path,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      // jsforce hands a body that is no JSON back as text.
      if (typeof answer === 'string')
        throw new SalesforceFailure('retry', 'Salesforce has sent something that is no JSON.');
      return answer;
    });

  const open = (what: string, path: string, called: () => void): Promise<StreamedAnswer> =>
    session.call(what, async ({ instanceUrl, accessToken }) => {
      underCeiling();
      called();
      const url = `${instanceUrl}/services/data/v${API_VERSION}${path}`;
      return exchange({ method: 'GET', url, headers: { authorization: `Bearer ${accessToken}` } }, 'bulk', signal);
    });

  const chargedTo = (called: () => void): Salesforce => ({
    json: (request) => json(request, called),
    open: (what, path) => open(what, path, called),
    identityUrl: () => session.call('log in', (token) => Promise.resolve(token.idUrl)),
    serverTime: () => meter.date ?? new Date(),
    usage: () => meter.usage,
    chargedTo,
  });
  return chargedTo(() => undefined);
};

class OwnTransport extends Transport {
  readonly #exchange: (request: HttpRequest) => Promise<HttpResponse>;

  constructor(exchange: (request: HttpRequest) => Promise<HttpResponse>) {
    super();
    this.#exchange = exchange;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#exchange(request) }));
  }
}

/** Proxies are the environment's business, but this very machine is never behind one. */
const createDispatcher = (): Dispatcher => {
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: IDLE_TIMEOUT_MS, allowH2: false };
  const { env } = process;
  const proxied = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some((name) => (env[name] ?? '') !== '');
  if (!proxied) return new Agent(timeouts);
  const noProxy = [env['no_proxy'] ?? env['NO_PROXY'], 'localhost', '127.0.0.1', '[::1]'].filter(Boolean).join(',');
  return new EnvHttpProxyAgent({ ...timeouts, noProxy });
};

const parseToken = (answer: unknown): Token => {
  const { access_token, instance_url, id, refresh_token } = (answer ?? {}) as Record<string, string | undefined>;
  if (access_token === undefined || instance_url === undefined || !URL.canParse(instance_url)) {
    throw new SalesforceFailure('config', 'There is no login at this host. Check login_url and is_sandbox.');
  }
  const { origin } = new URL(instance_url);
  return { accessToken: access_token, instanceUrl: origin, idUrl: id, refreshToken: refresh_token };
};
