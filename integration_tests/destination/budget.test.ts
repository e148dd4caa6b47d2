import { expect, test } from 'vitest';
import { ledgerOf, record, liveWrite, salesforceId } from './destination-run.ts';
import type { Run } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// What a sync of an ordinary org costs in calls: Ortto allows ten a second, so calls are hours.

const [ACCOUNTS, LEADS, CONTACTS, OPPORTUNITIES, TASKS] = [4_000, 10_000, 20_000, 5_000, 30_000];
const DAY_MS = 86_400_000;
/** One task in so many is young enough to be told. */
const YOUNG = 7;

const streams = {
  Account: ['Id', 'Name'],
  Lead: ['Id', 'Email', 'LastName', 'IsConverted', 'ConvertedContactId'],
  Contact: ['Id', 'Email', 'FirstName', 'LastName', 'AccountId'],
  Opportunity: ['Id', 'Name', 'ContactId', 'StageName', 'CreatedDate'],
  Task: ['Id', 'WhoId', 'Subject', 'CreatedDate'],
};

const ortto = useOrtto();

const numbers = function* (count: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield number;
};

const contact = (number: number, title: string) =>
  record('Contact', {
    Id: salesforceId('003', number),
    Email: `c${number}@x.test`,
    FirstName: title,
    LastName: `No. ${number}`,
    AccountId: salesforceId('001', number % ACCOUNTS),
  });

const lead = (number: number) =>
  record('Lead', { Id: salesforceId('00Q', number), Email: `l${number}@x.test`, LastName: 'L', IsConverted: false });

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

const task = (number: number, days: number) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: number % 2 === 0 ? salesforceId('003', number % CONTACTS) : salesforceId('00Q', number % LEADS),
    Subject: 'Call',
    CreatedDate: daysAgo(days),
  });

function* everything() {
  for (const number of numbers(ACCOUNTS))
    yield record('Account', { Id: salesforceId('001', number), Name: `A ${number}` });
  for (const number of numbers(LEADS)) yield lead(number);
  for (const number of numbers(CONTACTS)) yield contact(number, 'Pat');
  for (const number of numbers(OPPORTUNITIES)) {
    yield record('Opportunity', {
      Id: salesforceId('006', number),
      Name: 'Deal',
      ContactId: salesforceId('003', number),
      StageName: 'Open',
      CreatedDate: daysAgo(10),
    });
  }
  for (const number of numbers(TASKS)) yield task(number, number % YOUNG === 0 ? 5 : 200);
}

function* changes() {
  for (const number of numbers(50)) yield record('Account', { Id: salesforceId('001', number), Name: `New ${number}` });
  for (const number of numbers(450)) yield lead(number);
  for (const number of numbers(1000)) yield contact(number, 'Changed');
  for (const number of numbers(500)) yield task(TASKS + number, 1);
}

const rowsOf = (run: Run) =>
  Object.keys(streams).map((stream) => {
    const { created, merged, recorded, rejected } = ledgerOf(run, stream);
    return [stream, created, merged, recorded, rejected];
  });

test('a first sync costs at most 5,000 calls, one of 2,000 changes at most 100', async () => {
  const config = { requests_per_second: 1000 };
  const first = await liveWrite(ortto, { config, streams, lines: everything() });
  expect(first.exitCode).toBe(0);
  const young = Math.ceil(TASKS / YOUNG);
  expect(rowsOf(first)).toEqual([
    ['Account', ACCOUNTS, 0, 0, {}],
    ['Lead', LEADS, 0, 0, {}],
    ['Contact', CONTACTS, 0, 0, {}],
    ['Opportunity', 0, 0, OPPORTUNITIES, {}],
    ['Task', 0, 0, young, {}],
  ]);
  expect(ledgerOf(first, 'Contact')).toMatchObject({ linked: CONTACTS });
  const { requests } = ortto.counts;
  expect(requests).toBeLessThanOrEqual(5_000);

  const second = await liveWrite(ortto, { config, streams, lines: changes() });
  expect(rowsOf(second)).toEqual([
    ['Account', 0, 50, 0, {}],
    ['Lead', 0, 450, 0, {}],
    ['Contact', 0, 1000, 0, {}],
    ['Opportunity', 0, 0, 0, {}],
    ['Task', 0, 0, 500, {}],
  ]);
  expect(ortto.counts.requests - requests).toBeLessThanOrEqual(100);
});
