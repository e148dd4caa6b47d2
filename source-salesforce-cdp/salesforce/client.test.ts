import nock from 'nock';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Log } from '../../airbyte/connector.ts';
import { ConfigError } from '../../airbyte/errors.ts';
import { completeJob, createJob, resultPage } from './bulk.ts';
import { parseConfig } from '../config.ts';
import { SalesforceFailure } from './failures.ts';
import { deletions, describe, firstPage, identity, nextPage, organizationOf, queryableObjects } from './rest.ts';
import { createSalesforceClient } from './client.ts';
import type { ClientOptions, SalesforceClient } from './client.ts';

const LOGIN = 'https://login.salesforce.com';
const ORG = 'https://acme.my.salesforce.com';
const DATA = '/services/data/v64.0';

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };
const config = parseConfig({
  credentials: { auth_type: 'refresh_token', client_id: 'key', client_secret: 'hush', refresh_token: 'rt' },
});

const connect = (more: Partial<ClientOptions> = {}): SalesforceClient =>
  createSalesforceClient(config, { log: silent, signal: new AbortController().signal, rotated() {}, ...more });

const token = (accessToken = 't1', more = {}) => ({
  access_token: accessToken,
  instance_url: ORG,
  id: `${LOGIN}/id/00D1/0051`,
  ...more,
});

const logIn = (answer: object = token()): nock.Scope =>
  nock(LOGIN)
    .post('/services/oauth2/token', {
      grant_type: 'refresh_token',
      client_id: 'key',
      client_secret: 'hush',
      refresh_token: 'rt',
    })
    .reply(200, answer);

const faults = (errorCode: string, message: string) => [{ errorCode, message }];
const soon = { 'retry-after': '0' };

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  if (pending.length > 0) throw new Error(`never asked for: ${pending.join(', ')}`);
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

test('a query asks for deleted and archived rows too, with the token of the login', async () => {
  logIn();
  nock(ORG, { reqheaders: { authorization: 'Bearer t1' } })
    .get(`${DATA}/queryAll`)
    .query({ q: "SELECT Id FROM Lead WHERE Name = 'a+b & c'" })
    .reply(200, { totalSize: 2, done: false, nextRecordsUrl: `${DATA}/query/01g-1`, records: [{ Id: '1' }] });
  nock(ORG)
    .get(`${DATA}/query/01g-1`)
    .reply(200, { totalSize: 2, done: true, records: [{ Id: '2' }] });
  const salesforce = connect();
  const page = await firstPage(salesforce, "SELECT Id FROM Lead WHERE Name = 'a+b & c'");
  expect(page).toEqual({ totalSize: 2, rows: [{ Id: '1' }], next: `${DATA}/query/01g-1` });
  expect(await nextPage(salesforce, page.next ?? '')).toEqual({ totalSize: 2, rows: [{ Id: '2' }], next: undefined });
});

test('a page that is not the last but has no link to the next one is not the end', async () => {
  logIn();
  nock(ORG)
    .get(`${DATA}/queryAll`)
    .query(true)
    .reply(200, { totalSize: 2, done: false, records: [{ Id: '1' }] });
  await expect(firstPage(connect(), 'SELECT Id FROM Lead')).rejects.toMatchObject({ kind: 'transient' });
});

test('an expired session is renewed and the request made again', async () => {
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

test('a session that is never accepted ends in a config error, not in a loop', async () => {
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
])('a %i response is tried again', async (status, body, headers) => {
  logIn();
  nock(ORG)
    .get(`${DATA}/sobjects`)
    .reply(status, body, { ...headers, ...soon });
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  expect(await queryableObjects(connect())).toEqual([]);
});

test('a rotated refresh token is passed on', async () => {
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
  await expect(queryableObjects(connect())).rejects.toThrow('This host has no Salesforce login');
});

test.each([
  ['ENOTFOUND', 'The Salesforce host does not exist. Check login_url.'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', "The host's certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)."],
])('a login without a response (%s) is explained by the network error', async (code, sentence) => {
  nock(LOGIN)
    .post('/services/oauth2/token')
    .replyWithError(Object.assign(new Error('no such luck'), { code }));
  await expect(queryableObjects(connect())).rejects.toThrow(sentence);
});

test('calls stop at the limit of the daily allocation, but a job can still be aborted', async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] }, { 'Sforce-Limit-Info': 'api-usage=901/1000' });
  nock(ORG).patch(`${DATA}/jobs/query/750`).reply(200, {});
  const salesforce = connect({ usageLimitPercent: 90 });
  await queryableObjects(salesforce);
  expect(salesforce.usage()).toEqual({ used: 901, limit: 1_000 });
  await expect(queryableObjects(salesforce)).rejects.toMatchObject({ kind: 'stop_sync' });
  const abort = {
    what: 'abort',
    method: 'PATCH',
    path: '/jobs/query/750',
    body: {},
    api: 'bulk',
    cleanup: true,
  } as const;
  await expect(salesforce.json(abort)).resolves.toEqual({});
});

