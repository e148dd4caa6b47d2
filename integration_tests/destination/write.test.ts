import { expect, test } from 'vitest';
import {
  errorsOf,
  idsToSendAgain,
  ledgerOf,
  logs,
  record,
  rejections,
  runWrite,
  salesforceId,
  state,
  stateIds,
  statesOf,
} from './destination-run.ts';
import { startOrtto } from '../simulators/ortto.ts';
import { useOrtto } from './use-ortto.ts';
import { FIELDS, contact, contacts } from './contact-records.ts';

// What a sync brings into Ortto, and what it says about it.

const ortto = useOrtto({ apiKey: 'a-key-nobody-may-see' });

test('accounts become organizations and contacts people, and a second run changes nothing', async () => {
  const streams = { Account: ['Id', 'Name', 'NumberOfEmployees'], Contact: [...FIELDS, 'Score__c'] };
  const lines = [
    record('Account', { Id: salesforceId('001', 1), Name: 'Acme', NumberOfEmployees: 60 }),
    state('Account', 1),
    ...contacts(150, (number) => ({ Score__c: number / 2 })),
    state('Contact', 2),
  ];
  const first = await runWrite(ortto, { streams, lines });
  expect(first.exitCode).toBe(0);
  expect(ledgerOf(first, 'Account')).toMatchObject({ received: 1, created: 1 });
  expect(ledgerOf(first, 'Contact')).toMatchObject({ received: 150, created: 150, merged: 0, requests: 2 });
  expect(new Set(stateIds(first))).toEqual(new Set([1, 2]));
  expect(ortto.cdp.organizations()[0]?.fields).toMatchObject({ 'str:o:name': 'Acme', 'int:o:employees': 60 });
  expect(ortto.cdp.peopleWith('str::email', 'p3@corp.test')[0]?.fields).toMatchObject({
    'str::first': 'Pat',
    'int:cm:score': 1500,
    'str:cm:salesforce-contact-id': salesforceId('003', 3),
  });

  const before = ortto.cdp.snapshot();
  const second = await runWrite(ortto, { streams, lines });
  expect(ledgerOf(second, 'Contact')).toMatchObject({ received: 150, created: 0, merged: 150 });
  expect(ortto.cdp.people()).toHaveLength(150);
  expect(JSON.stringify(ortto.cdp.snapshot())).toBe(JSON.stringify(before));
});

test('a state comes back with every key it had, and with what became of its records', async () => {
  const lines = [
    ...contacts(3, (number) => (number === 1 ? { Id: 'no id' } : {})),
    record('Contact', contact(9, { IsDeleted: true })),
    state('Contact', 41, { sourceStats: { recordCount: 4 }, later: { kept: true } }),
    ...contacts(1),
    state('Contact', 42),
  ];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(0);
  expect(statesOf(run)).toEqual([
    JSON.parse(
      state('Contact', 41, {
        sourceStats: { recordCount: 4 },
        later: { kept: true },
        destinationStats: { recordCount: 3, rejectedRecordCount: 1 },
      }),
    ),
    JSON.parse(state('Contact', 42, { destinationStats: { recordCount: 1, rejectedRecordCount: 0 } })),
  ]);
  expect(ledgerOf(run, 'Contact')).toMatchObject({
    received: 5,
    created: 2,
    merged: 1,
    skipped: { deleted: 1 },
    rejected: { no_id: 1 },
  });
  expect(rejections(run)).toEqual([{ stream: 'Contact', id: 'line 2', reason: 'no_id', field: 'Id' }]);
});

test('nothing but messages reaches stdout, and no value and no secret is in it', async () => {
  ortto.faults.add({ path: '/person/merge', answer: { status: 503, body: 'p1@corp.test a-key-nobody-may-see' } });
  const lines = [...contacts(5, (number) => (number === 2 ? { Email: 'p2@corp.test; p3@corp.test' } : {})), '\n'];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(0);
  expect(run.stdout + run.stderr).not.toMatch(/corp\.test|No\. \d|a-key-nobody-may-see/);
  expect(run.messages.length).toBe(run.stdout.trim().split('\n').length);
});

test('records that share a key wait for each other, and the last one wins', async () => {
  const lines = Array.from({ length: 40 }, (_, turn) =>
    record('Contact', contact(turn % 4, { FirstName: `Turn ${turn}` })),
  );
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ received: 40, created: 4, merged: 36 });
  expect(ortto.cdp.people().map(({ fields }) => fields['str::first'])).toEqual([
    'Turn 36',
    'Turn 37',
    'Turn 38',
    'Turn 39',
  ]);
});

test('with a third of the rows bad every good row lands, each bad one is named, and the ban is never met', async () => {
  const lines = contacts(300, (number) => (number % 3 === 0 ? { Id: 'broken' } : {}));
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 200, rejected: { no_id: 100 } });
  expect(rejections(run)).toHaveLength(100);
  expect(ortto.counts).toMatchObject({ bans: 0, badRequests: 0 });
  expect(statesOf(run)[0]?.state.destinationStats).toEqual({ recordCount: 200, rejectedRecordCount: 100 });
});

test.each([
  ['tells them row by row', 'rows', 400],
  ['refuses the batch and names them', 'refused', 400],
  ['refuses the batch and says nothing', 'refused-without-details', 10],
] as const)(
  'where Ortto %s, bad rows that only it can know leave the good ones alone and never meet the ban',
  async (_, mixedBatch, rows) => {
    const rowProblem = (fields: ReadonlyMap<string, unknown>) =>
      String(fields.get('str::last')).length > 40 ? 'not this one' : undefined;
    const strict = await startOrtto({ switches: { mixedBatch }, rowProblem });
    const isBad = (number: number) => number % 10 < 3;
    const lines = contacts(rows, (number) => (isBad(number) ? { LastName: 'x'.repeat(50) } : {}));
    const run = await runWrite(strict, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
    expect(run.exitCode).toBe(0);
    expect(ledgerOf(run, 'Contact')).toMatchObject({ created: rows * 0.7, rejected: { invalid: rows * 0.3 } });
    const named = idsToSendAgain(run, 'rejected');
    expect(new Set(named).size).toBe(rows * 0.3);
    expect(strict.counts.bans).toBe(0);
    await strict.close();
  },
);

test('all problems of the catalog are reported at once, with a hint about the prefix', async () => {
  const run = await runWrite(ortto, { streams: { sf_Contact: FIELDS, Lead: ['Email'] }, lines: [] });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)[0]).toMatchObject({ failure_type: 'config_error' });
  expect(errorsOf(run)[0]?.message).toMatch(/sf_Contact.*stream_prefix[^]*Lead.*Id/);
  expect(ortto.cdp.people()).toEqual([]);
});

test('with the prefix set, prefixed streams are looked up without it', async () => {
  const lines = [record('sf_Contact', contact(1)), state('sf_Contact', 1)];
  const run = await runWrite(ortto, { config: { stream_prefix: 'sf_' }, streams: { sf_Contact: FIELDS }, lines });
  expect([run.exitCode, ortto.cdp.people().length, stateIds(run)]).toEqual([0, 1, [1]]);
});

test('overwrite is treated as append, and says so', async () => {
  await runWrite(ortto, { streams: { Contact: FIELDS }, lines: contacts(2) });
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, mode: 'overwrite', lines: [state('Contact', 1)] });
  expect(logs(run, 'INFO').join('\n')).toMatch(/Overwrite is treated as append for Contact/);
  expect([ortto.cdp.people().length, stateIds(run)]).toEqual([2, [1]]);
});
