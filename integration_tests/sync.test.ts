import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../airbyte/protocol.ts';
import { runConnector } from './connector-process.ts';
import { readCdp } from './demo-cdp.ts';
import { workADay } from './demo-changes.ts';
import { prove, type OrgPicture } from './demo-proof.ts';
import { ledgerLines } from './demo-report.ts';
import type { SyncReport } from './platform-books.ts';
import type { Naming, StreamChoice } from './platform-messages.ts';
import { runSync, type SyncHooks } from './platform.ts';
import { startOrtto, type OrttoSimulator } from './simulators/ortto.ts';
import { startSalesforce, type SalesforceSimulator } from './simulators/salesforce.ts';

// Both shipped entry points, joined as Airbyte joins them, between the two embedded servers.

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const choice: StreamChoice = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' };
const SECRETS = { client_secret: '', refresh_token: '', api_key: 'an-api-key-nobody-may-see' };

// One instant for all worlds: rows are dated from it, and two worlds are to hold the same.
const yesterday = new Date(Date.now() - 86_400_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'syncs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface World {
  readonly salesforce: SalesforceSimulator;
  readonly ortto: OrttoSimulator;
  readonly sync: (hooks?: SyncHooks) => Promise<SyncReport>;
  /** What is wrong with the CDP now, the org being as it was when the last sync began. */
  readonly faults: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

const startWorld = async (
  options: { readonly seed?: number; readonly contacts?: number; readonly naming?: Naming } = {},
): Promise<World> => {
  const { seed = 7, contacts = 300, naming } = options;
  const own = mkdtempSync(path.join(folder, 'world-'));
  const salesforce = await startSalesforce({ seed, contacts, now: yesterday });
  const ortto = await startOrtto({ apiKey: SECRETS.api_key });
  const { clientId, clientSecret, refreshToken } = salesforce.login;
  Object.assign(SECRETS, { client_secret: clientSecret, refresh_token: refreshToken });
  const source: JsonObject = {
    credentials: {
      auth_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    },
    login_url: salesforce.url,
  };
  const destination: JsonObject = {
    api_key: ortto.apiKey,
    api_url: ortto.url,
    requests_per_second: 500,
    ...(naming && { stream_prefix: naming.prefix }),
  };
  const file = path.join(own, 'source.json');
  writeFileSync(file, JSON.stringify(source));
  const { messages } = await runConnector(path.join(root, 'source-salesforce-cdp/main.ts'), [
    'discover',
    '--config',
    file,
  ]);
  const discovered = messages.flatMap((message) => (message.type === 'CATALOG' ? [message.catalog] : []))[0];
  if (!discovered) throw new Error('discover gave no catalog');
  const connection = {
    source,
    destination,
    discovered,
    choices: new Map(discovered.streams.map(({ name }) => [name, choice])),
    stateFile: path.join(own, 'states.json'),
    ...(naming && { naming }),
  };
  const pictures: OrgPicture[] = [];
  return {
    salesforce,
    ortto,
    sync: (hooks) => {
      pictures.push(picture(salesforce.org));
      return runSync(connection, hooks);
    },
    faults: async () => {
      const now = pictures.at(-1) ?? picture(salesforce.org);
      const claims = prove(now, pictures[0], await readCdp(ortto.url, ortto.apiKey));
      return claims.flatMap(({ text, counterexamples }) => counterexamples.map((example) => `${text}: ${example}`));
    },
    close: async () => {
      await Promise.all([salesforce.close(), ortto.close()]);
    },
  };
};

const picture = (org: SalesforceSimulator['org']): OrgPicture => ({
  accounts: org.rows('Account'),
  contacts: org.rows('Contact'),
  leads: org.rows('Lead'),
});

const expectClean = (report: SyncReport): void => {
  expect(report.failures).toEqual([]);
  expect(report.complaints).toEqual([]);
  expect(report.strayLines).toEqual([]);
  expect(report.exits).toEqual({ source: 0, destination: 0 });
};

test('A first and an incremental sync leave in the CDP what the org says, and nothing is printed that must not be', async () => {
  const world = await startWorld();
  try {
    const first = await world.sync();
    expectClean(first);
    expect(await world.faults()).toEqual([]);
    for (const { statuses } of first.streams.values()) {
      expect(statuses[0]).toBe('STARTED');
      expect(statuses.slice(1, -1)).toEqual(['RUNNING']);
      expect(statuses.at(-1)).toBe('COMPLETE');
    }

    world.salesforce.org.clock.advance(3_600_000);
    workADay(world.salesforce.org);
    world.salesforce.org.clock.advance(60_000);
    const second = await world.sync();
    expectClean(second);
    expect(await world.faults()).toEqual([]);
    const received = ledgerLines(second).reduce((sum, line) => sum + line.received, 0);
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(ledgerLines(first).reduce((sum, line) => sum + line.received, 0) / 4);

    const printed = JSON.stringify([first.logs, first.failures, second.logs, second.failures]);
    for (const secret of Object.values(SECRETS)) expect(printed).not.toContain(secret);
    const emails = world.salesforce.org
      .rows('Contact')
      .flatMap(({ Email }) => (typeof Email === 'string' ? [Email] : []));
    for (const email of emails) expect(printed).not.toContain(email);
  } finally {
    await world.close();
  }
});

test('A third sync of an org that did not change moves nothing', async () => {
  const world = await startWorld({ contacts: 60 });
  try {
    expectClean(await world.sync());
    const before = world.ortto.cdp.snapshot();
    const again = await world.sync();
    expectClean(again);
    expect(world.ortto.cdp.snapshot()).toEqual(before);
    expect([...again.streams.values()].reduce((sum, { records }) => sum + records, 0)).toBe(0);
  } finally {
    await world.close();
  }
});

test.each([
  ['destination', 30],
  ['destination', 400],
  ['destination', 700],
  ['source', 200],
  ['source', 900],
] as const)(
  'Killing the %s after %d records and syncing again gives the CDP of an undisturbed sync',
  async (victim, after) => {
    const [calm, shaken] = await Promise.all([startWorld(), startWorld()]);
    try {
      expectClean(await calm.sync());
      let kill: () => void = () => undefined;
      const broken = await shaken.sync({
        onStart: (children) => {
          kill = () => children[victim].kill('SIGKILL');
        },
        onRecord: (_stream, passed) => {
          if (passed === after) kill();
        },
      });
      expect(broken.succeeded).toBe(false);
      expectClean(await shaken.sync());
      expect(await shaken.faults()).toEqual([]);
      expect(shaken.ortto.cdp.snapshot()).toEqual(calm.ortto.cdp.snapshot());
    } finally {
      await Promise.all([calm.close(), shaken.close()]);
    }
  },
);

test('A connection with a stream prefix and a namespace syncs like any other', async () => {
  const world = await startWorld({ contacts: 60, naming: { prefix: 'sf_', namespace: 'crm' } });
  try {
    expectClean(await world.sync());
    expect(await world.faults()).toEqual([]);
  } finally {
    await world.close();
  }
});
