import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from 'jsforce/lib/connection.js';
import type { Log } from '../../airbyte/connector.ts';
import type { SourceConfig } from '../config.ts';
import { SalesforceFailure } from './failures.ts';
import type { Api } from './failure-table.ts';
import { createExchange } from './http.ts';
import type { StreamedResponse } from './http.ts';
import { logIn } from './login.ts';
import { createSession } from './session.ts';
import { createTransport } from './transport.ts';
import { createUsageMeter } from './usage.ts';
import type { ApiUsage } from './usage.ts';

/** Summer '25: old enough to be in every org, new enough for all that is used here (result pages need 58). */
export const API_VERSION = '64.0';

const FROM_ROOT = /^\/(services|id)\//;

export interface ClientOptions {
  readonly log: Log;
  /** Ends waits and requests in progress. */
  readonly signal: AbortSignal;
  readonly rotated: (refreshToken: string) => void;
  /** Refuse further calls once the org has used this share of its daily allocation. */
  readonly usageLimitPercent?: number;
}

/** One session with an org. Failures are SalesforceFailures, or the error of a rejected login. */
export interface SalesforceClient {
  /** One request whose response is JSON, or empty. */
  json(request: JsonRequest): Promise<unknown>;
  /** A GET whose response is streamed. */
  open(what: string, path: string): Promise<StreamedResponse>;
  /** Identity URL of the user, on the login host. */
  identityUrl(): Promise<string | undefined>;
  /** The server's clock, to the second, at its latest response. */
  serverTime(): Date;
  usage(): ApiUsage | undefined;
  /** The same session; `called` is called for every API request made through it, retries included. */
  countingCalls(called: () => void): SalesforceClient;
}

interface JsonRequest {
  /** For the log, after "could not". */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** After the version (`/jobs/query`), or from the root as Salesforce hands out (`/services/…`, `/id/…`). */
  readonly path: string;
  readonly body?: unknown;
  readonly api: Api;
  /** Not aborted when the run is being ended: what the request creates must be known, so that it can be cleaned up. */
  readonly uninterruptible?: true;
  /** Made even while the run is being ended or the usage limit is reached. */
  readonly cleanup?: true;
}

/** Connects lazily: the first call logs in. */
export const createSalesforceClient = (config: SourceConfig, options: ClientOptions): SalesforceClient => {
  const { log, signal, rotated, usageLimitPercent } = options;
  const meter = createUsageMeter();
  const exchange = createExchange((headers) => meter.observe(headers));
  const session = createSession({
    login: (refreshToken) => logIn(config, refreshToken, createTransport(exchange, 'rest', signal)),
    rotated,
    log,
    sleep: (ms) => delay(ms, undefined, { signal }),
  });

  const json = (request: JsonRequest, called: () => void): Promise<unknown> =>
    session.call(request.what, async ({ instanceUrl, accessToken }) => {
      const { method, path, body, api, uninterruptible, cleanup } = request;
      if (cleanup !== true) meter.checkLimit(usageLimitPercent);
      called();
      const connection = new Connection({ instanceUrl, accessToken, version: API_VERSION, logLevel: 'NONE' });
      connection._transport = createTransport(exchange, api, (uninterruptible ?? cleanup) ? undefined : signal);
      const answer = await connection.request({
        method,
        url: FROM_ROOT.test(path) ? `${instanceUrl}${path}` : path,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      // jsforce returns a body that is not JSON as text.
      if (typeof answer === 'string')
        throw new SalesforceFailure('retry', 'Salesforce sent something that is not JSON.');
      return answer;
    });

  const open = (what: string, path: string, called: () => void): Promise<StreamedResponse> =>
    session.call(what, async ({ instanceUrl, accessToken }) => {
      meter.checkLimit(usageLimitPercent);
      called();
      const url = `${instanceUrl}/services/data/v${API_VERSION}${path}`;
      return exchange({ method: 'GET', url, headers: { authorization: `Bearer ${accessToken}` } }, 'bulk', signal);
    });

  const countingCalls = (called: () => void): SalesforceClient => ({
    json: (request) => json(request, called),
    open: (what, path) => open(what, path, called),
    identityUrl: () => session.call('log in', (token) => Promise.resolve(token.idUrl)),
    serverTime: () => meter.serverTime(),
    usage: () => meter.usage(),
    countingCalls,
  });
  return countingCalls(() => undefined);
};