test('every request is counted for its own caller, retries too, but logins are not', async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(503, '', soon);
  nock(ORG).get(`${DATA}/sobjects`).times(2).reply(200, { sobjects: [] });
  const salesforce = connect();
  let charged = 0;
  await queryableObjects(salesforce.countingCalls(() => (charged += 1)));
  await queryableObjects(salesforce);
  expect(charged).toBe(2);
});

test('the login tells the org, and its address is an origin whatever follows it', async () => {
  logIn(token('t1', { instance_url: `${ORG}/`, id: `${LOGIN}/id/00D000000000001EAA/005000000000001AAA` }));
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  const salesforce = connect();
  expect(await organizationOf(salesforce)).toBe('00D000000000001');
  expect(await queryableObjects(salesforce)).toEqual([]);
});

test('a job that is being created when the run ends is known, so that it can be aborted; a query is abandoned', async () => {
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

test("the server's clock is that of its latest response", async () => {
  logIn();
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] }, { date: 'Thu, 01 Jan 2026 00:00:10 GMT' });
  const salesforce = connect();
  await queryableObjects(salesforce);
  expect(salesforce.serverTime()).toEqual(new Date('2026-01-01T00:00:10Z'));
});

test("the logged-in user is looked up at the org's own host", async () => {
  logIn();
  nock(ORG)
    .get('/id/00D1/0051')
    .query({ format: 'json' })
    .reply(200, { username: 'a@example.com', organization_id: '00D1' });
  expect(await identity(connect())).toEqual({ username: 'a@example.com', organizationId: '00D1' });
});

test('sixty objects are described in three calls, and a failure affects only its own object', async () => {
  logIn();
  const names = Array.from({ length: 60 }, (_, index) => `Object${index}__c`);
  nock(ORG)
    .post(`${DATA}/composite/batch`)
    .times(3)
    .reply(200, async (request: Request) => {
      const { batchRequests } = (await request.json()) as { batchRequests: { url: string }[] };
      return {
        hasErrors: true,
        results: batchRequests.map(({ url }) => {
          const name = url.split('/')[2];
          return name === 'Object30__c'
            ? { statusCode: 404, result: faults('NOT_FOUND', 'The requested resource does not exist') }
            : { statusCode: 200, result: { name } };
        }),
      };
    });
  const described = await describe(connect(), names);
  expect(described.map((answer) => (answer instanceof SalesforceFailure ? answer.kind : answer.name))).toEqual(
    names.map((name) => (name === 'Object30__c' ? 'config' : name)),
  );
});

test('an object whose part of a batch fails temporarily is described by itself', async () => {
  logIn();
  nock(ORG)
    .post(`${DATA}/composite/batch`)
    .reply(200, { results: [{ statusCode: 503, result: null }] });
  nock(ORG).get(`${DATA}/sobjects/Lead/describe`).reply(200, { name: 'Lead' });
  expect(await describe(connect(), ['Lead'])).toEqual([{ name: 'Lead' }]);
});

