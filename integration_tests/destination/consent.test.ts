import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { errorsOf, ledgerOf, liveWrite, logs, runWrite, state, stateIds } from './destination-run.ts';
import { consentConfig, contact, inWhen, limited, outWhen, seed, streams, subscribersOf } from './consent-records.ts';
import { useOrtto } from './use-ortto.ts';

// Which values of a Salesforce field take a permission away.

const ortto = useOrtto();

const sync = (config: JsonObject, lines: readonly string[]) => liveWrite(ortto, { config, streams, lines });
const seeded = (count: number) => seed(ortto, count);
const subscribers = () => subscribersOf(ortto);

test('a field that nobody explains stops the write before anything is written, and the sentence has the row to add', async () => {
  const run = await runWrite(ortto, {
    config: consentConfig({}),
    streams,
    lines: [contact(1, true), state('Contact', 1)],
  });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([
    {
      failure_type: 'config_error',
      message: expect.stringContaining(
        'Contact.Consent__c: it goes to email_permission, but nothing says which of its values mean "opted out"; add them to its row in objects, for example {"from": "Consent__c", "to": "email_permission", "opted_out_when": ["Opted out"]}',
      ),
    },
  ]);
  expect(stateIds(run)).toEqual([]);
  expect(ortto.cdp.people()).toEqual([]);
  expect(Object.keys(ortto.counts.calls).filter((path) => /merge|create/.test(path))).toEqual([]);
});

test('with opted_out_when the listed values take the permission away, in any spelling, and what is in no list is named', async () => {
  await seeded(6);
  const values = ['Opted out', ' OPTED OUT', 'Yes', '', 'Unsubscribed', 'yes'];
  const lines = [
    ...values.map((value, number) => contact(number, value)),
    contact(7, 'opted out'),
    state('Contact', 1),
  ];
  const run = await runWrite(ortto, { config: outWhen('Opted out'), streams, lines });
  expect(run.exitCode).toBe(0);
  expect(subscribers()).toEqual({ in: [2, 3, 4, 5], out: [0, 1, 7] });
  expect(logs(run, 'INFO')).toContain(
    'Contact.Consent__c: not taken as opted out, because opted_out_when does not have them: "Yes" (2), "Unsubscribed" (1)',
  );
  expect(ledgerOf(run, 'Contact')).toMatchObject({ not_in_list: 3 });
  expect(stateIds(run)).toEqual([1]);
});

test('a checkbox may mean "opted in": whoever has it unset is out, new or not, and nobody is ever subscribed again', async () => {
  await seeded(4);
  ortto.cdp.call('POST', '/person/merge', {
    people: [{ fields: { 'str::email': 'p0@corp.test', 'bol::p': false } }],
    merge_by: ['str::email'],
    merge_strategy: 2,
  });
  const lines = [
    contact(0, true),
    contact(1, 1),
    contact(2, false),
    contact(3, null),
    contact(4, '0'),
    contact(5, 'TRUE'),
  ];
  const run = await runWrite(ortto, { config: inWhen('true'), streams, lines: [...lines, state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(subscribers()).toEqual({ in: [1, 5], out: [0, 2, 3, 4] });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ implied_opt_outs: 2, created: 2, merged: 4 });
  expect(logs(run, 'INFO')).toContain(
    'Contact.Consent__c: opted_in_when is read as "true" (email_permission); any other value, and none, takes the permission away',
  );
  expect(stateIds(run)).toEqual([1]);
});

test('a record that lacks the field says nothing about consent', async () => {
  await seeded(1);
  await sync(inWhen('Yes'), [contact(0, undefined), contact(1, undefined)]);
  expect(subscribers()).toEqual({ in: [0, 1], out: [] });
});

test('whoever is new is out from the moment they are created', async () => {
  await sync(inWhen('Yes'), [contact(1, 'No')]);
  expect(ortto.cdp.permissionChanges().filter(({ activityId }) => activityId === 'act::s-all')).toEqual([]);
  expect(subscribers()).toEqual({ in: [], out: [1] });
});

test('email and SMS have lists of their own', async () => {
  const fields = [
    { from: 'Consent__c', to: 'email_permission', opted_in_when: ['Yes'] },
    { from: 'Texts__c', to: 'sms_permission', opted_in_when: ['Yes'] },
  ];
  await seeded(3);
  const everybody = ortto.cdp.people().map(({ id }) => ({ fields: { 'str::person_id': id, 'bol::sp': true } }));
  ortto.cdp.call('POST', '/person/merge', { people: everybody, merge_by: ['str::person_id'], merge_strategy: 2 });
  await sync({ objects: [{ stream: 'Contact', fields }] }, [
    contact(0, 'Yes', { Texts__c: 'No' }),
    contact(1, 'No', { Texts__c: 'Yes' }),
    contact(2, 'No', { Texts__c: null }),
  ]);
  expect(ortto.cdp.people().map(({ fields: has }) => [has['bol::p'], has['bol::sp']])).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
});

test.each([
  ['an unticked box', { modify_system_fields: { mode: 'selected', fields: ['email'] } }],
  ['"Import new records only"', { people: { merge_strategy: 'ignore' } }],
])(
  'with %s nobody who exists loses a permission, whatever the list says, and there is nothing to limit',
  async (_, more) => {
    await seeded(3);
    const run = await sync({ ...inWhen('Yes'), ...more, ...limited(0, 0) }, [
      contact(0, 'No'),
      contact(1, null),
      contact(9, 'No'),
      state('Contact', 1),
    ]);
    expect(run.exitCode).toBe(0);
    expect(subscribers()).toEqual({ in: [0, 1, 2], out: [9] });
    expect(stateIds(run)).toEqual([1]);
  },
);
