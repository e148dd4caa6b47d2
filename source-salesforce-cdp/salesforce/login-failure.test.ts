import { expect, test } from 'vitest';
import { classify } from './failures.ts';
import { loginFailure } from './login-failure.ts';

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
  ['invalid_grant', 'token request is already being processed', 'retry', 'in progress'],
  ['rate_limit_exceeded', 'login rate exceeded', 'transient', 'rate-limiting'],
])('a login that failed with %s "%s" is %s and says: %s', (error, error_description, kind, words) => {
  const refusal = classify({ status: 400, body: JSON.stringify({ error, error_description }) }, 'rest');
  const failure = loginFailure(refusal);
  expect(failure.kind).toBe(kind);
  expect(failure.message).toContain(words);
});

test('a network failure on the way to the login is tried again', () => {
  expect(loginFailure(classify({ status: 503, body: '<html></html>' }, 'rest')).kind).toBe('retry');
});

test('a host without a login is reported as such', () => {
  expect(loginFailure(classify({ status: 404, body: '<html></html>' }, 'rest')).message).toContain('login_url');
});
