import { createSign, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { DATA, NOW, client, refreshForm, start, token } from './fixtures/client.ts';
import type { Json } from './fixtures/client.ts';

test('a refresh token buys a session that the API takes', async () => {
  const simulator = await start();
  const [status, body] = await token(simulator, refreshForm(simulator));
  expect([status, body['instance_url'], body['token_type']]).toEqual([200, simulator.url, 'Bearer']);
  expect(body).not.toHaveProperty('refresh_token');
  const api = client(simulator, String(body['access_token']));
  expect((await api.get(`${DATA}/limits`)).status).toBe(200);
  const identity = await api.get(new URL(String(body['id'])).pathname);
  expect(identity.json()).toMatchObject({ username: simulator.login.username, user_id: simulator.org.userId });
});

test.each([
  ['a wrong client id', { client_id: 'nobody' }, 400, 'invalid_client_id'],
  ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
  ['a wrong refresh token', { refresh_token: 'wrong' }, 400, 'invalid_grant'],
  ['an unknown grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
])('%s is refused with an object, not an array', async (_, change, status, error) => {
  const simulator = await start();
  expect(await token(simulator, refreshForm(simulator, change))).toMatchObject([status, { error }]);
});

test('rotation gives a new refresh token and makes the old one worthless', async () => {
  const simulator = await start();
  simulator.login.settings.rotatesRefreshTokens = true;
  const old = refreshForm(simulator);
  const [, body] = await token(simulator, old);
  expect(body['refresh_token']).toBe(simulator.login.refreshToken);
  expect((await token(simulator, old))[0]).toBe(400);
  expect((await token(simulator, refreshForm(simulator)))[0]).toBe(200);
});

test('of two refreshes at once the second is refused when the org is strict', async () => {
  const simulator = await start();
  Object.assign(simulator.login.settings, { refusesConcurrentRefreshes: true, delayMs: 50 });
  const answers = await Promise.all([1, 2].map(() => token(simulator, refreshForm(simulator))));
  expect(answers.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
});

test('client credentials work on a My Domain only', async () => {
  const simulator = await start();
  const { clientId, clientSecret, settings } = simulator.login;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  expect((await token(simulator, form))[0]).toBe(200);
  settings.host = 'login';
  expect(await token(simulator, form)).toMatchObject([
    400,
    { error_description: 'request not supported on this domain' },
  ]);
});

test('a JWT is taken when its key, audience, user and time are right', async () => {
  const simulator = await start();
  const { login } = simulator;
  const now = NOW.getTime() / 1000;
  const grant = async (claims: Json, key = login.privateKey): Promise<unknown> => {
    const all = {
      iss: login.clientId,
      sub: login.username,
      aud: 'https://login.salesforce.com',
      exp: now + 180,
      ...claims,
    };
    const encode = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const signed = `${encode({ alg: 'RS256' })}.${encode(all)}`;
    const assertion = `${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`;
    const [status, body] = await token(simulator, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    return status === 200 ? 'session' : body['error_description'];
  };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(await grant({})).toBe('session');
  expect(await grant({}, stranger.export({ type: 'pkcs8', format: 'pem' }).toString())).toBe('invalid assertion');
  expect(await grant({ aud: 'https://elsewhere.example' })).toBe('audience is invalid');
  expect(await grant({ exp: now - 1 })).toBe('expired authorization code');
  expect(await grant({ sub: 'other@x.example' })).toBe("user hasn't approved this consumer");
  expect(await grant({ iss: 'nobody' })).toBe('client identifier invalid');
});

test('a session ends by time, by number of calls, and when told; then every call gets 401', async () => {
  const simulator = await start();
  const { login, org } = simulator;
  const expired = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
  login.settings.sessionLifetimeMs = 1000;
  const timed = client(simulator);
  login.settings.sessionLifetimeMs = undefined;
  login.settings.sessionCalls = 1;
  const counted = client(simulator);
  login.settings.sessionCalls = undefined;
  const told = client(simulator);
  for (const api of [timed, counted, told]) expect((await api.get(`${DATA}/limits`)).status).toBe(200);
  org.clock.advance(2000);
  login.expireSessions();
  for (const api of [timed, counted, told]) {
    const reply = await api.get(`${DATA}/limits`);
    expect([reply.status, reply.json()]).toEqual([401, expired]);
  }
});
