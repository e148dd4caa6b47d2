import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './salesforce/answer.ts';
import type { BulkSettings } from './salesforce/bulk-settings.ts';
import { createBulk } from './salesforce/bulk.ts';
import { createClock } from './salesforce/clock.ts';
import type { Counts } from './salesforce/counts.ts';
import { createCounts } from './salesforce/counts.ts';
import { deliver } from './salesforce/delivery.ts';
import { answerRequest, callKind } from './salesforce/endpoint.ts';
import { errorBody } from './salesforce/failure.ts';
import type { Fault } from './salesforce/faults.ts';
import { createFaultScript, faultAnswer } from './salesforce/faults.ts';
import type { Login } from './salesforce/login.ts';
import { createLogin } from './salesforce/login.ts';
import type { Org } from './salesforce/org.ts';
import { createOrg } from './salesforce/org.ts';
import { standardObjects } from './salesforce/objects.ts';
import type { PopulationOptions } from './salesforce/population.ts';
import { populate } from './salesforce/population.ts';
import type { Limits, Request } from './salesforce/resources.ts';
import type { RestApi, RestSettings } from './salesforce/rest.ts';
import { createRest } from './salesforce/rest.ts';

export interface SalesforceOptions extends Partial<PopulationOptions> {
  /** 0 (default): any free port. */
  readonly port?: number;
  /** What the org's clock shows at the start; default: now. The org's rows lie in the two years before it. */
  readonly now?: Date;
}

export interface SalesforceSimulator {
  /** Login host and instance in one: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly org: Org;
  readonly login: Login;
  readonly limits: Limits;
  readonly bulk: BulkSettings;
  readonly rest: RestSettings & Pick<RestApi, 'expireCursors'>;
  /** The fault script: push entries at any time; the first that matches a request strikes. */
  readonly faults: Fault[];
  readonly counts: Counts;
  /** Bulk jobs that are neither over nor removed. */
  runningJobs(): number;
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> =>
  Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();

const headSize = (request: IncomingMessage): number =>
  (request.url?.length ?? 0) + request.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);

/**
 * Starts an embedded Salesforce on the loopback interface: an org made from `seed` (default 1) with `contacts` people
 * (default 200) and what surrounds them, behind OAuth, the REST API and Bulk API 2.0.
 */
export const startSalesforce = async (options: SalesforceOptions = {}): Promise<SalesforceSimulator> => {
  const clock = createClock(options.now ?? new Date());
  const org = createOrg(standardObjects, clock);
  populate(org, { ...options, seed: options.seed ?? 1, contacts: options.contacts ?? 200 });
  const login = createLogin(clock, org.userId, org.organizationId);
  const bulk = createBulk(org);
  const rest = createRest(org);
  const counts = createCounts();
  const limits: Limits = { dailyApiRequests: { max: 100_000, used: 0 } };
  const faults: Fault[] = [];
  const faultsFor = createFaultScript(faults);
  let url = '';

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = new URL(incoming.url ?? '/', url);
    const request: Request = {
      method: incoming.method ?? 'GET',
      path: target.pathname,
      parameters: target.searchParams,
      headers: incoming.headers as Record<string, string | undefined>,
      body: await readBody(incoming),
    };
    counts.call(callKind(request));
    const actions = faultsFor(request.method, incoming.url ?? '/');
    let fault: Answer | undefined;
    for (const action of actions) {
      if (action.kind === 'do') action.run();
      if (action.kind === 'delay') await sleep(action.ms);
      if (action.kind === 'answer') fault = faultAnswer(action);
      if (action.kind === 'drop' && action.acted !== true) {
        response.destroy();
        return;
      }
    }
    const services = { org, rest, bulk, limits, url, username: login.username };
    const size = { uri: incoming.url?.length ?? 0, head: headSize(incoming) };
    const said = fault ?? (await answerRequest(services, login, request, size));
    if (actions.some((action) => action.kind === 'drop')) {
      response.destroy();
      return;
    }
    response.setHeader('Date', new Date(org.now()).toUTCString());
    const acceptsGzip = /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '');
    await deliver(response, said, actions, { acceptsGzip, onBytes: counts.sent });
  };

  const server = createServer({ maxHeaderSize: 131_072, keepAliveTimeout: 60_000 }, (incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // A client that hung up is not a failure; anything else must be seen by the caller.
      if (response.headersSent || response.destroyed) response.destroy();
      else {
        response.statusCode = 500;
        response.end(errorBody('UNKNOWN_EXCEPTION', error instanceof Error ? (error.stack ?? error.message) : ''));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  return {
    url,
    org,
    login,
    limits,
    bulk: bulk.settings,
    rest: Object.assign(rest.settings, { expireCursors: rest.expireCursors }),
    faults,
    counts,
    runningJobs: bulk.running,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      bulk.close();
      org.database().close();
    },
  };
};
