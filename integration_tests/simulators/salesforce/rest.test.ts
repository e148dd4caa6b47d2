import { expect, test } from 'vitest';
import { field, idField, lookup } from './schema.ts';
import { DATA, NOW, client, ids, start } from './fixtures/client.ts';
import type { Json, Reply } from './fixtures/client.ts';

const records = (reply: Reply): Json[] => reply.json()['records'] as Json[];

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

test('every answer has the usage and the time of the org; with the allocation used up, it is a refusal', async () => {
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

test('deleted rows are listed by time, and no further than an open transaction allows', async () => {
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
