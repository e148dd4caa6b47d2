import { expect, test } from 'vitest';
import { call, mergePeople, start } from './fixtures/client.ts';
import type { Json } from './fixtures/client.ts';

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
