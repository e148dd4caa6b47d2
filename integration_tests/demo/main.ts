import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Catalog, JsonObject } from '../../airbyte/protocol.ts';
import { runConnector } from '../protocol/connector-process.ts';
import { readCdp } from '../proof/read-cdp.ts';
import { workADay } from './working-day.ts';
import { digest } from './digest.ts';
import type { Claim } from '../proof/claim.ts';
import { prove } from '../proof/claims.ts';
import { takePicture, type OrgPicture } from '../proof/org-picture.ts';
import { claimLines, ledgerLines, ledgerTable } from './report.ts';
import type { SyncReport } from '../platform/sync-report.ts';
import type { StreamChoice } from '../platform/messages.ts';
import { runSync } from '../platform/run-sync.ts';
import { startOrtto } from '../simulators/ortto.ts';
import { startSalesforce } from '../simulators/salesforce.ts';
import { sourceConfig } from '../simulators/source-config.ts';
import { root } from '../fixtures/root.ts';

// The product at work: both connectors, as Airbyte would run them, between an embedded Salesforce and an embedded Ortto.

const folder = path.join(root, '.demo');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

const readOptions = (): { contacts: number; seed: number } => {
  const { values } = parseArgs({
    options: { contacts: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const [contacts, seed] = [Number(values.contacts), Number(values.seed)];
  if (!Number.isSafeInteger(contacts) || contacts < 20 || !Number.isSafeInteger(seed)) {
    throw new Error('Usage: npm run demo -- [--contacts <20 or more>] [--seed <whole number>]');
  }
  return { contacts, seed };
};

/** Runs a command of a connector and returns the message of the wanted type, or throws with what was said instead. */
const ask = async (connector: string, command: string, config: string): Promise<JsonObject> => {
  const { messages, stderr } = await runConnector(path.join(root, connector, 'main.ts'), [command, '--config', config]);
  const wanted = command === 'check' ? 'connectionStatus' : 'catalog';
  const answer = messages.find((message) => wanted in message) as Record<string, JsonObject> | undefined;
  const found = answer?.[wanted];
  if (!found) throw new Error(`${connector} ${command} gave no answer: ${stderr}${JSON.stringify(messages.at(-1))}`);
  if (command === 'check' && found['status'] !== 'SUCCEEDED') {
    throw new Error(`${connector} check: ${String(found['message'])}`);
  }
  return found;
};

/** Prints a line every few seconds, so that a long sync shows its progress. */
const progress = (calls: () => number): { onRecord: () => void; onAcknowledged: () => void; stop: () => void } => {
  const counts = { read: 0, acknowledged: 0 };
  const begun = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    say(
      `   ${seconds} s: ${counts.read} records passed, ${calls()} Ortto calls, ${counts.acknowledged} states acknowledged`,
    );
  }, 3_000);
  return {
    onRecord: () => void (counts.read += 1),
    onAcknowledged: () => void (counts.acknowledged += 1),
    stop: () => clearInterval(timer),
  };
};

const main = async (): Promise<boolean> => {
  const { contacts, seed } = readOptions();
  // Midnight a day ago: the same seed then gives the same org whatever the hour, and nothing in it lies in the future.
  const orgNow = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);
  const salesforce = await startSalesforce({ contacts, seed, now: orgNow });
  const ortto = await startOrtto();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const save = (name: string, content: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(content, undefined, 2));
    return file;
  };

  try {
    const source = sourceConfig(salesforce);
    const destination = { api_key: ortto.apiKey, api_url: ortto.url, requests_per_second: 30 };
    const sourceFile = save('source-config.json', source);
    const destinationFile = save('destination-config.json', destination);

    say(`An embedded Salesforce with ${salesforce.org.count('Contact')} contacts (seed ${seed}) and an empty Ortto.`);
    say();
    say('1  source check');
    say(`   ${String((await ask('source-salesforce-cdp', 'check', sourceFile))['message'])}`);
    say('2  source discover');
    const discovered = (await ask('source-salesforce-cdp', 'discover', sourceFile)) as unknown as Catalog;
    say(`   ${discovered.streams.map(({ name }) => name).join(', ')}`);
    say('3  destination check');
    say(`   ${String((await ask('destination-ortto-cdp', 'check', destinationFile))['message'])}`);

    const choice: StreamChoice = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' };
    const choices = new Map(discovered.streams.map(({ name }) => [name, choice]));
    const stateFile = path.join(folder, 'states.json');
    let recorded = 0;

    const sync = async (title: string, before: OrgPicture | undefined): Promise<boolean> => {
      say();
      say(title);
      const calls = { salesforce: salesforce.counts.apiCalls, ortto: ortto.counts.requests };
      const org = takePicture(salesforce.org);
      const { stop, ...hooks } = progress(() => ortto.counts.requests - calls.ortto);
      const begun = Date.now();
      const report = await runSync({ source, destination, discovered, choices, stateFile }, hooks).finally(stop);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      const troubles = troublesOf(report);
      for (const trouble of troubles) say(`   ✗ ${trouble}`);
      say(indent(ledgerTable(report)));
      const cdp = await readCdp(ortto.url, ortto.apiKey);
      say();
      say(
        `   ${seconds} s; ${salesforce.counts.apiCalls - calls.salesforce} Salesforce calls, ` +
          `${ortto.counts.requests - calls.ortto} Ortto calls (reading it back included); ` +
          `now ${cdp.people.length} people and ${cdp.organizations.length} organizations`,
      );
      recorded += ledgerLines(report).reduce((sum, line) => sum + line.recorded, 0);
      const claims = [...prove(org, before, cdp), eventsClaim(recorded, ortto.cdp.activities().length)];
      say(claimLines(claims));
      return troubles.length === 0 && claims.every(({ counterexamples }) => counterexamples.length === 0);
    };

    const beforeFirst = takePicture(salesforce.org);
    const isFirstRight = await sync('4  first sync: source read | destination write', undefined);
    say();
    say('5  an hour later, in Salesforce');
    const { clock } = salesforce.org;
    // At a fixed second, however long the first sync took: times are part of what is synced.
    clock.set(new Date(orgNow.getTime() + HOUR_MS));
    clock.freeze();
    for (const line of workADay(salesforce.org)) say(`   ${line}`);
    clock.unfreeze();
    // A sync leaves what changes in the second in which it begins to the next one: that second is not over yet.
    clock.advance(60_000);
    const isSecondRight = await sync('6  second sync, from the acknowledged states', beforeFirst);
    say();
    const content = ortto.cdp.snapshot();
    save('cdp.json', content);
    say(`The CDP's digest is ${digest(content, orgNow)}: the same seed gives the same CDP.`);
    say(`Configs, acknowledged states and the CDP's content are in ${path.relative('.', folder)}/.`);
    return isFirstRight && isSecondRight;
  } finally {
    await Promise.all([salesforce.close(), ortto.close()]);
  }
};

const eventsClaim = (recorded: number, found: number): Claim => ({
  text: 'Every activity recorded in either sync is in the CDP, once',
  checked: recorded,
  counterexamples: found === recorded ? [] : [`there are ${found} activities`],
});

const indent = (text: string): string => text.replaceAll(/^/gm, '   ');

const troublesOf = ({ succeeded, exits, failures, complaints, strayLines }: SyncReport): string[] => [
  ...(succeeded ? [] : [`the source exited with ${exits.source}, the destination with ${exits.destination}`]),
  ...failures.map(({ message }) => message),
  ...complaints,
  ...strayLines.map((line) => `not an Airbyte message: ${line}`),
];

try {
  const isRight = await main();
  say(isRight ? 'All checks passed.' : 'Some checks failed: see ✗ above.');
  process.exitCode = isRight ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
