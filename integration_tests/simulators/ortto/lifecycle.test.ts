import { expect, test } from 'vitest';
import { call, mergePeople, put, start } from './fixtures/client.ts';
import type { Heard, Json } from './fixtures/client.ts';

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
