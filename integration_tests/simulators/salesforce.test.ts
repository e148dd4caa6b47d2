import { createSign, generateKeyPairSync } from 'node:crypto';
import { get as httpGet } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterEach, expect, test } from 'vitest';
import type { SalesforceOptions, SalesforceSimulator } from './salesforce.ts';
import { startSalesforce } from './salesforce.ts';
import { field, idField, lookup } from './salesforce/schema.ts';

const NOW = new Date('2026-03-04T05:06:07Z');
const DATA = '/services/data/v64.0';
let running: SalesforceSimulator[] = [];

const start = async (options: SalesforceOptions = {}): Promise<SalesforceSimulator> => {
  const simulator = await startSalesforce({ contacts: 120, now: NOW, ...options });
  simulator.org.clock.freeze();
  running.push(simulator);
  return simulator;
};

afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()));
  running = [];
});

type Json = Record<string, unknown>;
interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  json(): Json;
}

/** A client with a session of its own; asks for no compression unless told. */
const client = (simulator: SalesforceSimulator, token = simulator.login.openSession()) => {
  const call = async (method: string, path: string, body?: unknown, headers: Json = {}): Promise<Reply> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        ...(headers as Record<string, string>),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) as Json };
  };
  const get = (path: string, headers: Json = {}): Promise<Reply> => call('GET', path, undefined, headers);
  const query = (soql: string, all = 'queryAll', headers: Json = {}): Promise<Reply> =>
    get(`${DATA}/${all}?q=${encodeURIComponent(soql)}`, headers);
  const createJob = (soql: string, more: Json = {}): Promise<Reply> =>
    call('POST', `${DATA}/jobs/query`, { operation: 'queryAll', query: soql, contentType: 'CSV', ...more });
  const jobEnd = async (id: unknown): Promise<Json> => {
    for (;;) {
      const job = (await get(`${DATA}/jobs/query/${String(id)}`)).json();
      if (job['state'] !== 'UploadComplete' && job['state'] !== 'InProgress') return job;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const runJob = async (soql: string, more: Json = {}): Promise<Json> =>
    jobEnd((await createJob(soql, more)).json()['id']);
  const pages = async (id: unknown, maxRecords: number): Promise<Reply[]> => {
    const all: Reply[] = [];
    let locator: string | null = '';
    while (locator !== 'null' && locator !== null) {
      const at: string = locator === '' ? '' : `&locator=${locator}`;
      const page: Reply = await get(`${DATA}/jobs/query/${String(id)}/results?maxRecords=${maxRecords}${at}`);
      all.push(page);
      locator = page.headers.get('sforce-locator');
    }
    return all;
  };
  return { call, get, query, createJob, jobEnd, runJob, pages };
};

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true, relax_column_count: false });
const records = (reply: Reply): Json[] => reply.json()['records'] as Json[];
const ids = (rows: readonly Json[]): string[] =>
  rows.map((row) => (typeof row['Id'] === 'string' ? row['Id'] : '')).toSorted();
