import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { AirbyteStream, JsonObject } from '../../airbyte/protocol.ts';
import { readCdp } from '../proof/read-cdp.ts';
import { prove, unproven } from '../proof/claims.ts';
import { takePicture, type OrgPicture } from '../proof/org-picture.ts';
import type { SyncReport } from './sync-report.ts';
import { runDiscover } from './commands.ts';
import type { Host } from './connector-host.ts';
import { openSavedConnection, type SavedConnection } from './saved-connection.ts';
import type { Naming, StreamChoice } from './messages.ts';
import { runClear, runSync, type Connection, type SyncHooks } from './run-sync.ts';
import { startOrtto, type OrttoSimulator } from '../simulators/ortto.ts';
import { startSalesforce, type SalesforceSimulator } from '../simulators/salesforce.ts';
import { sourceConfig } from '../simulators/source-config.ts';

// One instant for all worlds: rows are dated from it, and two worlds have to hold the same. A whole second, for rows are
// dated by the second while the org's clock keeps running.
const yesterday = new Date((Math.floor(Date.now() / 1_000) - 86_400) * 1_000);

/** What the user chose for each stream. */
type Choose = (stream: AirbyteStream) => StreamChoice;

const USUAL: StreamChoice = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' };

/** Both embedded servers and a connection of all streams between them. */
export interface World {
  readonly salesforce: SalesforceSimulator;
  readonly ortto: OrttoSimulator;
  readonly connection: Connection;
  /** What Airbyte keeps of the connection. */
  readonly saved: SavedConnection;
  /** The path of a new file with this content. */
  readonly file: (content: unknown) => string;
  /** Must not appear in any output. */
  readonly secrets: readonly string[];
  readonly sync: (hooks?: SyncHooks) => Promise<SyncReport>;
  /** Syncs with other choices; the next sync has those of the connection again. */
  readonly syncAs: (choose: Choose, hooks?: SyncHooks) => Promise<SyncReport>;
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
  /** Incremental with append and dedup, all fields, when absent. */
  readonly choose?: Choose;
}

export const startWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { seed = 7, contacts = 120, naming, host, choose = () => USUAL } = options;
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
  const stateFile = path.join(folder, 'states.json');
  const account = { source, destination, stateFile, ...(host && { host }) };
  const discovered = await runDiscover(account);
  const choicesOf = (of: Choose) => new Map(discovered.streams.map((stream) => [stream.name, of(stream)]));
  const connection = { ...account, discovered, choices: choicesOf(choose), ...(naming && { naming }) };
  const pictures: OrgPicture[] = [];
  const sync = (hooks?: SyncHooks, choices = connection.choices): Promise<SyncReport> => {
    pictures.push(takePicture(salesforce.org));
    return runSync({ ...connection, choices }, hooks);
  };
  return {
    salesforce,
    ortto,
    connection,
    saved: openSavedConnection(stateFile),
    file,
    secrets: [clientSecret, refreshToken, ortto.apiKey],
    sync: (hooks) => sync(hooks),
    syncAs: (of, hooks) => sync(hooks, choicesOf(of)),
    clear: () => runClear(connection),
    faults: async () => {
      const now = pictures.at(-1) ?? takePicture(salesforce.org);
      return unproven(prove(now, pictures[0], await readCdp(ortto.url, ortto.apiKey)));
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
