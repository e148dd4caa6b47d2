import { beforeEach, expect, test } from 'vitest';
import {
  idsToSendAgain,
  ledgerOf,
  linesOf,
  liveWrite,
  logs,
  record,
  rejections,
  runWrite,
  salesforceId,
  state,
  stateIds,
} from './destination-run.ts';
import { startOrtto } from '../simulators/ortto.ts';
import { FIELDS, contact, contactId, contactOf, numbers } from './full-contacts.ts';
import { useOrtto } from './use-ortto.ts';

// One bad value costs its field and never its person, whether we find it, Ortto does, or it was lost on the way.

const ortto = useOrtto();
beforeEach(() => {
  ortto.limits.refusedFields = [];
});

const streams = { Contact: FIELDS, Task: ['Id', 'WhoId', 'Subject', 'Priority', 'CreatedDate'] };
const task = (number: number) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: contactId(1),
    Subject: 'Call',
    Priority: 'High',
    CreatedDate: new Date(Date.now() - 60_000).toISOString(),
  });
const personOf = (number: number) => ortto.cdp.peopleWith('str:cm:salesforce-contact-id', contactId(number))[0]?.fields;

test('a phone that is none costs the phone: the opt-out and the events of its contact arrive', async () => {
  const lines = [contact(1, { Phone: 'ask reception', HasOptedOutOfEmail: true }), task(1), state('Contact', 1)];
  const run = await runWrite(ortto, { streams, lines });
  expect([run.exitCode, stateIds(run)]).toEqual([0, [1]]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({
    created: 1,
    rejected: {},
    left_out: { Phone: { not_a_phone: 1 } },
  });
  expect(ledgerOf(run, 'Task')).toMatchObject({ recorded: 1 });
  expect(personOf(1)).toMatchObject({ 'str::last': 'No. 1', 'bol::p': false });
  expect(personOf(1)).not.toHaveProperty('phn::phone');
  expect(linesOf(run, 'left_out')).toEqual([
    { stream: 'Contact', id: contactId(1), reason: 'not_a_phone', field: 'Phone' },
  ]);
  expect(run.stdout + run.stderr).not.toContain('reception');
});

test('three hundred leads in a row whose phone is "N/A" stop nothing, and all of them are named', async () => {
  const lead = (number: number) =>
    record('Lead', { Id: salesforceId('00Q', number), Email: `l${number}@corp.test`, Phone: 'N/A' });
  const run = await runWrite(ortto, {
    config: { stream_prefix: 'sf_' },
    streams: { sf_Lead: ['Id', 'Email', 'Phone'] },
    lines: [...numbers(350).map(lead), state('Lead', 1)].map((line) => line.replace('"Lead"', '"sf_Lead"')),
  });
  expect([run.exitCode, stateIds(run)]).toEqual([0, [1]]);
  expect(ledgerOf(run, 'sf_Lead')).toMatchObject({ created: 350, left_out: { Phone: { not_a_phone: 350 } } });
  expect(linesOf(run, 'left_out')).toHaveLength(100);
  expect(idsToSendAgain(run, 'left_out').toSorted()).toEqual(numbers(350).map((number) => salesforceId('00Q', number)));
  const told = logs(run, 'WARN').filter((text) => text.startsWith('send_again '));
  expect(told.map((text) => text.slice(0, 52))).toEqual(
    Array.from({ length: 2 }, () => 'send_again {"stream":"Lead","because":"left_out","id'),
  );
  expect(logs(run, 'WARN').findIndex((text) => text.startsWith('0 records were rejected, and 350 were'))).toBe(
    logs(run, 'WARN').indexOf(told[0] ?? '') - 1,
  );
});

test('a column that was nulled on the way clears nothing, takes nothing away, and is counted', async () => {
  const columns = { ...streams, Contact: [...FIELDS, 'AccountId', 'Account.Name'] };
  const account = { AccountId: salesforceId('001', 1), Account: { Name: 'Acme' } };
  await runWrite(ortto, { streams: columns, lines: [contact(1, account)] });
  const before = personOf(1);
  const data = contactOf(1, { Score__c: null, Title: null, AccountId: null, Account: null });
  const changes = ['Score__c', 'Title', 'AccountId', 'Account'].map((field) => ({
    field,
    change: 'NULLED',
    reason: 'PLATFORM_RECORD_SIZE_LIMITATION',
  }));
  const line = { type: 'RECORD', record: { stream: 'Contact', data, emitted_at: 1, meta: { changes } } };
  const run = await runWrite(ortto, { streams: columns, lines: [`${JSON.stringify(line)}\n`] });
  expect(personOf(1)).toEqual(before);
  const nulled = { nulled: 1 };
  expect(ledgerOf(run, 'Contact')).toMatchObject({
    merged: 1,
    left_out: { Score__c: nulled, Title: nulled, AccountId: nulled },
  });
});

test.each([
  ['rows', 20, 3],
  ['refused', 20, 3],
  ['refused-without-details', 4, 1],
] as const)(
  'where Ortto answers a batch with bad rows by %s, each of them lands without its bad field',
  async (mixedBatch, rows, bad) => {
    const its = await startOrtto({ switches: { mixedBatch } });
    await liveWrite(its, { streams, lines: [contact(0)] });
    its.limits.refusedFields = ['str:cm:job-title', 'int:cm:score'];
    const lines = numbers(rows).map((number) =>
      contact(number, { Title: number % 7 === 1 ? 'Chief' : null, Score__c: number % 7 === 3 ? 1 : null }),
    );
    const run = await liveWrite(its, { streams, lines: [...lines, state('Contact', 1)] });
    expect([stateIds(run), its.counts.bans]).toEqual([[1], 0]);
    expect(ledgerOf(run, 'Contact')).toMatchObject({
      created: rows - 1,
      merged: 1,
      rejected: {},
      left_out: { Title: { refused: bad }, Score__c: { refused: bad } },
    });
    await its.close();
  },
);

test('attributes that Ortto refuses are left out, and their events recorded, unless there are more than three', async () => {
  await liveWrite(ortto, { streams, lines: [contact(1), task(1)] });
  ortto.limits.refusedFields = ['str:cm:priority'];
  const run = await runWrite(ortto, {
    streams,
    lines: [contact(1), ...numbers(20).map((number) => task(10 + number))],
  });
  expect(ledgerOf(run, 'Task')).toMatchObject({ recorded: 20, left_out: { Priority: { refused: 20 } } });
  expect(idsToSendAgain(run, 'left_out')).toHaveLength(20);

  const four = ['A__c', 'B__c', 'C__c', 'D__c'];
  const visits = { Contact: FIELDS, Visit__c: ['Id', 'Guest__c', 'CreatedDate', ...four] };
  const visit = (number: number, fields: readonly string[]) => {
    const values = Object.fromEntries(fields.map((name) => [name, 'x']));
    const CreatedDate = new Date(Date.now() - 60_000).toISOString();
    return record('Visit__c', { Id: salesforceId('006', number), Guest__c: contactId(1), CreatedDate, ...values });
  };
  ortto.limits.refusedFields = ['a', 'b', 'c', 'd'].map((letter) => `str:cm:${letter}`);
  const objects = [{ stream: 'Visit__c', target: 'person_activity', person: 'Guest__c' }];
  const lines = [contact(1), visit(1, four.slice(1)), visit(2, four)];
  const second = await liveWrite(ortto, { streams: visits, lines, config: { objects } });
  const refused = { refused: 1 };
  expect(ledgerOf(second, 'Visit__c')).toMatchObject({
    recorded: 1,
    rejected: { invalid: 1 },
    left_out: { B__c: refused, C__c: refused, D__c: refused },
  });
});

test('the records that were not written for want of a person are named, and a stream of mostly those is pointed out', async () => {
  const run = await runWrite(ortto, { streams: { Task: streams.Task }, lines: [task(1), task(2), state('Task', 1)] });
  expect(ledgerOf(run, 'Task')).toMatchObject({ skipped: { no_person: 2 } });
  expect(linesOf(run, 'skipped')).toEqual(
    [1, 2].map((number) => ({ stream: 'Task', id: salesforceId('00T', number), reason: 'no_person' })),
  );
  expect(idsToSendAgain(run, 'no_person')).toEqual([1, 2].map((number) => salesforceId('00T', number)));
  const said = logs(run, 'WARN').join('\n');
  expect(said).toMatch(/^Task: selected without Contact/m);
  expect(said).toMatch(/^Task: 2 of 2 records were skipped/m);
  expect(rejections(run)).toEqual([]);
});

test('records that meet in one person are counted as shared, whatever the match keys', async () => {
  const lines = numbers(3).map((number) => contact(number, { Email: 'family@corp.test' }));
  const run = await runWrite(ortto, { streams, lines, config: { people: { match_by: ['email'] } } });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, merged: 2, shared: 2 });
});
