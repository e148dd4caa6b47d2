import { randomUUID } from 'node:crypto';
import { onTestFinished, expect, test } from 'vitest';
import { startOrtto } from './ortto.ts';
import type { OrttoOptions, OrttoSimulator } from './ortto.ts';
import { faultAnswers } from './ortto/faults.ts';
import { planRates } from './ortto/limits.ts';

type Json = { readonly [key: string]: unknown };

const start = async (options: OrttoOptions = {}): Promise<OrttoSimulator> => {
  const ortto = await startOrtto(options);
  onTestFinished(() => ortto.close());
  return ortto;
};

interface Heard {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly json: Json;
}

const call = async (
  ortto: OrttoSimulator,
  path: string,
  body: unknown = {},
  { method = 'POST', key = ortto.apiKey } = {},
): Promise<Heard> => {
  const response = await fetch(`${ortto.url}/v1${path}`, {
    method,
    headers: { 'x-api-key': key, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const type = response.headers.get('content-type');
  return { status: response.status, type, text, json: type === 'application/json' ? (JSON.parse(text) as Json) : {} };
};

const put = (ortto: OrttoSimulator, path: string, body: unknown): Promise<Heard> =>
  call(ortto, path, body, { method: 'PUT' });

const person = (index: number): Json => ({
  fields: { 'str::email': `p${index}@corp.test`, 'str::first': `P${index}` },
});
const mergePeople = (ortto: OrttoSimulator, count: number, more: Json = {}): Promise<Heard> =>
  call(ortto, '/person/merge', {
    people: Array.from({ length: count }, (_, index) => person(index)),
    merge_by: ['str::email'],
    ...more,
  });

test('answers are JSON with a final newline, errors the envelope with a request id', async () => {
  const ortto = await start();
  const good = await mergePeople(ortto, 1);
  expect(good).toMatchObject({ status: 200, type: 'application/json' });
  expect(good.text.endsWith('}\n')).toBe(true);
  const bad = await call(ortto, '/person/merge', { people: [] });
  expect(bad.json).toEqual({
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    code: 400,
    error: expect.any(String),
  });
});

test.each([
  ['a wrong key', 401, '/person/get', {}, { key: 'wrong' }],
  ['an unknown path', 404, '/me', {}, {}],
  ['the wrong method', 404, '/person/archive', {}, { method: 'POST' }],
  ['a body that is no JSON', 400, '/person/merge', '{"people":', {}],
  ['a body past 2 MB', 400, '/person/merge', `{"people":"${'x'.repeat(2 * 1024 * 1024)}"}`, {}],
  ['an unknown filter operation', 400, '/person/get', { filter: { '$int::gt': { field_id: 'int::v', value: 1 } } }, {}],
  ['a filter on an unknown field', 400, '/person/get', { filter: { $has_any_value: { field_id: 'str::nope' } } }, {}],
  ['a type accounts do not know', 400, '/accounts/get', { type: 'archived_account' }, {}],
  ['a UUID for an id', 400, '/person/get-by-ids', { contact_ids: [randomUUID()] }, {}],
  ['151 ids', 400, '/person/get-by-ids', { contact_ids: Array.from({ length: 151 }, () => '0'.repeat(24)) }, {}],
] as const)('%s is answered %i', async (_, status, path, body, how) => {
  const heard = await call(await start(), path, body, how);
  expect(heard).toMatchObject({ status, json: { code: status } });
});

test('pages follow the cursor to the end, each person once though others arrive, and past it the list is null', async () => {
  const ortto = await start();
  await mergePeople(ortto, 25);
  const emails: unknown[] = [];
  let next: Json = {};
  for (let more = true; more;) {
    const { json } = await call(ortto, '/person/get', { limit: 10, fields: ['str::email', 'str::last'], ...next });
    const page = json['contacts'] as readonly { fields: Json }[];
    emails.push(...page.map(({ fields }) => fields['str::email']));
    expect(Object.keys(page[0]?.fields ?? {})).toEqual(['str::email']);
    next = { offset: json['next_offset'], cursor_id: json['cursor_id'] };
    more = json['has_more'] === true;
    // Newcomers are read first, and would push the next page along.
    await mergePeople(ortto, 26);
  }
  expect(emails).toHaveLength(25);
  expect(new Set(emails).size).toBe(25);
  const { json } = await call(ortto, '/person/get', { offset: 26 });
  expect(json).toMatchObject({ contacts: null, cursor_id: '0'.repeat(24), has_more: false });
  expect(json['meta']).toMatchObject({ total_contacts: 26, total_matches: 26, total_subscribers: 26 });
});

const is = (value: string): Json => ({ '$str::is': { field_id: 'str::email', value } });

test.each<readonly [Json, readonly string[]]>([
  [is('P1@corp.test'), ['P1']],
  [{ $or: [is('p1@corp.test'), is('p3@corp.test'), is('nobody')] }, ['P1', 'P3']],
  [{ $and: [is('p1@corp.test'), { $has_any_value: { field_id: 'str::last' } }] }, []],
  [{ $and: [{ $has_no_value: { field_id: 'str::last' } }, is('p2@corp.test')] }, ['P2']],
  [{ '$str::is_not': { field_id: 'str::first', value: 'P0' } }, ['P1', 'P2', 'P3']],
  [{ '$str::contains': { field_id: 'str::email', value: '3@CORP' } }, ['P3']],
  [{ '$str::starts': { field_id: 'str::first', value: 'p' } }, ['P0', 'P1', 'P2', 'P3']],
  [{ '$str::ends': { field_id: 'str::first', value: '2' } }, ['P2']],
  [{ '$bol::is': { field_id: 'bol::p', value: false } }, []],
  [{ '$tme::absolute_after': { field_id: 'c', value: '2020-01-01T00:00:00Z' } }, ['P0', 'P1', 'P2', 'P3']],
])('filter %j finds %j', async (filter, firsts) => {
  const ortto = await start();
  await mergePeople(ortto, 4);
  const { json } = await call(ortto, '/person/get', { filter, fields: ['str::first'], sort_order: 'asc' });
  expect((json['contacts'] as readonly { fields: Json }[]).map(({ fields }) => fields['str::first'])).toEqual(firsts);
});

test('people are archived, found among the archived only, restored, and deleted for good', async () => {
  const ortto = await start();
  const { json } = await mergePeople(ortto, 2);
  const [id] = (json['people'] as readonly { person_id: string }[]).map((row) => row.person_id);
  const ids = { inclusion_ids: [id] };
  const seen = async (type: string): Promise<unknown> =>
    ((await call(ortto, '/person/get', { type })).json['meta'] as Json)['total_matches'];

  expect((await put(ortto, '/person/restore', ids)).json).toEqual({ scheduled_contacts: 0, restored_contacts: 0 });
  expect((await put(ortto, '/person/archive', ids)).json).toEqual({ scheduled_contacts: 0, archived_contacts: 1 });
  expect([await seen(''), await seen('archived')]).toEqual([1, 1]);
  expect((await put(ortto, '/person/restore', ids)).json).toEqual({ scheduled_contacts: 0, restored_contacts: 1 });
  await put(ortto, '/person/archive', ids);
  const deleted = await call(ortto, '/person/delete', ids, { method: 'DELETE' });
  expect(deleted.json).toEqual({ scheduled_contacts: 0, deleted_contacts: 1 });
  expect(ortto.cdp.people()).toHaveLength(1);
});

test('links move a person, ignore unknown keys, are refused past the limit, and end when the account is archived', async () => {
  const ortto = await start({ limits: { peoplePerOrganization: 2 } });
  const { json: merged } = await mergePeople(ortto, 3);
  const people = (merged['people'] as readonly { person_id: string }[]).map((row) => row.person_id);
  const { json } = await call(ortto, '/accounts/merge', {
    accounts: ['Acme', 'Bolt'].map((name) => ({ fields: { 'str:o:name': name } })),
    merge_by: ['str:o:name'],
  });
  const [acme, bolt] = (json['accounts'] as readonly { account_id: string }[]).map((row) => row.account_id);
  const owners = (): readonly unknown[] => ortto.cdp.people().map(({ organizationId }) => organizationId);
  const add = (body: Json): Promise<Heard> => put(ortto, '/accounts/contacts/add', body);

  expect((await add({ person_ids: people, account: acme })).json).toEqual({});
  expect(owners()).toEqual([undefined, undefined, undefined]);
  expect((await add({ inclusion_ids: people, accounts_id: acme })).status).toBe(400);
  await add({ inclusion_ids: people.slice(0, 2), organization_id: acme });
  await put(ortto, '/organizations/contacts/add', { inclusion_ids: people.slice(1), organization_id: bolt });
  expect(owners()).toEqual([acme, bolt, bolt]);
  const read = await call(ortto, '/person/get-by-ids', { contact_ids: people, fields: ['idt::o'] });
  expect(read.json['contacts']).toMatchObject({ [people[2] ?? '']: { fields: { 'idt::o': bolt } } });
  expect((await put(ortto, '/accounts/archive', { inclusion_ids: [bolt] })).json).toEqual({
    scheduled_organizations: 0,
    archived_organizations: 1,
  });
  await put(ortto, '/accounts/contacts/remove', { inclusion_ids: people.slice(0, 1), accounts_id: acme });
  expect(owners()).toEqual([undefined, undefined, undefined]);
});

test('custom fields get their id from type and name, options that change, and a type that does not', async () => {
  const ortto = await start({ limits: { customOrganizationFields: 1 } });
  const create = (type: string, name: string, more: Json = {}): Promise<Heard> =>
    call(ortto, '/person/custom-field/create', { type, name, ...more });
  const ids = [];
  for (const [type, name] of [
    ['text', 'Job Title'],
    ['large_text', '$Notes (long)'],
    ['decimal', 'Lead score'],
    ['date', 'Renewal'],
    ['time', 'Last visit'],
    ['multi_select', 'Interests'],
    ['link', 'Home page'],
  ] as const) {
    ids.push((await create(type, name)).json['field_id']);
  }
  expect(ids).toEqual([
    'str:cm:job-title',
    'txt:cm:notes-long',
    'int:cm:lead-score',
    'dtz:cm:renewal',
    'tme:cm:last-visit',
    'sst:cm:interests',
    'str:cm:home-page',
  ]);
  expect((await create('integer', 'Lead Score')).status).toBe(409);
  expect((await create('price', 'Cost')).status).toBe(400);
  expect((await create('multi_select', 'More', { track_changes: true })).status).toBe(400);
  const update = await put(ortto, '/person/custom-field/update', { field_id: 'sst:cm:interests', add_values: ['API'] });
  expect(update.json).toEqual({ field_id: 'sst:cm:interests', values: ['API'], track_changes: false });
  const { json } = await call(ortto, '/person/custom-field/get');
  expect(json['fields']).toContainEqual({
    field: {
      id: 'sst:cm:interests',
      name: 'Interests',
      display_type: 'multi_select',
      liquid_name: 'people.custom.interests',
      dic_items: ['API'],
    },
    tracked_value: false,
  });
  const account = { type: 'text', name: 'Salesforce account id' };
  expect((await call(ortto, '/accounts/custom-field/create', account)).json['field_id']).toBe(
    'str:oc:salesforce-account-id',
  );
  expect((await call(ortto, '/accounts/custom-field/create', { type: 'text', name: 'SAP id' })).status).toBe(409);
  const schema = await call(ortto, '/instance-schema/get', { namespaces: ['o'] });
  expect(schema.json).toMatchObject({ namespaces: { o: { id: 'o', org: true, fields: { 'str:o:name': {} } } } });
});

test('activities need a definition, may make their person, and go with a deleted one', async () => {
  const ortto = await start();
  const tell = (activity: Json): Promise<Heard> =>
    call(ortto, '/activities/create', { activities: [activity], merge_by: ['str::email'] });
  const seen = { activity_id: 'act:cm:page-seen', fields: { 'str::email': 'ana@corp.test' } };

  expect((await tell(seen)).status).toBe(400);
  const { json } = await call(ortto, '/definitions/activity/create', {
    name: 'Page seen',
    attributes: [
      { name: 'Title', display_type: 'text' },
      { name: 'First name', display_type: 'text', field_id: 'str::first' },
    ],
  });
  expect(json['custom_activity']).toMatchObject({
    activity_field_id: 'act:cm:page-seen',
    state: 'awaiting_implementation',
  });
  expect((await tell({ ...seen, attributes: { 'str:cm:nope': 'x' } })).status).toBe(400);
  const attributes = { 'str:cm:title': 'Home', 'str:cm:first-name': 'Ana', 'int::v': 15_300 };
  expect((await tell({ ...seen, attributes, created: new Date().toISOString() })).json).toEqual({
    activities: [{ status: 'queued', person_status: 'queued' }],
  });
  expect(ortto.cdp.activities()).toMatchObject([{ activityId: 'act:cm:page-seen', attributes }]);
  const [ana] = ortto.cdp.peopleWith('str::email', 'ana@corp.test');
  expect(ana?.fields).toMatchObject({ 'str::first': 'Ana', 'bol::p': true });
  const feed = await call(ortto, '/person/get/activities', { person_id: ana?.id });
  expect(feed.json).toMatchObject({ meta: { total_activities: 2, retention: { max_value: 90 } } });

  await put(ortto, '/person/archive', { inclusion_ids: [ana?.id] });
  await call(ortto, '/person/delete', { inclusion_ids: [ana?.id] }, { method: 'DELETE' });
  expect(ortto.cdp.activities()).toEqual([]);
  const gone = { activity_field_id: 'act:cm:page-seen' };
  const archived = await call(ortto, '/definitions/activity/delete', gone, { method: 'DELETE' });
  expect(archived.json).toEqual({ archived_activity: 'act:cm:page-seen' });
  expect((await tell(seen)).status).toBe(400);
});

test('activities of accounts go by the account and their own definitions', async () => {
  const ortto = await start();
  ortto.cdp.defineOrganizationActivity({ name: 'Renewed' });
  const acme = { 'str:o:name': 'Acme' };
  const { json } = await call(ortto, '/accounts/merge', { accounts: [{ fields: acme }], merge_by: ['str:o:name'] });
  const [row] = json['accounts'] as readonly { account_id: string }[];
  const activity = { activity_id: 'act:oc:renewed', fields: { 'str:o:organization_id': row?.account_id } };
  expect((await call(ortto, '/accounts/activities/create', { activities: [activity] })).status).toBe(200);
  expect((await call(ortto, '/activities/create', { activities: [activity] })).status).toBe(400);
  expect(ortto.cdp.activities()).toMatchObject([{ activityId: 'act:oc:renewed', entityId: row?.account_id }]);
});

test('permissions and tags are read back', async () => {
  const ortto = await start();
  await mergePeople(ortto, 1, { people: [{ ...person(0), tags: ['hot'] }] });
  const asked = { people: [{ email: 'p0@corp.test' }, { email: 'nobody@corp.test' }] };
  const { json } = await call(ortto, '/person/subscriptions', asked);
  expect(json['people']).toMatchObject([
    { person_status: 'merged', email_permissions: true, sms_permissions: false },
    { person_status: 'invalid' },
  ]);
  expect((await call(ortto, '/tags/get', { q: 'HO' })).json).toMatchObject([
    { id: 1, name: 'hot', count: 1, type: '' },
  ]);
});

test('queued work is done after its delay', async () => {
  const ortto = await start({ limits: { queueDelayMs: 20 } });
  expect((await mergePeople(ortto, 2, { async: true })).json).toEqual({
    people: [{ status: 'queued' }, { status: 'queued' }],
  });
  expect(ortto.cdp.people()).toEqual([]);
  await ortto.cdp.settled();
  expect(ortto.cdp.people()).toHaveLength(2);
});

test('the fifteenth bad request bans its sender, and the ban ends', async () => {
  const ortto = await start({ limits: { banMs: 300 } });
  const statuses = [];
  for (let made = 0; made < 16; made += 1) statuses.push((await call(ortto, '/person/merge')).status);
  expect(statuses).toEqual([...Array.from({ length: 15 }, () => 400), 429]);
  const banned = await mergePeople(ortto, 1);
  expect(banned.json).toEqual({ error: { code: 'rate-limit', message: 'rate limit', 'try-in-seconds': 1 } });
  expect(ortto.counts).toMatchObject({ badRequests: 15, bans: 1, banned: 2 });
  await expect.poll(async () => (await mergePeople(ortto, 1)).status, { timeout: 5000 }).toBe(200);
});

test('wrong keys are counted towards a ban of their own', async () => {
  const ortto = await start({ limits: { badRequests: 2 } });
  await call(ortto, '/person/merge');
  await call(ortto, '/person/get', {}, { key: 'wrong' });
  expect(ortto.counts.bans).toBe(0);
  await call(ortto, '/person/get', {}, { key: 'wrong' });
  expect(ortto.counts.bans).toBe(1);
});

test('requests past the rate are refused with advice and do nothing', async () => {
  const ortto = await start({ limits: { rates: planRates(3) } });
  const heard = await Promise.all(Array.from({ length: 5 }, () => mergePeople(ortto, 1)));
  expect(heard.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 429, 429]);
  expect(ortto.counts).toMatchObject({ rateLimited: 2, calls: { '/person/merge': 3 }, peakPerSecond: 5 });
});

test('merges by look-up beyond the concurrency limit are refused, by id they are not', async () => {
  const ortto = await start({ limits: { concurrentKeyMerges: 1, latencyMs: 50 } });
  const twice = await Promise.all([mergePeople(ortto, 1), mergePeople(ortto, 1)]);
  expect(twice.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 429]);
  const [known] = ortto.cdp.people();
  const byId = { people: [{ fields: { 'str::person_id': known?.id } }], merge_by: ['str::person_id'] };
  const both = await Promise.all([mergePeople(ortto, 1), mergePeople(ortto, 1, byId)]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(ortto.counts).toMatchObject({ concurrencyLimited: 1, peakConcurrent: 2 });
});

test.each([
  ['429 with advice', faultAnswers.rateLimit(7), 429, '"try-in-seconds":7'],
  ['429 without', faultAnswers.rateLimitWithoutAdvice, 429, '{"code":"rate-limit","message":"rate limit"}'],
  ['503', faultAnswers.unavailable, 503, '"code":503'],
  ['a page of HTML', faultAnswers.html, 502, '<html>'],
  ['401', faultAnswers.unauthorized, 401, '"code":401'],
  ['403', faultAnswers.expired, 403, '"code":403'],
  ['507', faultAnswers.contactLimit, 507, '"code":507'],
])('a scripted %s is answered once, in place of the work', async (_, answer, status, text) => {
  const ortto = await start();
  ortto.faults.add({ path: '/person/merge', answer });
  const heard = await mergePeople(ortto, 1);
  expect(heard.status).toBe(status);
  expect(heard.text).toContain(text);
  expect(ortto.cdp.people()).toEqual([]);
  expect((await mergePeople(ortto, 1)).status).toBe(200);
  expect(ortto.faults.hits).toBe(1);
});

test('a fault waits for its turn, its path and its body', async () => {
  const ortto = await start();
  ortto.faults.add({
    method: 'POST',
    path: /merge$/,
    when: (body) => JSON.stringify(body).includes('p1@'),
    after: 1,
    times: 2,
    answer: faultAnswers.unavailable,
  });
  const statuses = [];
  for (const count of [1, 2, 1, 2, 2, 2]) statuses.push((await mergePeople(ortto, count)).status);
  expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);
});

test('a lost answer has done its work, a cut before it has not, and a late 503 has', async () => {
  const ortto = await start();
  ortto.faults.add({ cut: true });
  await expect(mergePeople(ortto, 1)).rejects.toThrow('fetch failed');
  expect(ortto.cdp.people()).toHaveLength(0);
  ortto.faults.add({ cut: true, worked: true });
  await expect(mergePeople(ortto, 1)).rejects.toThrow('fetch failed');
  expect(ortto.cdp.people()).toHaveLength(1);
  ortto.faults.add({ worked: true, answer: faultAnswers.unavailable });
  expect((await mergePeople(ortto, 2)).status).toBe(503);
  expect(ortto.cdp.people()).toHaveLength(2);
  expect(ortto.counts.statuses).toEqual({ cut: 2, '503': 1 });
});

test('the dice of a seed fall alike in every run', async () => {
  const run = async (seed: number): Promise<readonly number[]> => {
    const ortto = await start({ seed });
    ortto.faults.add({ chance: 0.5, times: Infinity, answer: faultAnswers.unavailable });
    const statuses = [];
    for (let made = 0; made < 24; made += 1) statuses.push((await mergePeople(ortto, 1)).status);
    return statuses;
  };
  const first = await run(7);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
});

test('a CDP is prepared past keys, limits and counts', async () => {
  const ortto = await start({ limits: { rates: planRates(1) } });
  for (const index of [1, 2]) {
    ortto.cdp.call('POST', '/person/merge', { people: [person(index)], merge_by: ['str::email'] });
  }
  expect(ortto.cdp.peopleWith('str::first', 'P2')).toMatchObject([{ archived: false, tags: [] }]);
  expect(ortto.counts.requests).toBe(0);
  expect(() => ortto.cdp.call('POST', '/person/merge', { people: [] })).toThrow('1 or more rows');
  expect(() => ortto.cdp.call('GET', '/person/merge', {})).toThrow('Ortto has no GET /person/merge');
});

test('reset empties everything but the limits', async () => {
  const ortto = await start();
  ortto.limits.rowsPerCall = 1;
  await mergePeople(ortto, 1);
  ortto.faults.add({ answer: faultAnswers.unavailable });
  ortto.reset();
  expect(ortto.cdp.snapshot()).toEqual({ people: [], organizations: [] });
  expect(ortto.counts).toMatchObject({ requests: 0, calls: {} });
  expect((await mergePeople(ortto, 2)).status).toBe(400);
  expect((await mergePeople(ortto, 1)).status).toBe(200);
});
