import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { refusals } from '../simulators/salesforce/faults.ts';
import { startSourceOrg } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';
import { contactsOf } from './contacts-read.ts';

// Logins, tokens and orgs that change under a read.

const org = useSourceOrg({ contacts: 40 });
let whole: readonly string[];

beforeAll(async () => {
  whole = contactsOf(await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } }));
});

/** Changes a token that is handed out, once or always. */
const editTokens = (edit: (token: JsonObject) => JsonObject, times = 1_000): void => {
  org.salesforce.faults.push({
    match: { path: /oauth2\/token/, times },
    action: {
      kind: 'body',
      edit: (body) => Buffer.from(JSON.stringify(edit(JSON.parse(body.toString()) as JsonObject))),
    },
  });
};

test('a read does not resume from the state of another org: its cursor says nothing about this one', async () => {
  const before = await org.readHere({ streams: ['Contact'] });
  editTokens((token) => ({ ...token, id: String(token['id']).replace(/00D\w{3}/, '00DXYZ') }));
  const outcome = await org.readHere({ streams: ['Contact'], state: before.states });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('the org changed');
});

test('calls go to the org that the login names, wherever the login was', async () => {
  const other = await startSourceOrg({ contacts: 5, seed: 99 });
  try {
    const session = other.salesforce.login.openSession();
    editTokens((token) => ({ ...token, instance_url: other.salesforce.url, access_token: session }));
    const outcome = await org.readHere({ streams: ['Contact'] });
    expect(outcome.errors).toEqual([]);
    expect(contactsOf(outcome)).toEqual(contactsOf(await other.readHere({ streams: ['Contact'] })));
  } finally {
    await other.close();
  }
});

test('a login URL may end in a slash', async () => {
  const config = { login_url: `${org.salesforce.url}/` };
  expect(contactsOf(await org.readHere({ streams: ['Contact'], config }))).toEqual(whole);
});

test('a refresh token that is rotated in the middle of a Bulk download goes out at once, and nothing is lost', async () => {
  Object.assign(org.salesforce.login.settings, { rotatesRefreshTokens: true, sessionCalls: 3 });
  org.salesforce.bulk.maxPageRows = 5;
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
  const tokens = outcome.messages.flatMap((message) =>
    message.type === 'CONTROL'
      ? [(message.control.connectorConfig.config['credentials'] as JsonObject)['refresh_token']]
      : [],
  );
  expect(tokens.length).toBeGreaterThan(2);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.at(-1)).toBe(org.salesforce.login.refreshToken);
});

test('where every token is dead on arrival, a few logins are tried and no more', async () => {
  org.salesforce.faults.push({ match: { path: /queryAll|jobs/, times: 1_000 }, action: refusals.sessionExpired });
  org.salesforce.counts.reset();
  const outcome = await org.readHere({ streams: ['Account', 'Lead', 'Contact', 'Campaign', 'Task'] });
  expect(outcome.errors).toHaveLength(5);
  for (const error of outcome.errors) expect(error).toMatch(/^config_error \w+: .*rejected a session/);
  expect(org.salesforce.counts.of('token')).toBeLessThanOrEqual(11);
});
