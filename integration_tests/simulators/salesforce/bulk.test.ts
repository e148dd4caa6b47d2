import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { ALL, DATA, client, ids, start } from './fixtures/client.ts';
import type { Json, Reply } from './fixtures/client.ts';

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true, relax_column_count: false });

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
