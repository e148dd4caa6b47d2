// Saves what one sync leaves for the next in the current folder (see sync.sh): the last state of each stream that the
// destination has acknowledged, and the refresh token if Salesforce has replaced it. Prints what happened. Saved output is
// moved from .jsonl to .log; running it twice changes nothing.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { keepState, messagesOf, tell } from './messages.mjs';

const load = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** In one step: a kill leaves either the old file or the new one. */
const save = (file, content) => {
  const opened = openSync(`${file}.new`, 'w', 0o600);
  writeFileSync(opened, `${JSON.stringify(content, undefined, 2)}\n`);
  fsyncSync(opened);
  closeSync(opened);
  renameSync(`${file}.new`, file);
};

const keepToken = async () => {
  let token;
  for await (const message of messagesOf('source.jsonl')) {
    if (message.type === 'CONTROL')
      token = message.control.connectorConfig?.config?.credentials?.refresh_token ?? token;
    else if (message.type === 'TRACE') tell(message);
  }
  if (token !== undefined) {
    const config = load('source.json');
    save('source.json', { ...config, credentials: { ...config.credentials, refresh_token: token } });
  }
};

const keepStates = async () => {
  const states = new Map();
  if (existsSync('states.json')) for (const state of load('states.json')) keepState(states, state);
  const known = states.size;
  let acknowledged = 0;
  for await (const message of messagesOf('destination.jsonl')) {
    if (message.type === 'STATE') {
      keepState(states, message.state);
      acknowledged += 1;
    } else tell(message);
  }
  if (acknowledged > 0 || known > 0) save('states.json', [...states.values()]);
};

for (const [name, keep] of Object.entries({ source: keepToken, destination: keepStates })) {
  if (!existsSync(`${name}.jsonl`)) continue;
  await keep();
  renameSync(`${name}.jsonl`, `${name}.log`);
}
