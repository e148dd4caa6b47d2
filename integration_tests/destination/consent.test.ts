import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import {
  errorsOf,
  ledgerOf,
  liveWrite,
  logs,
  record,
  runWrite,
  salesforceId,
  state,
  stateIds,
} from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Which values of a Salesforce field take a permission away, and how a mistake in their list is kept from everybody.

const ortto = useOrtto();

const streams = {
  Contact: ['Id', 'Email', 'LastName', 'Consent__c', 'Texts__c', 'IsDeleted'],
  Lead: ['Id', 'Email', 'LastName', 'IsDeleted', 'HasOptedOutOfEmail'],
};

const contact = (number: number, consent: unknown, more: JsonObject = {}) =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `p${number}@corp.test`,
    LastName: `No. ${number}`,
    ...(consent !== undefined && { Consent__c: consent }),
    ...more,
  });

const consentConfig = (row: JsonObject, more: JsonObject = {}): JsonObject => ({
  objects: [
    {
      stream: 'Contact',
      fields: [
        { from: 'Consent__c', to: 'email_permission', ...row },
        { from: 'Texts__c', to: 'none' },
      ],
    },
  ],
  ...more,
});
const inWhen = (...values: string[]) => consentConfig({ opted_in_when: values });
const outWhen = (...values: string[]) => consentConfig({ opted_out_when: values });
const limited = (records: number, percent: number) => ({ limits: { opted_in_when: { records, percent } } });

const sync = (config: JsonObject, lines: readonly string[]) => liveWrite(ortto, { config, streams, lines });
const seed = (count: number) =>
  sync(
    outWhen('never'),
    Array.from({ length: count }, (_, number) => contact(number, null)),
  );

/** The numbers of the people who are subscribed, and of those who are not. */
const subscribers = () => {
  const all = ortto.cdp.people().map(({ fields }) => ({
    number: Number(/\d+/.exec(String(fields['str::email']))?.[0]),
    isIn: fields['bol::p'],
  }));
  const numbers = (isIn: boolean) => all.filter((each) => each.isIn === isIn).map(({ number }) => number);
  return { in: numbers(true).toSorted((a, b) => a - b), out: numbers(false).toSorted((a, b) => a - b) };
};

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
  await seed(6);
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
  await seed(4);
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
  await seed(1);
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
  await seed(3);
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

const mistaken = (count: number) =>
  Array.from({ length: count }, (_, number) => contact(number, number % 2 ? 'Oui' : null, { LastName: 'New' }));

test('beyond the limit nobody who exists loses a permission for not being in the list; the rest of the records is written', async () => {
  await seed(10);
  const config = { ...inWhen('Yes'), ...limited(9, 50) };
  const lines = [
    state('Contact', 1),
    ...mistaken(10),
    contact(20, 'Oui'),
    state('Contact', 2),
    record('Lead', { Id: salesforceId('00Q', 1), Email: 'lead@corp.test', HasOptedOutOfEmail: true }),
    state('Lead', 3),
  ];
  const run = await runWrite(ortto, { config, streams, lines });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([
    {
      failure_type: 'config_error',
      message: expect.stringContaining(
        'Contact: 10 of 10 people who are already in Ortto would lose a permission only because their value is not in opted_in_when, more than limits.opted_in_when allows (9 records and 50 percent), so none of them did. The values that came: Consent__c: "Oui" (6), empty (5).',
      ),
    },
  ]);
  expect(subscribers().in).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(subscribers().out).toContain(20);
  expect(ortto.cdp.peopleWith('str::last', 'New')).toHaveLength(10);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ received: 11, created: 1, merged: 10 });
  expect(stateIds(run).toSorted()).toEqual([1, 3]);
  const again = await sync({ ...inWhen('Yes', 'Oui'), ...limited(9, 50) }, lines);
  expect(again.exitCode).toBe(0);
  expect(subscribers().out).toContain(0);
  expect(subscribers().in).toContain(1);
});