const token = async (simulator: SalesforceSimulator, form: Record<string, string>): Promise<[number, Json]> => {
  const response = await fetch(`${simulator.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return [response.status, (await response.json()) as Json];
};
const refreshForm = ({ login }: SalesforceSimulator, more: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'refresh_token',
  client_id: login.clientId,
  client_secret: login.clientSecret,
  refresh_token: login.refreshToken,
  ...more,
});

// Logging in

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

// Looking around

test('versions need no session; a retired version is gone, an unknown one not found', async () => {
  const simulator = await start();
  const versions = (await (await fetch(`${simulator.url}/services/data/`)).json()) as Json[];
  expect(versions).toContainEqual(expect.objectContaining({ version: '64.0', url: DATA }));
  const api = client(simulator);
  expect((await api.get('/services/data/v30.0/limits')).status).toBe(410);
  expect((await api.get('/services/data/v99.0/limits')).status).toBe(404);
});

test('a describe is not sent again until the metadata changes', async () => {
  const simulator = await start();
  const api = client(simulator);
  const first = await api.get(`${DATA}/sobjects/Contact/describe`);
  const since = { 'if-modified-since': first.headers.get('last-modified') ?? '' };
  expect((await api.get(`${DATA}/sobjects/Contact/describe`, since)).status).toBe(304);
  simulator.org.clock.advance(5000);
  simulator.org.addField('Contact', field('string', 'New__c', 'New', { length: 20 }));
  const second = await api.get(`${DATA}/sobjects/Contact/describe`, since);
  expect((second.json()['fields'] as Json[]).map((one) => one['name'])).toContain('New__c');
  expect((await api.get(`${DATA}/sobjects/Nope/describe`)).status).toBe(404);
});

test('twenty-five describes travel in one call, twenty-six do not, and one that fails fails alone', async () => {
  const simulator = await start();
  const api = client(simulator);
  const part = (name: string): Json => ({ method: 'GET', url: `v64.0/sobjects/${name}/describe` });
  const batch = (names: readonly string[]): Promise<Reply> =>
    api.call('POST', `${DATA}/composite/batch`, { batchRequests: names.map(part) });
  const reply = await batch(['Account', 'Nope', 'Lead']);
  expect(reply.json()).toMatchObject({
    hasErrors: true,
    results: [
      { statusCode: 200, result: { name: 'Account' } },
      { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
      { statusCode: 200, result: { name: 'Lead' } },
    ],
  });
  expect((await batch(Array.from({ length: 25 }, () => 'Task'))).status).toBe(200);
  expect((await batch(Array.from({ length: 26 }, () => 'Task'))).status).toBe(400);
  expect(simulator.counts.of('batch')).toBe(3);
});

test('every answer tells the usage and the time of the org; a used-up allocation is refused', async () => {
  const simulator = await start();
  const api = client(simulator);
  simulator.limits.dailyApiRequests = { max: 3, used: 0 };
  const reply = await api.get(`${DATA}/limits`);
  expect(reply.headers.get('sforce-limit-info')).toBe('api-usage=1/3');
  expect(reply.headers.get('date')).toBe(NOW.toUTCString());
  expect(reply.json()).toMatchObject({ DailyApiRequests: { Max: 3, Remaining: 2 } });
  const counts = await api.get(`${DATA}/limits/recordCount?sObjects=Contact,Nope`);
  expect(counts.json()).toEqual({ sObjects: [{ name: 'Contact', count: 120 }] });
  await api.get(`${DATA}/limits`);
  const refused = await api.get(`${DATA}/limits`);
  expect([refused.status, refused.json()]).toMatchObject([403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }]]);
});

test('what was deleted is listed by time, and no further than an open transaction lets it', async () => {
  const simulator = await start();
  const { org } = simulator;
  const api = client(simulator);
  const [gone = '', hard = '', back = ''] = org.ids('Contact', { isAlive: true });
  org.clock.advance(60_000);
  org.remove('Contact', gone);
  org.hardRemove('Contact', hard);
  org.remove('Contact', back);
  org.undelete('Contact', back);
  const span = (from: number, to: number): string =>
    `start=${encodeURIComponent(new Date(from).toISOString())}&end=${encodeURIComponent(new Date(to).toISOString())}`;
  const path = `${DATA}/sobjects/Contact/deleted/?${span(org.now() - 30_000, org.now() + 120_000)}`;
  expect((await api.get(path)).json()['deletedRecords']).toEqual(
    [gone, hard].toSorted().map((id) => ({ id, deletedDate: '2026-03-04T05:07:07.000+0000' })),
  );
  org.insert('Contact', { LastName: 'Late' }, { visibleAfterMs: 600_000 });
  org.clock.advance(60_000);
  expect((await api.get(path)).json()['latestDateCovered']).toBe('2026-03-04T05:07:07.000+0000');
  const short = await api.get(`${DATA}/sobjects/Contact/deleted/?${span(org.now(), org.now() + 30_000)}`);
  expect([short.status, short.json()]).toMatchObject([400, [{ errorCode: 'INVALID_REPLICATION_DATE' }]]);
  const updated = `${DATA}/sobjects/Contact/updated/?${span(org.now() - 86_400_000, org.now() + 1000)}`;
  expect((await api.get(updated)).json()['ids']).toContain(back);
});

// Queries

test('pages hold 2,000 rows at most and together every row once', async () => {
  const simulator = await start({ contacts: 4500 });
  const api = client(simulator);
  const seen: Json[] = [];
  let reply = await api.query('SELECT Id FROM Contact');
  const sizes: number[] = [];
  for (;;) {
    sizes.push(records(reply).length);
    seen.push(...records(reply));
    const next = reply.json()['nextRecordsUrl'];
    if (typeof next !== 'string') break;
    reply = await api.get(next);
  }
  expect(sizes).toEqual([2000, 2000, 500]);
  expect(reply.json()['done']).toBe(true);
  expect(ids(seen)).toEqual(ids(simulator.org.rows('Contact')));
  const small = await api.query('SELECT Id FROM Contact', 'queryAll', { 'sforce-query-options': 'batchSize=10' });
  expect([small.json()['totalSize'], records(small).length]).toEqual([4500, 200]);
  simulator.rest.expireCursors();
  const lost = await api.get(String(small.json()['nextRecordsUrl']));
  expect([lost.status, lost.json()]).toMatchObject([400, [{ errorCode: 'INVALID_QUERY_LOCATOR' }]]);
});

test('parents are nested with attributes, addresses are objects, times and decimals have the REST forms', async () => {
  const simulator = await start();
  const { org } = simulator;
  const accountId = org.insert('Account', { Name: 'Acme "Ltd"' });
  const id = org.insert('Contact', {
    LastName: 'Adams',
    AccountId: accountId,
    MailingCity: 'Lyon',
    Lifetime_Value__c: 950_000_000,
    Loyalty_Points__c: 1.25,
  });
  const text = (
    await client(simulator).query(
      `SELECT Id, Account.Name, ReportsTo.Name, MailingAddress, OtherAddress, Lifetime_Value__c, Loyalty_Points__c, CreatedDate, DoNotCall FROM Contact WHERE Id = '${id}'`,
    )
  ).text;
  expect(text).toContain(
    `{"attributes":{"type":"Contact","url":"${DATA}/sobjects/Contact/${id}"},"Id":"${id}",` +
      `"Account":{"attributes":{"type":"Account","url":"${DATA}/sobjects/Account/${accountId}"},"Name":"Acme \\"Ltd\\""},` +
      `"ReportsTo":null,"MailingAddress":{"street":null,"city":"Lyon","state":null,"postalCode":null,"country":null,` +
      `"latitude":null,"longitude":null,"geocodeAccuracy":null},"OtherAddress":null,` +
      `"Lifetime_Value__c":950000000.0,"Loyalty_Points__c":1.25,"CreatedDate":"2026-03-04T05:06:07.000+0000","DoNotCall":false}`,
  );
});

test('a URI too long is 414, headers too long 431', async () => {
  const simulator = await start();
  const api = client(simulator);
  expect((await api.get(`${DATA}/query?q=${'x'.repeat(16_400)}`)).status).toBe(414);
  expect((await api.get(`${DATA}/query?q=${'x'.repeat(8000)}`, { 'x-long': 'y'.repeat(9000) })).status).toBe(431);
});

// Bulk

const ALL = 'SELECT Id, LastName, Title, Email, Account.Name, Notes__c, SystemModstamp, Loyalty_Points__c FROM Contact';

test('Bulk gives the rows REST gives, in its own dialect, with a header on every page', async () => {
  const simulator = await start({ contacts: 700, nulBytes: true });
  const api = client(simulator);
  simulator.bulk.chunkRows = 90;
  const job = await api.runJob(ALL);
  expect(job).toMatchObject({
    state: 'JobComplete',
    numberRecordsProcessed: 700,
    jobType: 'V2Query',
    object: 'Contact',
  });
  const pages = await api.pages(job['id'], 150);
  expect(pages.map((page) => page.headers.get('sforce-numberofrecords'))).toEqual(['150', '150', '150', '150', '100']);
  const header = '"Id","LastName","Title","Email","Account.Name","Notes__c","SystemModstamp","Loyalty_Points__c"\n';
  for (const page of pages) expect(page.text.startsWith(header)).toBe(true);
  const rows = pages.flatMap((page) => rowsOf(page.text));
  const accounts = new Map(simulator.org.rows('Account').map((row) => [row['Id'], row]));
  const org = new Map(simulator.org.rows('Contact').map((row) => [row['Id'], row]));
  expect(ids(rows)).toEqual(ids([...org.values()]));
  for (const row of rows) {
    const own = org.get(row['Id'] ?? '');
    const points = own?.['Loyalty_Points__c'];
    expect(row).toEqual({
      Id: own?.['Id'],
      LastName: own?.['LastName'],
      Title: own?.['Title'] ?? '',
      Email: own?.['Email'] ?? '',
      'Account.Name': accounts.get(own?.['AccountId'] ?? null)?.['Name'] ?? '',
      Notes__c: own?.['Notes__c'] ?? '',
      SystemModstamp: own?.['SystemModstamp'],
      Loyalty_Points__c: typeof points === 'number' ? (Number.isInteger(points) ? `${points}.0` : String(points)) : '',
    });
  }
  // Chunks come in an order of their own.
  expect(rows.map((row) => row['Id'])).not.toEqual(ids(rows));
});

test('a page can be fetched again, whatever has changed since: results are a snapshot', async () => {
  const simulator = await start();
  const api = client(simulator);
  const job = await api.runJob(ALL);
  const before = await api.pages(job['id'], 50);
  const [id = ''] = simulator.org.ids('Contact');
  simulator.org.update('Contact', id, { Title: 'changed' });
  simulator.org.insert('Contact', { LastName: 'New' });
  const after = await api.pages(job['id'], 50);
  expect(after.map((page) => page.text)).toEqual(before.map((page) => page.text));
});

test('results are compressed only when asked for, and belong to the version the job was made with', async () => {
  const simulator = await start();
  const api = client(simulator);
  const { id } = await api.runJob(ALL);
  const url = `${DATA}/jobs/query/${String(id)}/results`;
  const plain = await api.get(url);
  expect(plain.headers.get('content-encoding')).toBeNull();
  const zipped = await api.get(url, { 'accept-encoding': 'gzip' });
  expect([zipped.headers.get('content-encoding'), zipped.text]).toEqual(['gzip', plain.text]);
  expect((await api.get(url.replace('v64.0', 'v65.0'))).status).toBe(409);
  expect((await api.get(`${url}?locator=MDpub25zZW5zZTox`)).status).toBe(400);
});

test('an empty result is a header and the locator null', async () => {
  const simulator = await start();
  const api = client(simulator);
  const job = await api.runJob(`SELECT Id FROM Contact WHERE LastName = 'nobody at all'`);
  const [page] = await api.pages(job['id'], 10);
  expect([page?.text, page?.headers.get('sforce-locator'), page?.headers.get('sforce-numberofrecords')]).toEqual([
    '"Id"\n',
    'null',
    '0',
  ]);
});

test('result pages for parallel readers come five at a time and cover everything', async () => {
  const simulator = await start({ contacts: 700 });
  simulator.bulk.pageRows = 100;
  const api = client(simulator);
  const job = await api.runJob('SELECT Id FROM Contact');
  const first = (await api.get(`${DATA}/jobs/query/${String(job['id'])}/resultPages`)).json();
  expect([first['done'], (first['resultPages'] as Json[]).length]).toEqual([false, 5]);
  const second = (await api.get(String(first['nextRecordsUrl']))).json();
  expect(second['done']).toBe(true);
  const urls = [first, second].flatMap((part) =>
    (part['resultPages'] as Json[]).map((page) => String(page['resultUrl'])),
  );
  const rows = (await Promise.all(urls.map((url) => api.get(url)))).flatMap((page) => rowsOf(page.text));
  expect(ids(rows)).toEqual(ids(simulator.org.rows('Contact')));
});

test.each([
  [
    'SELECT Id, MailingAddress FROM Contact',
    'FEATURENOTENABLED',
    'Selecting compound data not supported in Bulk Query',
  ],
  ['SELECT Id, Body FROM Attachment', 'INVALIDENTITY', "Entity 'Attachment' is not supported by the Bulk API."],
  ['SELECT Id FROM TaskStatus', 'INVALIDENTITY', 'not supported by the Bulk API'],
  ['SELECT COUNT() FROM Contact', 'FEATURENOTENABLED', 'COUNT()'],
  ['SELECT Name, COUNT(Id) FROM Contact GROUP BY Name', 'FEATURENOTENABLED', 'GROUP BY'],
  ['SELECT Id FROM Contact LIMIT 5 OFFSET 5', 'FEATURENOTENABLED', 'OFFSET'],
  ['SELECT TYPEOF Who WHEN Contact THEN Id END FROM Task', 'FEATURENOTENABLED', 'TYPEOF'],
  ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'FEATURENOTENABLED', 'nested SELECT'],
  ['SELECT Nope FROM Contact', 'INVALID_FIELD', "No such column 'Nope'"],
  ['SELECT Id FROM', 'MALFORMED_QUERY', ''],
])('a job for %s is refused at once', async (soql, errorCode, message) => {
  const reply = await client(await start()).createJob(soql);
  expect([reply.status, reply.json()]).toMatchObject([
    400,
    [{ errorCode, message: expect.stringContaining(message) as unknown }],
  ]);
});

test('a job is queued, runs and ends in its time; its results wait for that', async () => {
  const simulator = await start();
  Object.assign(simulator.bulk, { queuedMs: 60, runningMs: 60 });
  const api = client(simulator);
  const { id, state } = (await api.createJob(ALL)).json();
  expect(state).toBe('UploadComplete');
  const early = await api.get(`${DATA}/jobs/query/${String(id)}/results`);
  expect([early.status, early.json()]).toMatchObject([400, [{ errorCode: 'INVALIDJOBSTATE' }]]);
  expect((await api.call('DELETE', `${DATA}/jobs/query/${String(id)}`)).status).toBe(400);
  expect(simulator.runningJobs()).toBe(1);
  const job = await api.jobEnd(id);
  expect(job['state']).toBe('JobComplete');
  expect((await api.call('DELETE', `${DATA}/jobs/query/${String(id)}`)).status).toBe(204);
  expect((await api.get(`${DATA}/jobs/query/${String(id)}`)).status).toBe(404);
});

test('a job can be aborted once', async () => {
  const simulator = await start();
  simulator.bulk.queuedMs = 60_000;
  const api = client(simulator);
  const { id } = (await api.createJob(ALL)).json();
  const abort = (): Promise<Reply> => api.call('PATCH', `${DATA}/jobs/query/${String(id)}`, { state: 'Aborted' });
  expect((await abort()).json()).toMatchObject({ state: 'Aborted' });
  expect((await abort()).status).toBe(400);
  expect((await api.get(`${DATA}/jobs/query`)).json()).toMatchObject({
    done: true,
    records: [{ id, state: 'Aborted' }],
  });
});

test('jobs end as the script says: by object, by size, with and without a reason, or never', async () => {
  const simulator = await start();
  const api = client(simulator);
  simulator.bulk.outcomes.push(
    { object: 'Lead', state: 'Failed' },
    { aboveRows: 100, state: 'Failed', errorMessage: 'QUERY_TIMEOUT: too large', times: 2 },
    { object: 'Account', state: 'Stuck' },
  );
  const lead = await api.runJob('SELECT Id FROM Lead');
  expect([lead['state'], 'errorMessage' in lead]).toEqual(['Failed', false]);
  expect((await api.runJob('SELECT Id FROM Lead'))['state']).toBe('JobComplete');
  for (const _ of [1, 2])
    expect(await api.runJob(ALL)).toMatchObject({ state: 'Failed', errorMessage: 'QUERY_TIMEOUT: too large' });
  expect((await api.runJob(ALL))['state']).toBe('JobComplete');
  const stuck = (await api.createJob('SELECT Id FROM Account')).json();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await api.get(`${DATA}/jobs/query/${String(stuck['id'])}`)).json()['state']).toBe('InProgress');
});

test('the daily number of jobs is limited', async () => {
  const simulator = await start();
  simulator.bulk.dailyJobs = 1;
  const api = client(simulator);
  await api.createJob(ALL);
  expect((await api.createJob(ALL)).json()).toMatchObject([{ errorCode: 'LIMIT_EXCEEDED' }]);
});

// Metadata that changes

test('a hidden field and a removed one are no longer known to a query', async () => {
  const simulator = await start();
  const api = client(simulator);
  simulator.org.hideField('Contact', 'Email');
  expect((await api.query('SELECT Email FROM Contact')).json()).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
  simulator.org.showField('Contact', 'Email');
  expect((await api.query('SELECT Email FROM Contact')).status).toBe(200);
  simulator.org.removeField('Contact', 'Email');
  expect((await api.query('SELECT Email FROM Contact')).json()).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
});

test('an object can be added, and is then described and queried', async () => {
  const simulator = await start();
  const api = client(simulator);
  simulator.org.addObject({
    name: 'Visit__c',
    label: 'Visit',
    labelPlural: 'Visits',
    keyPrefix: 'a02',
    fields: [idField('Record ID'), lookup('Contact__c', 'Contact', 'Contact', 'Contact__r', 'Visits__r')],
  });
  const [contactId = ''] = simulator.org.ids('Contact');
  const contact = simulator.org.row('Contact', contactId);
  const id = simulator.org.insert('Visit__c', { Contact__c: contactId });
  const reply = await api.query('SELECT Id, Contact__r.LastName FROM Visit__c');
  expect(records(reply)).toMatchObject([{ Id: id, Contact__r: { LastName: contact?.['LastName'] } }]);
  const parent = (await api.get(`${DATA}/sobjects/Contact/describe`)).json();
  expect(parent['childRelationships']).toContainEqual(expect.objectContaining({ childSObject: 'Visit__c' }));
});

// Faults

const firstPage = async (simulator: SalesforceSimulator): Promise<[ReturnType<typeof client>, string, string]> => {
  const api = client(simulator);
  const job = await api.runJob(ALL);
  const path = `${DATA}/jobs/query/${String(job['id'])}/results`;
  return [api, path, (await api.get(path)).text];
};

test.each([
  ['at the end of a row', { rowEnd: 3 }, /"\n$/],
  ['between two values of a row', { midRow: 3 }, /",$/],
  ['inside a quoted value', { midQuote: 3 }, /"[^"\n]+$/],
])('an answer can end early %s, and looks whole', async (_, at, ending) => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'cut', at, how: 'end' } });
  const { status, text } = await api.get(path);
  expect([status, whole.startsWith(text), text.length < whole.length]).toEqual([200, true, true]);
  expect(text).toMatch(ending);
  expect((await api.get(path)).text).toBe(whole);
});

test('a connection can break in the middle, once, after some good answers', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({
    match: { method: 'GET', path: /results/, after: 1, times: 2 },
    action: { kind: 'cut', at: { bytes: 1000 }, how: 'reset' },
  });
  expect((await api.get(path)).text).toBe(whole);
  await expect(api.get(path)).rejects.toThrow('terminated');
  await expect(api.get(path, { 'accept-encoding': 'gzip' })).rejects.toThrow('terminated');
  expect((await api.get(path)).text).toBe(whole);
});

test('an answer can come in drips and still be whole, compressed or not', async () => {
  const simulator = await start({ contacts: 10 });
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/, times: 2 }, action: { kind: 'drip' } });
  expect((await api.get(path)).text).toBe(whole);
  expect((await api.get(path, { 'accept-encoding': 'gzip' })).text).toBe(whole);
});

/** The bytes on the wire: fetch would inflate them, and take a cut stream for a whole one. */
const wireBytes = (simulator: SalesforceSimulator, path: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${simulator.login.openSession()}`, 'accept-encoding': 'gzip' };
    httpGet(simulator.url + path, { headers }, (response) => {
      response.toArray().then((pieces: Buffer[]) => resolve(Buffer.concat(pieces)), reject);
    }).on('error', reject);
  });

