import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import {
  errorsOf,
  ledgerOf,
  liveWrite,
  record,
  linesOf,
  runWrite,
  salesforceId,
  state,
  stateIds,
  statesOf,
} from './destination-run.ts';
import type { Streams } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Input that is allowed, and that nobody expects.

const ortto = useOrtto();

const streams: Streams = {
  Lead: ['Id', 'Email', 'LastName', 'IsConverted', 'ConvertedContactId', 'IsDeleted'],
  Contact: ['Id', 'Email', 'LastName', 'AccountId', 'Score__c', 'IsDeleted', 'MasterRecordId'],
};
const contactId = (number: number) => salesforceId('003', number);
const leadId = (number: number) => salesforceId('00Q', number);
const CONTACT_FIELD = 'str:cm:salesforce-contact-id';
const contact = (number: number, more: JsonObject = {}) =>
  record('Contact', { Id: contactId(number), Email: `p${number}@x.test`, LastName: `L${number}`, ...more });
const lead = (number: number, more: JsonObject = {}) =>
  record('Lead', { Id: leadId(number), Email: `l${number}@x.test`, LastName: 'L', ...more });
const sync = (lines: readonly string[], config: JsonObject = {}, of = streams) =>
  liveWrite(ortto, { streams: of, lines, config });
const emails = () => ortto.cdp.people().map(({ fields }) => fields['str::email']);

test('an id of 15 characters means the same record as its 18', async () => {
  await sync([contact(1)]);
  const run = await sync([contact(1, { Id: contactId(1).slice(0, 15), LastName: 'Short' })]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 0, merged: 1 });
  expect(ortto.cdp.people()).toMatchObject([{ fields: { 'str::last': 'Short', [CONTACT_FIELD]: contactId(1) } }]);
});

test('emails that differ only in case are one address', async () => {
  await sync([lead(1, { Email: 'Ada@X.test' })]);
  const run = await sync([contact(1, { Email: ' ADA@x.TEST ' }), contact(2, { Email: 'ada@x.test' })]);
  // The address adopts the lead's person, once: the second contact is somebody else.
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, merged: 1 });
  expect(emails()).toEqual(['ada@x.test', 'ada@x.test']);
});

test('two contacts who swap their addresses in one batch keep their persons', async () => {
  await sync([contact(1), contact(2)]);
  const run = await sync([contact(1, { Email: 'p2@x.test' }), contact(2, { Email: 'p1@x.test' })]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 0, merged: 2 });
  expect(ortto.cdp.people().map(({ fields }) => [fields[CONTACT_FIELD], fields['str::email']])).toEqual([
    [contactId(1), 'p2@x.test'],
    [contactId(2), 'p1@x.test'],
  ]);
});

test('a lead whose conversion comes twice hands its person over once', async () => {
  await sync([lead(1)]);
  const converted = lead(1, { IsConverted: true, ConvertedContactId: contactId(1) });
  const run = await sync([converted, converted, contact(1), converted]);
  expect(ledgerOf(run, 'Lead')).toMatchObject({ received: 3, merged: 3 });
  expect(ortto.cdp.people()).toMatchObject([{ fields: { [CONTACT_FIELD]: contactId(1) } }]);
});

test('a contact merged into one whose person was archived by hand is skipped as merged all the same', async () => {
  await sync([contact(1), contact(2)]);
  const winner = ortto.cdp.peopleWith(CONTACT_FIELD, contactId(1))[0]?.id;
  ortto.cdp.call('PUT', '/person/archive', { inclusion_ids: [winner] });
  const run = await sync(
    [contact(2, { IsDeleted: true, MasterRecordId: contactId(1) }), contact(1), state('Contact', 1)],
    {
      deleted_records: 'archive',
    },
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({ merged: 1, skipped: { merged_in_salesforce: 1 } });
  expect(stateIds(run)).toEqual([1]);
  expect(ortto.cdp.peopleWith(CONTACT_FIELD, contactId(1))).toHaveLength(1);
});

test('a record whose person was deleted for good in Ortto comes back as a new person', async () => {
  const config = { deleted_records: 'archive' };
  await sync([contact(1)], config);
  await sync([contact(1, { IsDeleted: true })], config);
  ortto.cdp.call('DELETE', '/person/delete', { inclusion_ids: ortto.cdp.people().map(({ id }) => id) });
  const run = await sync([contact(1), contact(9, { IsDeleted: true })], config);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, skipped: { not_in_ortto: 1 } });
});

test('a custom field with the name of a system field is a different field', async () => {
  ortto.cdp.call('POST', '/person/custom-field/create', { type: 'text', name: 'Email' });
  await sync(
    [record('Contact', { Id: contactId(1), Email: 'a@x.test', Email__c: 'b@x.test' })],
    {},
    {
      Contact: ['Id', 'Email', 'Email__c'],
    },
  );
  expect(ortto.cdp.people()).toMatchObject([{ fields: { 'str::email': 'a@x.test', 'str:cm:email': 'b@x.test' } }]);
});

