import nock from 'nock';
import { expect, test } from 'vitest';
import { ConfigError } from '../../airbyte/errors.ts';
import { createJob } from './bulk.ts';
import { firstPage, organizationOf, queryableObjects } from './rest.ts';
import { DATA, LOGIN, ORG, connect, faults, logIn, token, useNock } from '../fixtures/nocked-org.ts';

const soon = { 'retry-after': '0' };

useNock();

test('a session that ends is renewed and the request made again', async () => {
  logIn();
  logIn(token('t2'));
  nock(ORG, { reqheaders: { authorization: 'Bearer t1' } })
    .get(`${DATA}/sobjects`)
    .reply(401, faults('INVALID_SESSION_ID', 'Session expired or invalid'));
  nock(ORG, { reqheaders: { authorization: 'Bearer t2' } })
    .get(`${DATA}/sobjects`)
    .reply(200, {
      sobjects: [
        { name: 'Lead', queryable: true },
        { name: 'Name', queryable: false },
      ],
    });
  expect(await queryableObjects(connect())).toEqual(['Lead']);
});

test('a session that is dead on arrival ends in a config error, not in a loop', async () => {
  for (const accessToken of ['t1', 't2', 't3']) {
    logIn(token(accessToken));
    nock(ORG).get(`${DATA}/sobjects`).reply(401, faults('INVALID_SESSION_ID', 'Session expired or invalid'));
  }
  await expect(queryableObjects(connect())).rejects.toMatchObject({ kind: 'refresh' });
});

test.each([
  [503, '<html>Down</html>', { 'content-type': 'text/html' }],
  [500, JSON.stringify(faults('UNKNOWN_EXCEPTION', 'oops')), { 'content-type': 'application/json' }],
  [429, '', {}],
  [420, '', {}],
  [406, '', {}],
])('a %i answer is tried again', async (status, body, headers) => {
  logIn();
  nock(ORG)
    .get(`${DATA}/sobjects`)
    .reply(status, body, { ...headers, ...soon });
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  expect(await queryableObjects(connect())).toEqual([]);
});

test('a rotated refresh token is handed on', async () => {
  logIn(token('t1', { refresh_token: 'rt2' }));
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  const rotated: string[] = [];
  await queryableObjects(connect({ rotated: (refreshToken) => rotated.push(refreshToken) }));
  expect(rotated).toEqual(['rt2']);
});

test('a rejected login is a config error', async () => {
  nock(LOGIN)
    .post('/services/oauth2/token')
    .reply(400, { error: 'invalid_grant', error_description: 'expired access/refresh token' });
  const salesforce = connect();
  await expect(queryableObjects(salesforce)).rejects.toBeInstanceOf(ConfigError);
  await expect(queryableObjects(salesforce)).rejects.toThrow('Authenticate again');
});

test('a page of HTML where the login should be is a config error', async () => {
  nock(LOGIN).post('/services/oauth2/token').reply(200, '<html></html>', { 'content-type': 'text/html' });
  await expect(queryableObjects(connect())).rejects.toThrow('There is no login at this host');
});

test.each([
  ['ENOTFOUND', 'The host of Salesforce does not exist. Check login_url.'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate of the host is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).'],
])('a login that nobody answers (%s) is reported in the words of the network', async (code, sentence) => {
  nock(LOGIN)
    .post('/services/oauth2/token')
    .replyWithError(Object.assign(new Error('no such luck'), { code }));
  await expect(queryableObjects(connect())).rejects.toThrow(sentence);
});

test('calls stop at the ceiling of the daily allocation, but a job can still be aborted', async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] }, { 'Sforce-Limit-Info': 'api-usage=901/1000' });
  nock(ORG).patch(`${DATA}/jobs/query/750`).reply(200, {});
  const salesforce = connect({ ceilingPercent: 90 });
  await queryableObjects(salesforce);
  expect(salesforce.usage()).toEqual({ used: 901, limit: 1_000 });
  await expect(queryableObjects(salesforce)).rejects.toMatchObject({ kind: 'stop_sync' });
  const abort = {
    what: 'abort',
    method: 'PATCH',
    path: '/jobs/query/750',
    body: {},
    api: 'bulk',
    final: true,
  } as const;
  await expect(salesforce.json(abort)).resolves.toEqual({});
});

test('every request is charged to the stream it is made for, repeated ones too, but no login', async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(503, '', soon);
  nock(ORG).get(`${DATA}/sobjects`).times(2).reply(200, { sobjects: [] });
  const salesforce = connect();
  let charged = 0;
  await queryableObjects(salesforce.chargedTo(() => (charged += 1)));
  await queryableObjects(salesforce);
  expect(charged).toBe(2);
});

test('the org is known from the login, and its address is an origin whatever follows it', async () => {
  logIn(token('t1', { instance_url: `${ORG}/`, id: `${LOGIN}/id/00D000000000001EAA/005000000000001AAA` }));
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  const salesforce = connect();
  expect(await organizationOf(salesforce)).toBe('00D000000000001');
  expect(await queryableObjects(salesforce)).toEqual([]);
});

test('a job that is being created when the run ends is known, so that it can be taken back; a query is let go', async () => {
  logIn();
  const controller = new AbortController();
  nock(ORG)
    .post(`${DATA}/jobs/query`)
    .reply(200, () => {
      controller.abort();
      return { id: '750', state: 'UploadComplete' };
    });
  nock(ORG)
    .get(`${DATA}/queryAll`)
    .query(true)
    .reply(200, () => ({ totalSize: 0, done: true, records: [] }));
  const salesforce = connect({ signal: controller.signal });
  expect(await createJob(salesforce, 'SELECT Id FROM Lead')).toBe('750');
  await expect(firstPage(salesforce, 'SELECT Id FROM Lead')).rejects.toMatchObject({ name: 'AbortError' });
  nock.cleanAll();
});

test("the server's clock is that of its latest answer", async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] }, { date: 'Thu, 01 Jan 2026 00:00:10 GMT' });
  const salesforce = connect();
  await queryableObjects(salesforce);
  expect(salesforce.serverTime()).toEqual(new Date('2026-01-01T00:00:10Z'));
});
