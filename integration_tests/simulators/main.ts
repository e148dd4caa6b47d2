import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { workADay } from '../demo/working-day.ts';
import { startOrtto } from './ortto.ts';
import { startSalesforce, type SalesforceSimulator } from './salesforce.ts';
import { sourceConfig } from './source-config.ts';

// `npm run simulators`: both vendors on this machine, and the configs the connectors reach them with.

const USAGE = `Starts an embedded Salesforce and an embedded Ortto, and prints a config for each connector.

npm run simulators -- [--salesforce-port 8080] [--ortto-port 8081] [--contacts 1000] [--seed 1]

Port 0 is any free one; the same seed gives the same org.
`;

/** What the user can put right: printed without a stack trace. */
class UsageError extends Error {
  override name = 'UsageError';
}

const OPTIONS = {
  'salesforce-port': { type: 'string', default: '8080' },
  'ortto-port': { type: 'string', default: '8081' },
  contacts: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

const readOptions = () => {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
};

const whole = (name: string, text: string, most = Number.MAX_SAFE_INTEGER): number => {
  const number = Number(text);
  if (text.trim() === '' || !Number.isInteger(number) || number < 0 || number > most) {
    throw new UsageError(`--${name} must be a whole number from 0 to ${most}, not ${text}`);
  }
  return number;
};

/** A server on its port, or a sentence that says which option leads to another one. */
const onPort = async <T>(option: string, port: number, start: (port: number) => Promise<T>): Promise<T> => {
  try {
    return await start(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EACCES' ? 'is reserved for privileged users' : 'is taken';
    throw new UsageError(`Port ${port} ${why}: choose another with --${option}`);
  }
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAYS_BEHIND = 14;

const run = async (values: ReturnType<typeof readOptions>): Promise<void> => {
  const contacts = whole('contacts', values.contacts);
  const seed = whole('seed', values.seed);
  const ports = [
    whole('salesforce-port', values['salesforce-port'], 65_535),
    whole('ortto-port', values['ortto-port'], 65_535),
  ] as const;
  // Behind by the days that may follow: Ortto takes no events from the future.
  const now = new Date(Date.now() - DAYS_BEHIND * DAY_MS);
  const salesforce = await onPort('salesforce-port', ports[0], (port) =>
    startSalesforce({ port, contacts, seed, now }),
  );
  const ortto = await onPort('ortto-port', ports[1], (port) => startOrtto({ port })).catch(async (error: unknown) => {
    await salesforce.close();
    throw error;
  });
  const destinationConfig = { api_key: ortto.apiKey, api_url: ortto.url };

  process.stdout.write(`Salesforce: ${salesforce.url}, ${salesforce.org.count('Contact')} contacts
Ortto:      ${ortto.url}, empty

Config of source-salesforce-cdp:
${JSON.stringify(sourceConfig(salesforce), null, 2)}

Config of destination-ortto-cdp:
${JSON.stringify(destinationConfig, null, 2)}

Press Enter to change the embedded org by a day's work, so that the next sync has something to do. Ctrl-C stops both.
`);

  const lines = createInterface({ input: process.stdin });
  lines.on('line', () => {
    const { clock } = salesforce.org;
    clock.advance(Math.max(0, Math.min(DAY_MS, Date.now() - clock.now() - MINUTE_MS)));
    process.stdout.write(`A day later, in Salesforce:\n${dayIn(salesforce.org)}\n`);
    // What changes in the second in which a sync begins is left to the next one.
    clock.advance(Math.max(0, Math.min(MINUTE_MS, Date.now() - clock.now())));
  });
  process.once('SIGINT', () => {
    lines.close();
    void Promise.all([salesforce.close(), ortto.close()]);
  });
};

/** What a day changed, to be printed. A small org runs out of leads to convert and of tasks to complete. */
const dayIn = (org: SalesforceSimulator['org']): string => {
  try {
    return workADay(org)
      .map((line) => `   ${line}`)
      .join('\n');
  } catch (error) {
    return `   the org is too small for a whole day's work (${String(error)}): start again with more contacts`;
  }
};

try {
  const values = readOptions();
  if (values.help) process.stdout.write(USAGE);
  else await run(values);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 1;
}
