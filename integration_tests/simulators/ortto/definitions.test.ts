import { expect, test } from 'vitest';
import { call, mergePeople, person, put, start } from './fixtures/client.ts';
import type { Heard, Json } from './fixtures/client.ts';

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