test.each([
  ['as many as the number of records', limited(10, 0)],
  ['as large a share as the percentage', limited(0, 100)],
])('%s are within the limit', async (_, limits) => {
  await seed(10);
  const run = await sync({ ...inWhen('Yes'), ...limits }, [...mistaken(10), state('Contact', 1)]);
  expect(run.exitCode).toBe(0);
  expect(subscribers().in).toEqual([]);
  expect(stateIds(run)).toEqual([1]);
});

test('opt-outs that a record states do not count, nor do those of people who are new', async () => {
  await seed(3);
  const config = { ...outWhen('No'), ...limited(0, 0) };
  expect((await sync(config, [contact(0, 'No'), contact(1, 'No')])).exitCode).toBe(0);
  expect((await sync({ ...inWhen('Yes'), ...limited(0, 0) }, [contact(8, 'No'), contact(9, null)])).exitCode).toBe(0);
  expect(subscribers()).toEqual({ in: [2], out: [0, 1, 8, 9] });
});

test('they wait until their stream is over, and hold the states of that stream alone', async () => {
  await seed(2);
  const lines = async function* () {
    yield contact(0, 'No');
    yield state('Contact', 1);
    yield contact(1, 'Yes');
    for (let number = 0; number < 300 && subscribers().out.length === 0; number += 1) {
      yield record('Lead', {
        Id: salesforceId('00Q', number),
        Email: `l${number}@corp.test`,
        HasOptedOutOfEmail: false,
      });
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    // The opt-out has arrived while the input was still open.
    expect(subscribers().out).toEqual([0]);
    yield state('Lead', 2);
  };
  const run = await liveWrite(ortto, { config: inWhen('Yes'), streams, lines: lines() });
  expect(run.exitCode).toBe(0);
  expect(stateIds(run)).toEqual([1, 2]);
});

test('when many wait it is decided about them before the end of the stream', async () => {
  await seed(1000);
  const lines = Array.from({ length: 1000 }, (_, number) =>
    contact(number, number < 400 ? 'No' : number < 700 ? 'Yes' : 'No'),
  );
  const config = { ...inWhen('Yes'), ...limited(500, 60) };
  const run = await liveWrite(
    ortto,
    { config, streams, lines: [...lines, state('Contact', 1)] },
    { maxWaitingOptOuts: 200 },
  );
  // The first 200 are within the limit; in the end there are 700 of 1,000.
  expect(run.exitCode).toBe(1);
  expect(subscribers().out.length).toBeGreaterThanOrEqual(200);
  expect(subscribers().out.length).toBeLessThan(700);
  expect(stateIds(run)).toEqual([]);
});

test('a host that mixes streams has them decided about at the end', async () => {
  await seed(40);
  const lines = Array.from({ length: 40 }, (_, number) => [
    contact(number, 'No'),
    record('Lead', { Id: salesforceId('00Q', number), Email: `l${number}@corp.test`, HasOptedOutOfEmail: false }),
  ]).flat();
  const run = await sync({ ...inWhen('Yes'), ...limited(20, 20) }, lines);
  expect(run.exitCode).toBe(1);
  expect(subscribers().out.length).toBeLessThan(20);
});

test.each([
  ['an unticked box', { modify_system_fields: { mode: 'selected', fields: ['email'] } }],
  ['"Import new records only"', { people: { merge_strategy: 'ignore' } }],
])(
  'with %s nobody who exists loses a permission, whatever the list says, and there is nothing to limit',
  async (_, more) => {
    await seed(3);
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

test('an opt-out that Ortto does not take holds its states', async () => {
  await seed(2);
  ortto.faults.add({
    path: '/person/merge',
    after: 2,
    times: 1,
    answer: { status: 200, body: { people: [{ status: 'odd' }] } },
  });
  const run = await sync(inWhen('Yes'), [contact(0, 'No'), contact(1, 'Yes'), state('Contact', 1)]);
  expect(errorsOf(run)).toMatchObject([
    {
      failure_type: 'transient_error',
      message: 'Contact: Ortto did not take the opt-outs of 1 people; the next attempt sends them again',
    },
  ]);
  expect(stateIds(run)).toEqual([]);
  await sync(inWhen('Yes'), [contact(0, 'No'), contact(1, 'Yes'), state('Contact', 1)]);
  expect(subscribers()).toEqual({ in: [1], out: [0] });
});
