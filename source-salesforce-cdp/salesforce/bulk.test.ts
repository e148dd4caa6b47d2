import nock from 'nock';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { completeJob, createJob, resultPage } from './bulk.ts';
import { DATA, ORG, connect, faults, logIn, silent, useNock } from '../fixtures/nocked-org.ts';

useNock();

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

test('a compressed page without a count is inflated, and its count unknown', async () => {
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

// zlib's own check of length and sum is what tells; the shortest cut leaves all rows whole.
test.each([1, 4, 8, 9])('a compressed page that lacks its last %d bytes fails, though it ends well', async (bytes) => {
  logIn();
  const cut = gzipSync('"Id"\n"1"\n').subarray(0, -bytes);
  nock(ORG).get(`${DATA}/jobs/query/750/results`).query(true).reply(200, cut, { 'content-encoding': 'gzip' });
  const page = await resultPage(connect(), '750', { locator: undefined, maxRows: 5 });
  await expect(read(page.body)).rejects.toMatchObject({ kind: 'retry' });
});

test('a job that is gone means that its window starts again', async () => {
  logIn();
  nock(ORG).get(`${DATA}/jobs/query/750/results`).query(true).reply(404, faults('NOT_FOUND', ''));
  const page = resultPage(connect(), '750', { locator: undefined, maxRows: 5 });
  await expect(page).rejects.toMatchObject({ kind: 'restart_window' });
});
