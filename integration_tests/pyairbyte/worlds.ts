import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { readCdp } from '../proof/cdp.ts';
import { workADay } from '../demo/changes.ts';
import { prove, type OrgPicture } from '../proof/claims.ts';
import { startOrtto, type OrttoSimulator } from '../simulators/ortto.ts';
import { startSalesforce, type SalesforceSimulator } from '../simulators/salesforce.ts';
import { sourceConfig } from '../simulators/source-config.ts';

// Lends embedded servers to a test in another language, and tells it over HTTP what org and CDP really hold.

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface World {
  readonly salesforce: SalesforceSimulator;
  readonly ortto: OrttoSimulator;
  /** The org when the world began: whom Salesforce may have sent although they are gone now. */
  readonly first: OrgPicture;
}

const picture = ({ org }: SalesforceSimulator): OrgPicture => ({
  accounts: org.rows('Account'),
  contacts: org.rows('Contact'),
  leads: org.rows('Lead'),
});

const open = async ({ contacts = 100, seed = 5 }: { contacts?: number; seed?: number }): Promise<World> => {
  // Behind by the working day that may follow: after it the org's clock is right, for clients that go by their own.
  const now = new Date(Date.now() - HOUR_MS - MINUTE_MS);
  const salesforce = await startSalesforce({ contacts, seed, now });
  return { salesforce, ortto: await startOrtto(), first: picture(salesforce) };
};

const configs = ({ salesforce, ortto }: World): JsonObject => ({
  source: sourceConfig(salesforce),
  destination: { api_key: ortto.apiKey, api_url: ortto.url, requests_per_second: 500 },
});

/** What a test may ask of its world. Every answer is read past the connectors, from the servers themselves. */
const questions: Readonly<Record<string, (world: World, object: string) => unknown>> = {
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
    prove(picture(salesforce), first, await readCdp(ortto.url, ortto.apiKey)).flatMap(({ text, counterexamples }) =>
      counterexamples.map((example) => `${text}: ${example}`),
    ),
  calls: ({ salesforce, ortto }) => ({ salesforce: salesforce.counts.apiCalls, ortto: ortto.counts.requests }),
};

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const text = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
  return text === '' ? {} : (JSON.parse(text) as JsonObject);
};

export interface WorldServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * POST /worlds {contacts, seed} opens one and answers {id, source, destination}, the last two being configs;
 * POST /worlds/<id>/<question>[/<object>] asks; DELETE /worlds/<id> closes it.
 */
export const serveWorlds = async (): Promise<WorldServer> => {
  const worlds = new Map<string, World>();
  let opened = 0;
  const closeWorld = async (id: string): Promise<void> => {
    const world = worlds.get(id);
    worlds.delete(id);
    await Promise.all([world?.salesforce.close(), world?.ortto.close()]);
  };

  const answer = async (request: IncomingMessage): Promise<unknown> => {
    const [, , id = '', question = '', object = ''] = (request.url ?? '').split('/');
    const body = await bodyOf(request);
    if (id === '') {
      const world = await open(body);
      opened += 1;
      const name = String(opened);
      worlds.set(name, world);
      return { id: name, ...configs(world) };
    }
    if (request.method === 'DELETE') return closeWorld(id);
    const [world, ask] = [worlds.get(id), questions[question]];
    if (!world || !ask) throw new Error(`There is no ${request.url}`);
    return ask(world, object);
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
  if (typeof address !== 'object' || address === null) throw new Error('The world server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      await Promise.all([...worlds.keys()].map(closeWorld));
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};
