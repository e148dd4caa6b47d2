import { parseArgs } from 'node:util';
import { startOrtto } from './ortto.ts';
import { startSalesforce } from './salesforce.ts';
import { sourceConfig } from './source-config.ts';

// `npm run simulators`: both vendors on this machine, and the configs the connectors reach them with.

const { values } = parseArgs({
  options: {
    'salesforce-port': { type: 'string', default: '8080' },
    'ortto-port': { type: 'string', default: '8081' },
    contacts: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});

const whole = (name: keyof typeof values): number => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number, not ${values[name]}`);
  return number;
};

const salesforce = await startSalesforce({
  port: whole('salesforce-port'),
  contacts: whole('contacts'),
  seed: whole('seed'),
});
const ortto = await startOrtto({ port: whole('ortto-port') });
const destinationConfig = { api_key: ortto.apiKey, api_url: ortto.url };

process.stdout.write(`Salesforce: ${salesforce.url}, ${salesforce.org.count('Contact')} contacts
Ortto:      ${ortto.url}, empty

Config of source-salesforce-cdp:
${JSON.stringify(sourceConfig(salesforce), null, 2)}

Config of destination-ortto-cdp:
${JSON.stringify(destinationConfig, null, 2)}

Ctrl-C ends both.
`);

process.once('SIGINT', () => void Promise.all([salesforce.close(), ortto.close()]));
