import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { JsonObject } from '../airbyte/protocol.ts';
import { runConnector } from './connector-process.ts';
import { readCdp } from './demo-cdp.ts';
import { prove, type OrgPicture } from './demo-proof.ts';
import type { SyncReport } from './platform-books.ts';
import type { Naming } from './platform-messages.ts';
import { runClear, runSync, type Connection, type Host, type SyncHooks } from './platform.ts';
import { startOrtto, type OrttoSimulator } from './simulators/ortto.ts';
import { startSalesforce, type SalesforceSimulator } from './simulators/salesforce.ts';
import { sourceConfig } from './simulators/source-config.ts';

const SOURCE = fileURLToPath(new URL('../source-salesforce-cdp/main.ts', import.meta.url));

// One instant for all worlds: rows are dated from it, and two worlds are to hold the same. A whole second, for rows are
// dated by the second while the org's clock goes on.
const yesterday = new Date((Math.floor(Date.now() / 1_000) - 86_400) * 1_000);

/** Both embedded servers and a connection of all streams between them. */
export interface World {
  readonly salesforce: SalesforceSimulator;
  readonly ortto: OrttoSimulator;
  readonly connection: Connection;
  /** The path of a new file with this content. */
  readonly file: (content: unknown) => string;
  /** What nobody may see. */
  readonly secrets: readonly string[];
  readonly sync: (hooks?: SyncHooks) => Promise<SyncReport>;
  readonly clear: () => Promise<SyncReport>;
  /** What is wrong with the CDP now, the org being as it was when the last sync began. */
  readonly faults: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly contacts?: number;
  readonly naming?: Naming;
  readonly host?: Host;
  /** Added to the source's config. */
  readonly source?: JsonObject;
}

const picture = (org: SalesforceSimulator['org']): OrgPicture => ({
  accounts: org.rows('Account'),
  contacts: org.rows('Contact'),
  leads: org.rows('Lead'),
});

export const startWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { seed = 7, contacts = 120, naming, host } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'world-'));
  const salesforce = await startSalesforce({ seed, contacts, now: yesterday });
  const ortto = await startOrtto({ apiKey: 'an-api-key-nobody-may-see' });
  const { clientSecret, refreshToken } = salesforce.login;
  const source: JsonObject = { ...sourceConfig(salesforce), ...options.source };
  const destination: JsonObject = {
    api_key: ortto.apiKey,
    api_url: ortto.url,
    requests_per_second: 500,
    ...(naming && { stream_prefix: naming.prefix }),
  };
  let files = 0;
  const file = (content: unknown): string => {
    files += 1;
    const target = path.join(folder, `${files}.json`);
    writeFileSync(target, JSON.stringify(content));
    return target;
  };
  const { messages } = await runConnector(SOURCE, ['discover', '--config', file(source)]);
  const discovered = messages.flatMap((message) => (message.type === 'CATALOG' ? [message.catalog] : []))[0];
  if (!discovered) throw new Error('discover gave no catalog');
  const choice = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' } as const;
  const connection = {
    source,
    destination,
    discovered,
    choices: new Map(discovered.streams.map(({ name }) => [name, choice])),
    stateFile: path.join(folder, 'states.json'),
    ...(naming && { naming }),
    ...(host && { host }),
  };
  const pictures: OrgPicture[] = [];
  return {
    salesforce,
    ortto,
    connection,
    file,
    secrets: [clientSecret, refreshToken, ortto.apiKey],
    sync: (hooks) => {
      pictures.push(picture(salesforce.org));
      return runSync(connection, hooks);
    },
    clear: () => runClear(connection),
    faults: async () => {
      const now = pictures.at(-1) ?? picture(salesforce.org);
      const claims = prove(now, pictures[0], await readCdp(ortto.url, ortto.apiKey));
      return claims.flatMap(({ text, counterexamples }) => counterexamples.map((example) => `${text}: ${example}`));
    },
    close: async () => {
      await Promise.all([salesforce.close(), ortto.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Fails the test unless both connectors ended well and Airbyte has nothing to complain about. */
export const expectClean = (report: SyncReport): void => {
  expect(report.failures).toEqual([]);
  expect(report.complaints).toEqual([]);
  expect(report.strayLines).toEqual([]);
  expect(report.exits).toEqual({ source: 0, destination: 0 });
};
