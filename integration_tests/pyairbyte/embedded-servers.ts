import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { readCdp } from '../proof/read-cdp.ts';
import { workADay } from '../demo/working-day.ts';
import { prove, unproven } from '../proof/claims.ts';
import { takePicture, type OrgPicture } from '../proof/org-picture.ts';
import { startOrtto, type OrttoSimulator } from '../simulators/ortto.ts';
import { startSalesforce, type SalesforceSimulator } from '../simulators/salesforce.ts';
import { sourceConfig } from '../simulators/source-config.ts';

// Lends embedded servers to a test in another language, and tells it over HTTP what org and CDP really hold.

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface EmbeddedServers {
  readonly salesforce: SalesforceSimulator;
  readonly ortto: OrttoSimulator;
  /** The org at the start: Salesforce may have sent people who are gone now. */
  readonly first: OrgPicture;
}

const open = async ({ contacts = 100, seed = 5 }: { contacts?: number; seed?: number }): Promise<EmbeddedServers> => {
  // Behind by the working day that may follow: after it the org's clock is right, for clients that go by their own.
  const now = new Date(Date.now() - HOUR_MS - MINUTE_MS);
  const salesforce = await startSalesforce({ contacts, seed, now });
  return { salesforce, ortto: await startOrtto(), first: takePicture(salesforce.org) };
};

const configs = ({ salesforce, ortto }: EmbeddedServers): JsonObject => ({
  source: sourceConfig(salesforce),
  destination: { api_key: ortto.apiKey, api_url: ortto.url, requests_per_second: 500 },
});

/** What a test may ask of its servers. Every answer is read past the connectors, from the servers themselves. */
const questions: Readonly<Record<string, (servers: EmbeddedServers, object: string) => unknown>> = {
  /** The rows of an object, deleted ones too. */
  rows: ({ salesforce }, object) => salesforce.org.rows(object),
  /** An hour later, in Salesforce: what a working day changes there. */
  'work-a-day': ({ salesforce }) => {
    salesforce.org.clock.advance(HOUR_MS);
    const told = workADay(salesforce.org);
    // What changes in the second in which a sync begins is left to the next one.
    salesforce.org.clock.advance(MINUTE_MS);
    return told;
  },
  cdp: async ({ ortto }) => {
    const { people, organizations, personFields } = await readCdp(ortto.url, ortto.apiKey);
    const activities = ortto.cdp.activities().length;
    return { people, organizations, activities, personFields: Object.fromEntries(personFields) };
  },
  /** Whatever is wrong with the CDP, as sentences; none when it is what the org says. */
  faults: async ({ salesforce, ortto, first }) =>
    unproven(prove(takePicture(salesforce.org), first, await readCdp(ortto.url, ortto.apiKey))),
  calls: ({ salesforce, ortto }) => ({ salesforce: salesforce.counts.apiCalls, ortto: ortto.counts.requests }),
};

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const text = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
  return text === '' ? {} : (JSON.parse(text) as JsonObject);
};

export interface ServersByHttp {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * POST /servers {contacts, seed} opens one and answers {id, source, destination}, the last two being configs;
 * POST /servers/<id>/<question>[/<object>] asks; DELETE /servers/<id> closes it.
 */
export const serveEmbeddedServers = async (): Promise<ServersByHttp> => {
  const opened = new Map<string, EmbeddedServers>();
  let count = 0;
  const closeServers = async (id: string): Promise<void> => {
    const servers = opened.get(id);
    opened.delete(id);
    await Promise.all([servers?.salesforce.close(), servers?.ortto.close()]);
  };

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const [, , id = '', question = '', object = ''] = (request.url ?? '').split('/');
    const body = await bodyOf(request);
    if (id === '') {
      const servers = await open(body);
      count += 1;
      const name = String(count);
      opened.set(name, servers);
      return { id: name, ...configs(servers) };
    }
    if (request.method === 'DELETE') return closeServers(id);
    const [servers, ask] = [opened.get(id), questions[question]];
    if (!servers || !ask) throw new Error(`There is no ${request.url}`);
    return ask(servers, object);
  };

  const server: Server = createServer((request, response) => {
    answer(request).then(
      (value) => response.end(JSON.stringify(value ?? null)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      await Promise.all([...opened.keys()].map(closeServers));
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};