test('a compressed answer can be cut', async () => {
  const simulator = await start();
  const [, path, whole] = await firstPage(simulator);
  expect(gunzipSync(await wireBytes(simulator, path)).toString()).toBe(whole);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'gzip-cut', bytes: 200, how: 'end' } });
  const cut = await wireBytes(simulator, path);
  expect(cut).toHaveLength(200);
  expect(() => gunzipSync(cut)).toThrow('unexpected end of file');
});

test('an answer can stall', async () => {
  const simulator = await start();
  const [, path] = await firstPage(simulator);
  simulator.faults.push({ match: { path: /results/ }, action: { kind: 'stall', afterBytes: 500 } });
  const response = await fetch(simulator.url + path, {
    headers: { authorization: `Bearer ${simulator.login.openSession()}`, 'accept-encoding': 'identity' },
    signal: AbortSignal.timeout(300),
  });
  let received = 0;
  await expect(
    (async () => {
      for await (const piece of response.body ?? []) received += (piece as Uint8Array).length;
    })(),
  ).rejects.toThrow('timeout');
  expect(received).toBe(500);
});

test('headers, bodies and whole answers can be replaced, and things done in between', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.faults.push(
    {
      match: { path: /results/ },
      action: {
        kind: 'headers',
        edit: (headers) => ({ 'Content-Type': headers['Content-Type'] ?? '', 'sforce-locator': '' }),
      },
    },
    { match: { path: /results/ }, action: { kind: 'body', edit: (body) => body.subarray(0, 10) } },
    {
      match: { path: /results/ },
      action: { kind: 'answer', status: 503, headers: { 'Retry-After': '7' }, body: '<html></html>' },
    },
    { match: { path: /results/ }, action: { kind: 'drop' } },
    { match: { path: /results/ }, action: { kind: 'do', run: () => simulator.login.expireSessions() } },
  );
  const edited = await api.get(path);
  expect([edited.headers.get('sforce-numberofrecords'), edited.headers.get('sforce-locator')]).toEqual([null, '']);
  expect((await api.get(path)).text).toBe(whole.slice(0, 10));
  const unavailable = await api.get(path);
  expect([unavailable.status, unavailable.headers.get('retry-after'), unavailable.text]).toEqual([
    503,
    '7',
    '<html></html>',
  ]);
  await expect(api.get(path)).rejects.toThrow('fetch failed');
  expect((await api.get(path)).status).toBe(401);
});

test('calls and bytes are counted by kind', async () => {
  const simulator = await start();
  const [api, path, whole] = await firstPage(simulator);
  simulator.counts.reset();
  await api.get(path);
  await token(simulator, refreshForm(simulator));
  expect(simulator.counts.calls).toEqual({ jobResults: 1, token: 1 });
  expect(simulator.counts.apiCalls).toBe(1);
  expect(simulator.counts.bytes).toBeGreaterThan(Buffer.byteLength(whole));
});
