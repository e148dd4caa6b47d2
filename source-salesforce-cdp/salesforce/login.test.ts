import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import { parseConfig } from '../config.ts';
import { classify } from './failures.ts';
import { grant, loginFailure } from './login.ts';

const now = new Date('2026-01-01T00:00:00Z');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const jwtConfig = (private_key: string, more = {}) =>
  parseConfig({
    credentials: { auth_type: 'jwt_bearer', client_id: 'key', username: 'a@example.com', private_key },
    ...more,
  });

const claims = (assertion: string | undefined): unknown =>
  JSON.parse(Buffer.from(assertion?.split('.')[1] ?? '', 'base64url').toString());

test('a refresh token login sends the token in force, not the one of the config', () => {
  const config = parseConfig({
    credentials: { auth_type: 'refresh_token', client_id: 'key', client_secret: 'hush', refresh_token: 'old' },
  });
  const fields = { grant_type: 'refresh_token', client_id: 'key', client_secret: 'hush' };
  expect(grant(config, undefined, now)).toEqual({ ...fields, refresh_token: 'old' });
  expect(grant(config, 'new', now)).toEqual({ ...fields, refresh_token: 'new' });
});

test('a client credentials login sends key and secret', () => {
  const config = parseConfig({
    credentials: { auth_type: 'client_credentials', client_id: 'key', client_secret: 'hush' },
    login_url: 'https://acme.my.salesforce.com',
  });
  expect(grant(config, undefined, now)).toEqual({
    grant_type: 'client_credentials',
    client_id: 'key',
    client_secret: 'hush',
  });
});

test('a JWT login signs who asks for whom, for less than three minutes', () => {
  const { grant_type, assertion = '' } = grant(jwtConfig(pem), undefined, now);
  expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', body = '', signature = ''] = assertion.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
  expect(claims(assertion)).toEqual({
    iss: 'key',
    sub: 'a@example.com',
    aud: 'https://login.salesforce.com',
    exp: now.getTime() / 1_000 + 170,
  });
  const signed = Buffer.from(`${header}.${body}`);
  expect(verify('RSA-SHA256', signed, createPublicKey(privateKey), Buffer.from(signature, 'base64url'))).toBe(true);
});

test.each([
  [{ is_sandbox: true }, 'https://test.salesforce.com'],
  [{ login_url: 'https://acme--uat.sandbox.my.salesforce.com' }, 'https://test.salesforce.com'],
  [{ login_url: 'https://acme.my.salesforce.com' }, 'https://login.salesforce.com'],
  [{ login_url: 'https://test.salesforce.com' }, 'https://test.salesforce.com'],
])('with %j a JWT is meant for %s', (more, aud) => {
  expect(claims(grant(jwtConfig(pem, more), undefined, now)['assertion'])).toMatchObject({ aud });
});

test('a private key whose line breaks were escaped is understood', () => {
  expect(grant(jwtConfig(pem.replaceAll('\n', String.raw`\n`)), undefined, now)['assertion']).toBeDefined();
});

test('a text that is not a private key is a config error that does not quote it', () => {
  expect(() => grant(jwtConfig('-----BEGIN hush-----'), undefined, now)).toThrow(ConfigError);
  expect(() => grant(jwtConfig('-----BEGIN hush-----'), undefined, now)).not.toThrow('hush');
});

test.each([
  ['invalid_grant', 'expired access/refresh token', 'config', 'Authenticate again'],
  ['invalid_grant', 'inactive user', 'config', 'administrator'],
  ['invalid_grant', 'ip restricted', 'config', 'administrator'],
  ['invalid_grant', 'invalid login hours', 'config', 'administrator'],
  ['invalid_grant', "user hasn't approved this consumer", 'config', 'administrator'],
  ['invalid_grant', 'audience is invalid', 'config', 'login_url'],
  ['invalid_grant', 'request not supported on this domain', 'config', 'My Domain'],
  ['invalid_grant', 'no client credentials user enabled', 'config', 'administrator'],
  ['invalid_grant', 'authentication failure', 'config', 'Authenticate again'],
  ['invalid_grant', 'something new', 'config', 'Authenticate again'],
  ['invalid_client_id', 'client identifier invalid', 'config', 'client_id'],
  ['invalid_client', 'invalid client credentials', 'config', 'client_secret'],
  ['unsupported_grant_type', 'grant type not supported', 'config', 'administrator'],
  ['invalid_scope', '', 'config', 'administrator'],
  ['inactive_org', '', 'config', 'administrator'],
  ['invalid_grant', 'token request is already being processed', 'retry', 'under way'],
  ['rate_limit_exceeded', 'login rate exceeded', 'transient', 'less often'],
])('a login refused with %s "%s" is %s and says: %s', (error, error_description, kind, words) => {
  const refusal = classify({ status: 400, body: JSON.stringify({ error, error_description }) }, 'rest');
  const failure = loginFailure(refusal);
  expect(failure.kind).toBe(kind);
  expect(failure.message).toContain(words);
});

test('a login host that is unavailable is tried again', () => {
  expect(loginFailure(classify({ status: 503, body: '<html></html>' }, 'rest')).kind).toBe('retry');
});

test('a host without a login is reported as such', () => {
  expect(loginFailure(classify({ status: 404, body: '<html></html>' }, 'rest')).message).toContain('login_url');
});
