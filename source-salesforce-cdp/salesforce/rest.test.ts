import nock from 'nock';
import { expect, test } from 'vitest';
import { connect, DATA, faults, LOGIN, logIn, mockNetwork, ORG, token } from '../fixtures/mocked-org.ts';
import { SalesforceFailure } from './failures.ts';
import { deletions, describe, firstPage, identity, nextPage, organizationOf, queryableObjects } from './rest.ts';

mockNetwork();

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

test('the login tells the org, and its address is an origin whatever follows it', async () => {
  logIn(token('t1', { instance_url: `${ORG}/`, id: `${LOGIN}/id/00D000000000001EAA/005000000000001AAA` }));
  nock(ORG).get(`${DATA}/sobjects`).reply(200, { sobjects: [] });
  const salesforce = connect();
  expect(await organizationOf(salesforce)).toBe('00D000000000001');
  expect(await queryableObjects(salesforce)).toEqual([]);
});

test('no session token is sent to an address that is not encrypted, whoever names it', async () => {
  logIn(token('t1', { instance_url: ORG.replace('https:', 'http:') }));
  await expect(queryableObjects(connect())).rejects.toThrow('address does not start with https://');
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