test.each([
  [
    'two Salesforce fields for one of Ortto',
    { Contact: ['Id', 'Email', 'LastName', 'Nick__c'] },
    { objects: [{ stream: 'Contact', fields: [{ from: 'Nick__c', to: 'last_name' }] }] },
    /Contact: LastName and Nick__c would all write str::last/,
  ],
  [
    'sixty fields',
    { Contact: ['Id', 'Email', ...Array.from({ length: 60 }, (_, number) => `F${number}__c`)] },
    {},
    /Contact: 61 fields are mapped, but only 50 are allowed; deselect at least 11/,
  ],
  ['a prefix that is not set', { crm_Contact: ['Id', 'Email'] }, {}, /crm_Contact: .*stream_prefix/],
] as const)(
  '%s: a config error that says what to do, and no call that changes anything',
  async (_, of, config, sentence) => {
    const run = await sync([state('Contact', 1)], config, of);
    expect(errorsOf(run)).toMatchObject([{ failure_type: 'config_error', message: expect.stringMatching(sentence) }]);
    expect(stateIds(run)).toEqual([]);
    expect(Object.keys(ortto.counts.calls).filter((path) => !path.endsWith('get'))).toEqual([]);
  },
);

test('values no field can hold are left out of their record, and all of them are reported', async () => {
  const bad: readonly (readonly [JsonObject, string, string])[] = [
    [{ Email: `${'a'.repeat(300)}@x.test` }, 'not_an_email', 'Email'],
    [{ Score__c: 1e300 }, 'number_out_of_range', 'Score__c'],
    [{ Born__c: '10000-01-01' }, 'not_a_date', 'Born__c'],
    [{ Born__c: '2026-02-30' }, 'not_a_date', 'Born__c'],
    [{ AccountId: 'none' }, 'no_id', 'AccountId'],
  ];
  const lines = bad.map(([more], number) => contact(number, more));
  const run = await sync(
    [...lines, contact(9), state('Contact', 1)],
    {},
    {
      Contact: [...(streams['Contact'] ?? []), 'Born__c'],
    },
  );
  expect(linesOf(run, 'left_out').map(({ reason, field }) => [reason, field])).toEqual(
    bad.map(([, reason, field]) => [reason, field]),
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({
    received: 6,
    created: 6,
    left_out: {
      Email: { not_an_email: 1 },
      Score__c: { number_out_of_range: 1 },
      Born__c: { not_a_date: 2 },
      AccountId: { no_id: 1 },
    },
  });
  expect(statesOf(run)[0]?.state.destinationStats).toEqual({ recordCount: 6, rejectedRecordCount: 0 });
});

test('line separators of Unicode and lone surrogates do not break a row', async () => {
  await sync([contact(1, { LastName: 'a\u2028b\u2029c' }), contact(2, { LastName: 'half \ud83d' })]);
  expect(ortto.cdp.people().map(({ fields }) => fields['str::last'])).toEqual(['a\u2028b\u2029c', 'half \ufffd']);
});

test('states that interleave, come before any record, in crowds, or with a namespace leave in the order of their stream', async () => {
  const space = (line: string) => line.replace('"name":"Lead"', '"name":"Lead","namespace":"crm"');
  const run = await sync([
    state('Contact', 0),
    contact(1),
    lead(1).replace('"stream":"Lead"', '"stream":"Lead","namespace":"crm"'),
    state('Contact', 1),
    space(state('Lead', 100)),
    contact(2),
    ...Array.from({ length: 300 }, (_, number) => state('Contact', 2 + number)),
    space(state('Lead', 101)),
  ]);
  const ids = stateIds(run).map(Number);
  expect(ids.filter((id) => id < 100 || id > 101)).toEqual(
    Array.from({ length: 302 }, (_, number) => number).filter((id) => id < 100 || id > 101),
  );
  expect(ids).toHaveLength(304);
  const stats = statesOf(run).map(({ state: { destinationStats } }) => Number(destinationStats?.recordCount));
  expect(stats.reduce((sum, count) => sum + count, 0)).toBe(3);
});

test('a state of the whole connection, which the source beside this never sends, is refused with a sentence', async () => {
  const whole = `${JSON.stringify({ type: 'STATE', state: { type: 'GLOBAL', global: { stream_states: [] } } })}\n`;
  const run = await sync([contact(1), whole]);
  expect(errorsOf(run)).toMatchObject([
    { failure_type: 'config_error', message: expect.stringMatching(/Line 2 .* GLOBAL/) },
  ]);
});

test('more states behind one record than a call takes arguments all leave, in order', async () => {
  const states = Array.from({ length: 130_000 }, (_, number) => state('Contact', number));
  const ids = stateIds(await sync([contact(1), ...states]));
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([130_000, 0, 129_999]);
});

test('a process whose input is closed at once, and one with a line of 20 MB, end well', async () => {
  const [empty, large] = await Promise.all([
    runWrite(ortto, { streams, lines: [] }),
    runWrite(ortto, { streams, lines: [contact(1, { LastName: 'x'.repeat(20_000_000) }), state('Contact', 1)] }),
  ]);
  expect([empty.exitCode, ledgerOf(empty, 'Lead')['received']]).toEqual([0, 0]);
  expect(ledgerOf(large, 'Contact')).toMatchObject({ created: 1, cut: { LastName: 1 } });
  expect(stateIds(large)).toEqual([1]);
});
