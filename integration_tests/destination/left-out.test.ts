import * as fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
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
import { useOrtto } from './use-ortto.ts';

// One bad value costs its field and never its person, whether we find it, Ortto does, or it was lost on the way.

const ortto = useOrtto();
beforeEach(() => {
  ortto.limits.refusedFields = [];
});

const FIELDS = ['Id', 'Email', 'Phone', 'FirstName', 'LastName', 'Title', 'Score__c', 'HasOptedOutOfEmail'];
const streams = { Contact: FIELDS, Task: ['Id', 'WhoId', 'Subject', 'Priority', 'CreatedDate'] };
const contactId = (number: number) => salesforceId('003', number);
const contactOf = (number: number, more: JsonObject = {}): JsonObject => ({
  Id: contactId(number),
  Email: `p${number}@corp.test`,
  Phone: '+47 22 33 44 55',
  FirstName: 'Pat',
  LastName: `No. ${number}`,
  Title: 'Chief',
  Score__c: number,
  HasOptedOutOfEmail: false,
  ...more,
});
const contact = (number: number, more?: JsonObject): string => record('Contact', contactOf(number, more));
const task = (number: number) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: contactId(1),
    Subject: 'Call',
    Priority: 'High',
    CreatedDate: new Date(Date.now() - 60_000).toISOString(),
  });
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
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

test('an attribute that Ortto refuses is left out, and its event is recorded', async () => {
  await liveWrite(ortto, { streams, lines: [contact(1), task(1)] });
  ortto.limits.refusedFields = ['str:cm:priority'];
  const run = await runWrite(ortto, {
    streams,
    lines: [contact(1), ...numbers(20).map((number) => task(10 + number))],
  });
  expect(ledgerOf(run, 'Task')).toMatchObject({ recorded: 20, left_out: { Priority: { refused: 20 } } });
  expect(idsToSendAgain(run, 'left_out')).toHaveLength(20);
});

/** Fields of a contact with Ortto's ids. */
const REFUSABLE = [
  ['FirstName', 'str::first'],
  ['LastName', 'str::last'],
  ['Phone', 'phn::phone'],
  ['Title', 'str:cm:job-title'],
  ['Score__c', 'int:cm:score'],
  ['Email', 'str::email'],
] as const;

/** What becomes of two contacts, of whom one may have been there and may be out, where Ortto refuses so many fields. */
const expected = (refused: (typeof REFUSABLE)[number][], isOut: boolean, wasThere: boolean) => {
  const isTaken = refused.length <= 3;
  const left = Object.fromEntries(refused.map(([name]) => [name, { refused: 2 }]));
  return {
    states: [1],
    ledger: {
      created: isTaken ? (wasThere ? 1 : 2) : 0,
      merged: isTaken && wasThere ? 1 : 0,
      rejected: isTaken ? {} : { invalid: 2 },
      left_out: isTaken && refused.length > 0 ? left : undefined,
      opt_out_sent: !isTaken && isOut ? 1 : undefined,
    },
    subscribed: isOut ? false : isTaken || wasThere ? true : undefined,
    // Those of the person who was there stay, those of a rejected record never come.
    has: REFUSABLE.map(
      (each) =>
        wasThere || (isTaken ? !refused.includes(each) : each[0] === 'Email' && isOut && !refused.includes(each)),
    ),
    firstName: wasThere && (!isTaken || refused.some(([name]) => name === 'FirstName')) ? 'Old' : undefined,
    other: isTaken,
  };
};

test('a row goes on without up to three fields that Ortto refuses; beyond that it is rejected, and says at most that it is out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...REFUSABLE]), fc.boolean(), fc.boolean(), async (refused, isOut, wasThere) => {
      ortto.reset();
      ortto.limits.refusedFields = [];
      if (wasThere) await liveWrite(ortto, { streams, lines: [contact(1, { FirstName: 'Old' })] });
      ortto.limits.refusedFields = refused.map(([, id]) => id);
      const lines = [contact(1, { HasOptedOutOfEmail: isOut }), contact(2), state('Contact', 1)];
      const run = await liveWrite(ortto, { streams, lines });
      const { created, merged, rejected, left_out, opt_out_sent } = ledgerOf(run, 'Contact');
      const person = personOf(1);
      expect({
        states: stateIds(run),
        ledger: { created, merged, rejected, left_out, opt_out_sent },
        subscribed: person?.['bol::p'],
        has: REFUSABLE.map(([, id]) => person !== undefined && id in person),
        firstName: person?.['str::first'] === 'Old' ? 'Old' : undefined,
        other: personOf(2) !== undefined,
      }).toEqual(expected(refused, isOut, wasThere));
    }),
    { numRuns: 100, endOnFailure: true },
  );
}, 120_000);

const REJECTED_FOR = ['no_id', 'no_match_key', 'no_data', 'record_too_large'];

test('whatever records hold, they are rejected for four causes only, each is named once, the sums close, and no opt-out is lost', async () => {
  const value = fc.oneof(
    fc.anything({ maxDepth: 1 }),
    fc.constantFrom('a@b.co', 'B@B.co', '+47 22 33 44 55', 'x', 7, ''),
  );
  const field = fc.constantFrom('Email', 'Phone', 'FirstName', 'Score__c', 'AccountId', 'Born__c', 'Topics__c');
  const data = fc.record({
    more: fc.dictionary(field, value, { maxKeys: 4 }),
    id: fc.constantFrom('own', 'own', 'own', 'none', 'missing'),
    isOut: fc.boolean(),
  });
  const columns = { Contact: [...FIELDS, 'AccountId', 'Born__c', 'Topics__c'] };
  const matchBy = fc.constantFrom(['salesforce_id', 'email'], ['salesforce_id'], ['email'], ['phone', 'email']);
  await fc.assert(
    fc.asyncProperty(fc.array(data, { maxLength: 40 }), matchBy, async (given, keys) => {
      ortto.reset();
      // Everybody is there already, so that an opt-out always has somebody to reach.
      const people = given.map((_, number) => contact(number, { Phone: `+47 22 33 ${1000 + number}` }));
      await liveWrite(ortto, { streams: columns, lines: people });
      const lines = given.map(({ more, id, isOut }, number) => {
        const own = { own: { Id: contactId(number) }, none: { Id: 'none' }, missing: {} }[id];
        return record('Contact', { ...more, ...own, HasOptedOutOfEmail: isOut });
      });
      const config = { people: { match_by: keys } };
      const run = await liveWrite(ortto, { streams: columns, lines: [...lines, state('Contact', 1)], config });
      const named = idsToSendAgain(run, 'rejected');
      const rejected = ledgerOf(run, 'Contact')['rejected'] as JsonObject;
      const withId = rejections(run).filter(({ id }) => !String(id).startsWith('line '));
      const lost = given.filter(
        ({ id, isOut }, number) => id === 'own' && isOut && personOf(number)?.['bol::p'] === true,
      );
      expect([run.exitCode, stateIds(run), lost]).toEqual([0, [1], []]);
      expect(REJECTED_FOR).toEqual(expect.arrayContaining(Object.keys(rejected)));
      expect(named.toSorted()).toEqual(withId.map(({ id }) => String(id)).toSorted());
      expect([new Set(named).size, ortto.counts.badRequests]).toEqual([named.length, 0]);
    }),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);

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
