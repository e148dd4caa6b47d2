import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import { parseConfig } from '../config.ts';
import { grant } from './grant.ts';

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

test('a refresh token login sends the current token, not the one of the config', () => {
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

test('a JWT login signs issuer, subject and audience, for less than three minutes', () => {
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
])('with %j the audience of a JWT is %s', (more, aud) => {
  expect(claims(grant(jwtConfig(pem, more), undefined, now)['assertion'])).toMatchObject({ aud });
});

test('a private key whose line breaks were escaped is accepted', () => {
  expect(grant(jwtConfig(pem.replaceAll('\n', String.raw`\n`)), undefined, now)['assertion']).toBeDefined();
});

test('a text that is not a private key is a config error that does not quote it', () => {
  expect(() => grant(jwtConfig('-----BEGIN hush-----'), undefined, now)).toThrow(ConfigError);
  expect(() => grant(jwtConfig('-----BEGIN hush-----'), undefined, now)).not.toThrow('hush');
});
