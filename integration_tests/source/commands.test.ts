import { expect, test } from 'vitest';
import type { AirbyteMessage, JsonObject } from '../../airbyte/protocol.ts';
import { connectionStatuses } from '../protocol/message-kinds.ts';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

const org = useSourceOrg({ contacts: 20 });

const status = ({ messages, exitCode }: Outcome): string => {
  expect(exitCode).toBe(0);
  const found = connectionStatuses(messages);
  expect(found).toHaveLength(1);
  return `${found[0]?.status} ${found[0]?.message ?? ''}`;
};

const check = async (more: JsonObject = {}): Promise<string> =>
  status(await org.run('check', { ...org.config, ...more }));

const withCredentials = (more: JsonObject): JsonObject => ({
  credentials: { ...(org.config['credentials'] as JsonObject), ...more },
});

test('spec offers the three logins, OAuth first', async () => {
  const { messages } = await org.run('spec');
  expect(messages).toHaveLength(1);
  const [message] = messages;
  expect(message).toMatchObject({
    type: 'SPEC',
    spec: {
      advanced_auth: { predicate_key: ['credentials', 'auth_type'], predicate_value: 'refresh_token' },
      connectionSpecification: {
        properties: {
          credentials: {
            oneOf: [
              { properties: { auth_type: { const: 'refresh_token' } } },
              { properties: { auth_type: { const: 'client_credentials' } } },
              { properties: { auth_type: { const: 'jwt_bearer' } } },
            ],
          },
        },
      },
    },
  });
});

test('a check that succeeds says who, which org, what can be read and whether Bulk may be used', async () => {
  const said = await check();
  expect(said).toMatch(/^SUCCEEDED Logged in as integration@cdp.example at org 00D/);
  expect(said).toContain('Can read Account, Lead, Contact, Campaign');
  expect(said).toContain('Bulk API: allowed.');
});

test('a check names what objects adds, once, and not what it narrows', async () => {
  const said = await check({ objects: [{ name: 'contact', fields: ['Email'] }, { name: 'User' }] });
  expect(said).toContain('OpportunityContactRole, Task, User.');
});