test('deleted rows have the time of deletion, and the list says how far it is complete', async () => {
  logIn();
  nock(ORG)
    .get(`${DATA}/sobjects/Lead/deleted/`)
    .query({ start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' })
    .reply(200, {
      deletedRecords: [{ id: '00Q1', deletedDate: '2026-01-01T10:00:00.000+0000' }],
      earliestDateAvailable: '2025-12-20T00:00:00.000+0000',
      latestDateCovered: '2026-01-01T23:00:00.000+0000',
    });
  const span = [new Date('2026-01-01'), new Date('2026-01-02')] as const;
  expect(await deletions(connect(), 'Lead', ...span)).toEqual({
    deleted: [{ id: '00Q1', deletedDate: new Date('2026-01-01T10:00:00Z') }],
    covered: new Date('2026-01-01T23:00:00Z'),
  });
});

const patience = { log: silent, signal: new AbortController().signal };

const rowsOf = async (job: ReturnType<typeof completeJob>): Promise<number | undefined> => {
  for (;;) {
    const step = await job.next();
    if (step.done === true) return step.value;
  }
};

test('a Bulk job is created as CSV over all rows, and polled until it is complete', async () => {
  logIn();
  nock(ORG)
    .post(`${DATA}/jobs/query`, {
      operation: 'queryAll',
      query: 'SELECT Id FROM Lead',
      contentType: 'CSV',
      columnDelimiter: 'COMMA',
      lineEnding: 'LF',
    })
    .reply(200, { id: '750', state: 'UploadComplete' });
  nock(ORG).get(`${DATA}/jobs/query/750`).reply(200, { id: '750', state: 'InProgress' });
  nock(ORG).get(`${DATA}/jobs/query/750`).reply(200, { id: '750', state: 'JobComplete', numberRecordsProcessed: 7 });
  const salesforce = connect();
  const id = await createJob(salesforce, 'SELECT Id FROM Lead');
  expect(await rowsOf(completeJob(salesforce, id, patience))).toBe(7);
});

test.each([
  ['Failed', 'QUERY_TIMEOUT: too long', 'halve_window'],
  ['Failed', undefined, 'restart_window'],
  ['Aborted', undefined, 'restart_window'],
])('a job that is %s with "%s" means %s', async (state, errorMessage, kind) => {
  logIn();
  nock(ORG).get(`${DATA}/jobs/query/750`).reply(200, { id: '750', state, errorMessage });
  await expect(rowsOf(completeJob(connect(), '750', patience))).rejects.toMatchObject({ kind });
});

const read = async (body: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(body)).toString();

test.each([
  ['MDow', 'MDow'],
  ['null', undefined],
  ['NULL', undefined],
  ['', undefined],
  [undefined, undefined],
])('a result page whose locator is %j is followed by %j', async (header, next) => {
  logIn();
  nock(ORG)
    .get(`${DATA}/jobs/query/750/results`)
    .query({ maxRecords: '5', locator: 'MDox' })
    .reply(200, '"Id"\n"1"\n', {
      'Sforce-NumberOfRecords': '1',
      ...(header !== undefined && { 'sforce-locator': header }),
    });
  const page = await resultPage(connect(), '750', { locator: 'MDox', maxRows: 5 });
  expect(page).toMatchObject({ next, rows: 1 });
  expect(await read(page.body)).toBe('"Id"\n"1"\n');
});

test('a compressed page without a count is decompressed, and its count is unknown', async () => {
  logIn();
  nock(ORG, { reqheaders: { 'accept-encoding': 'gzip' } })
    .get(`${DATA}/jobs/query/750/results`)
    .query({ maxRecords: '5' })
    .reply(200, gzipSync('"Id"\n'), { 'content-encoding': 'gzip' });
  const page = await resultPage(connect(), '750', { locator: undefined, maxRows: 5 });
  expect(page.rows).toBeUndefined();
  expect(await read(page.body)).toBe('"Id"\n');
});

test.each(['many', '1, 1', '-1'])('a count of %j is not a count', async (count) => {
  logIn();
  nock(ORG).get(`${DATA}/jobs/query/750/results`).query(true).reply(200, '"Id"\n', { 'Sforce-NumberOfRecords': count });
  expect((await resultPage(connect(), '750', { locator: undefined, maxRows: 5 })).rows).toBeUndefined();
});

// zlib's own checks detect it; the shortest cut leaves all rows complete.
test.each([1, 4, 8, 9])(
  'a compressed page that lacks its last %d bytes fails, although the response ends normally',
  async (bytes) => {
    logIn();
    const cut = gzipSync('"Id"\n"1"\n').subarray(0, -bytes);
    nock(ORG).get(`${DATA}/jobs/query/750/results`).query(true).reply(200, cut, { 'content-encoding': 'gzip' });
    const page = await resultPage(connect(), '750', { locator: undefined, maxRows: 5 });
    await expect(read(page.body)).rejects.toMatchObject({ kind: 'retry' });
  },
);

test('a job that no longer exists means that its window starts again', async () => {
  logIn();
  nock(ORG).get(`${DATA}/jobs/query/750/results`).query(true).reply(404, faults('NOT_FOUND', ''));
  const page = resultPage(connect(), '750', { locator: undefined, maxRows: 5 });
  await expect(page).rejects.toMatchObject({ kind: 'restart_window' });
});
