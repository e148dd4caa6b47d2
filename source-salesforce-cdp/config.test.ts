import { expect, test } from 'vitest';
import { ConfigError } from '../airbyte/errors.ts';
import { parseConfig } from './config.ts';

const credentials = { auth_type: 'refresh_token', client_id: 'key', client_secret: 'hush', refresh_token: 'rt' };
const clientCredentials = { auth_type: 'client_credentials', client_id: 'key', client_secret: 'hush' };

const problem = (config: unknown): string => {
  try {
    parseConfig(config);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'none';
};

test('the smallest config gets every default', () => {
  expect(parseConfig({ credentials })).toEqual({
    credentials: { authType: 'refresh_token', clientId: 'key', clientSecret: 'hush', refreshToken: 'rt' },
    isSandbox: false,
    loginUrl: new URL('https://login.salesforce.com'),
    objects: [],
    startDate: undefined,
    includeDeleted: true,
    api: 'auto',
    lookbackMs: 600_000,
    apiUsageLimitPercent: 90,
  });
});

test('a full config is read whole', () => {
  expect(
    parseConfig({
      credentials: { auth_type: 'jwt_bearer', client_id: 'key', username: 'a@example.com', private_key: 'pem' },
      is_sandbox: true,
      login_url: 'https://acme.my.salesforce.com',
      objects: [
        { name: 'Lead', fields: [], conditions: [{ field: 'Status', operator: 'empty' }], match: 'any' },
        { name: 'Pet__c', fields: ['Name', 'Contact__r.Email'] },
      ],
      start_date: '2024-02-29',
      include_deleted: false,
      api: 'bulk',
      lookback_window: 'P1DT2H3M4S',
      api_usage_limit_percent: 50,
    }),
  ).toEqual({
    credentials: { authType: 'jwt_bearer', clientId: 'key', username: 'a@example.com', privateKey: 'pem' },
    isSandbox: true,
    loginUrl: new URL('https://acme.my.salesforce.com'),
    objects: [
      {
        name: 'Lead',
        fields: undefined,
        match: 'any',
        conditions: [{ field: 'Status', operator: 'empty', value: undefined }],
      },
      { name: 'Pet__c', fields: ['Name', 'Contact__r.Email'], match: 'all', conditions: [] },
    ],
    startDate: new Date('2024-02-29T00:00:00Z'),
    includeDeleted: false,
    api: 'bulk',
    lookbackMs: 93_784_000,
    apiUsageLimitPercent: 50,
  });
});

test('a sandbox logs in at the test host unless a login URL says otherwise', () => {
  expect(parseConfig({ credentials, is_sandbox: true }).loginUrl.href).toBe('https://test.salesforce.com/');
});

test.each([
  ['PT0S', 0],
  ['P2W', 1_209_600_000],
  ['P1D', 86_400_000],
  ['PT90M', 5_400_000],
])('the look-back window %s is %d milliseconds', (lookback_window, ms) => {
  expect(parseConfig({ credentials, lookback_window }).lookbackMs).toBe(ms);
});

test.each([
  ['an unknown way to log in', { credentials: { auth_type: 'password' } }, 'credentials'],
  ['a missing secret', { credentials: { ...credentials, client_secret: undefined } }, 'client_secret'],
  ['client credentials without a host', { credentials: clientCredentials }, 'login_url: is needed'],
  [
    'client credentials at the standard host',
    { credentials: clientCredentials, login_url: 'https://login.salesforce.com' },
    'login_url: client credentials work only on your My Domain',
  ],
  ['a host without TLS', { credentials, login_url: 'http://acme.my.salesforce.com' }, 'https://'],
  ['a Lightning host', { credentials, login_url: 'https://acme.lightning.force.com' }, 'my.salesforce.com'],
  ['a day that does not exist', { credentials, start_date: '2024-02-31' }, 'start_date'],
  ['an hour that does not exist', { credentials, start_date: '2024-02-28T25:00:00Z' }, 'start_date'],
  ['a start in words', { credentials, start_date: 'yesterday' }, 'start_date'],
  ['a duration in months', { credentials, lookback_window: 'P1M' }, 'lookback_window'],
  ['an empty duration', { credentials, lookback_window: 'PT' }, 'lookback_window'],
  ['an object listed twice', { credentials, objects: [{ name: 'Lead' }, { name: 'lead' }] }, 'objects[1].name'],
  [
    'a field listed twice',
    { credentials, objects: [{ name: 'Lead', fields: ['Email', 'email'] }] },
    'objects[0].fields[1]: email is listed twice',
  ],
  [
    'a comparison with nothing',
    { credentials, objects: [{ name: 'Lead', conditions: [{ field: 'Email', operator: 'is', value: '' }] }] },
    'objects[0].conditions[0].value: the operator "is" needs one',
  ],
  [
    'too many fields',
    { credentials, objects: [{ name: 'Lead', fields: Array.from({ length: 51 }, (_, n) => `F${n}__c`) }] },
    'objects[0].fields',
  ],
  ['a ceiling above the whole allocation', { credentials, api_usage_limit_percent: 101 }, 'api_usage_limit_percent'],
])('refuses %s', (_, config, words) => {
  expect(problem(config)).toContain(words);
});

test('every problem is reported at once', () => {
  const told = problem({ credentials, start_date: '2024-02-31', objects: [{ name: 'Lead' }, { name: 'Lead' }] });
  expect(told).toContain('2 problems');
  expect(told).toContain('start_date');
  expect(told).toContain('objects[1].name');
});

test('loopback hosts need no TLS', () => {
  expect(parseConfig({ credentials, login_url: 'http://127.0.0.1:8080' }).loginUrl.port).toBe('8080');
});

test('options that are left empty mean what they mean when they are left out', () => {
  const conditions = [{ field: 'Email', operator: 'empty' }];
  const blank = { credentials, login_url: '', start_date: null, lookback_window: '', api: '' };
  const objects = [{ name: 'Contact', fields: null, conditions: [{ field: 'Email', operator: 'empty', value: '' }] }];
  expect(parseConfig({ ...blank, objects })).toEqual(
    parseConfig({ credentials, objects: [{ name: 'Contact', conditions }] }),
  );
  expect(problem({ credentials: { ...credentials, refresh_token: '' } })).toContain(
    'credentials.refresh_token: must not be empty',
  );
});