test('client credentials log in', async () => {
  const { clientId, clientSecret } = org.salesforce.login;
  const credentials = { auth_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  expect(await check({ credentials })).toMatch(/^SUCCEEDED/);
});

test('a signed JWT logs in', async () => {
  const { clientId, username, privateKey } = org.salesforce.login;
  const credentials = { auth_type: 'jwt_bearer', client_id: clientId, username, private_key: privateKey };
  expect(await check({ credentials })).toMatch(/^SUCCEEDED/);
});

test.each<[string, JsonObject, RegExp]>([
  ['a revoked refresh token', { refresh_token: 'revoked-token' }, /Authenticate again/],
  ['a wrong secret', { client_secret: 'not-the-secret' }, /client_secret/],
  ['a wrong consumer key', { client_id: 'not-the-key' }, /client_id/],
])('%s fails the check with what to change', async (_, credentials, words) => {
  const said = await check(withCredentials(credentials));
  expect(said).toMatch(/^FAILED/);
  expect(said).toMatch(words);
});

test('everything in objects that leads nowhere fails check and discover alike, all of it at once', async () => {
  const objects = [
    { name: 'Nothing__c' },
    { name: 'Contact', fields: ['Missing__c'] },
    { name: 'Lead', conditions: [{ field: 'Absent__c', operator: 'is', value: 'x' }] },
    { name: 'Account', conditions: [{ field: 'NumberOfEmployees', operator: 'greater_than', value: 'many' }] },
    { name: 'Opportunity', conditions: [{ field: 'Account.Name', operator: 'is', value: 'x' }] },
  ];
  const config = { ...org.config, objects };
  const said = status(await org.run('check', config));
  const discovered = await org.run('discover', config);
  expect(discovered.exitCode).toBe(1);
  expect(said).toBe(`FAILED ${discovered.errors.join('').replace(/^config_error : /, '')}`);
  expect(said.split('\n')).toEqual([
    expect.stringContaining('the object Nothing__c does not exist'),
    expect.stringContaining('Contact has no field Missing__c'),
    expect.stringMatching(/objects\[2\].*Absent__c.*does not exist/),
    expect.stringMatching(/objects\[3\].*NumberOfEmployees.*whole number/),
    expect.stringMatching(/objects\[4\].*Account\.Name.*parent/),
  ]);
});

test('A misspelled object, field, parent or condition is told with the name that was meant', async () => {
  const objects = [
    { name: 'Contcat' },
    { name: 'Contact', fields: ['Emial', 'Acount.Name', 'Account.Nmae'] },
    { name: 'Lead', conditions: [{ field: 'Ratting', operator: 'is', value: 'Hot' }] },
  ];
  const said = status(await org.run('check', { ...org.config, objects }));
  expect(said.match(/Did you mean [\w.]+\?/g)).toEqual([
    'Did you mean Contact?',
    'Did you mean Email?',
    'Did you mean Account?',
    'Did you mean Name?',
    'Did you mean Rating?',
  ]);
});

test('a config of the wrong shape lists every problem and shows no secret', async () => {
  const outcome = await org.run('check', {
    ...withCredentials({ auth_type: 'jwt_bearer' }),
    start_date: 'soon',
    api: 'fast',
  });
  const said = status(outcome);
  for (const word of ['username', 'private_key', 'start_date', 'api']) expect(said).toContain(word);
  expect(outcome.stdout).not.toContain(org.salesforce.login.clientSecret);
});

const controls = (messages: readonly AirbyteMessage[]): readonly JsonObject[] =>
  messages.flatMap((message) => (message.type === 'CONTROL' ? [message.control.connectorConfig.config] : []));

/** Options of every kind: the platform puts what it is handed in the place of the whole config. */
const FULL = {
  is_sandbox: true,
  objects: [
    { name: 'Contact', fields: ['Email'], match: 'any', conditions: [{ field: 'Email', operator: 'not_empty' }] },
  ],
  start_date: '2020-01-01T00:00:00Z',
  lookback_window: 'PT5M',
  a_key_of_a_later_version: { kept: [null, 1] },
};

/** The config with the refresh token that works now. */
const rotated = (config: JsonObject): JsonObject => {
  const credentials = { ...(config['credentials'] as JsonObject), refresh_token: org.salesforce.login.refreshToken };
  return { ...config, credentials };
};

test.each(['check', 'discover'] as const)(
  '%s hands over its config, whole, with the refresh token that its login has rotated',
  async (command) => {
    org.salesforce.login.settings.rotatesRefreshTokens = true;
    const config = { ...org.config, ...FULL };
    const { messages } = await org.run(command, config);
    expect(controls(messages)).toEqual([rotated(config)]);
  },
);

test('a refresh token rotated by a read leaves at once, before any record, in the whole config', async () => {
  await org.streams();
  const { settings } = org.salesforce.login;
  settings.rotatesRefreshTokens = true;
  settings.sessionCalls = 2;
  const config = { ...org.config, ...FULL };
  const { messages, exitCode } = await org.read({ config: FULL, streams: ['Account', 'Contact'] });
  settings.sessionCalls = undefined;
  expect(exitCode).toBe(0);
  expect(controls(messages).length).toBeGreaterThan(1);
  expect(controls(messages).at(-1)).toEqual(rotated(config));
  const first = (type: AirbyteMessage['type']): number => messages.findIndex((message) => message.type === type);
  expect(first('CONTROL')).toBeLessThan(first('RECORD'));
});

test('discover lists default objects first, then custom objects about people', async () => {
  const names = (await org.streams()).map(({ name }) => name);
  expect(names.slice(0, 8)).toEqual([
    'Account',
    'Lead',
    'Contact',
    'Campaign',
    'CampaignMember',
    'Opportunity',
    'OpportunityContactRole',
    'Task',
  ]);
  expect(names.slice(8)).toEqual(['Subscription__c']);
});

test('an entry of objects narrows a stream, but never below what tells who a record is', async () => {
  const objects = [{ name: 'contact', fields: ['Email', 'Account.Name'] }];
  const { messages } = await org.run('discover', { ...org.config, objects });
  const [contact] = messages.flatMap((message) =>
    message.type === 'CATALOG' ? message.catalog.streams.filter(({ name }) => name === 'Contact') : [],
  );
  expect(Object.keys(contact?.json_schema.properties ?? {}).sort()).toEqual([
    'Account',
    'AccountId',
    'Email',
    'HasOptedOutOfEmail',
    'Id',
    'IsDeleted',
    'MasterRecordId',
    'SystemModstamp',
  ]);
});
