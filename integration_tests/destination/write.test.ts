import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import {
  errorsOf,
  ledgerOf,
  liveWrite,
  logs,
  record,
  rejections,
  runWrite,
  salesforceId,
  startWrite,
  state,
  stateIds,
  statesOf,
} from './destination-run.ts';
import { startOrtto } from '../simulators/ortto.ts';
import { useOrtto } from './use-ortto.ts';

const ortto = useOrtto({ apiKey: 'a-key-nobody-may-see' });

const FIELDS = ['Id', 'Email', 'FirstName', 'LastName', 'HasOptedOutOfEmail', 'IsDeleted'];
const contact = (number: number, more: JsonObject = {}): JsonObject => ({
  Id: salesforceId('003', number),
  Email: `p${number}@corp.test`,
  FirstName: 'Pat',
  LastName: `No. ${number}`,
  HasOptedOutOfEmail: false,
  IsDeleted: false,
  ...more,
});
const contacts = (count: number, more: (number: number) => JsonObject = () => ({})): string[] =>
  Array.from({ length: count }, (_, number) => record('Contact', contact(number, more(number))));

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
    ...contacts(3, (number) => ({ Email: number === 1 ? 'no address' : `p${number}@corp.test` })),
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
    rejected: { not_an_email: 1 },
  });
  expect(rejections(run)).toEqual([
    { stream: 'Contact', id: salesforceId('003', 1), reason: 'not_an_email', field: 'Email' },
  ]);
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
  ortto.cdp.suppress('nobody@corp.test');
  const lines = contacts(300, (number) => (number % 3 === 0 ? { Email: 'broken' } : {}));
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 200, rejected: { not_an_email: 100 } });
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
    const strict = await startOrtto({ switches: { mixedBatch }, limits: { textLength: 40 } });
    const isBad = (number: number) => number % 10 < 3;
    const lines = contacts(rows, (number) => (isBad(number) ? { LastName: 'x'.repeat(50) } : {}));
    const run = await runWrite(strict, { streams: { Contact: FIELDS }, lines: [...lines, state('Contact', 1)] });
    expect(run.exitCode).toBe(0);
    expect(ledgerOf(run, 'Contact')).toMatchObject({ created: rows * 0.7, rejected: { invalid: rows * 0.3 } });
    const named = rejections(run).flatMap(({ id, ids }) => ids ?? [id]);
    expect(new Set(named).size).toBe(rows * 0.3);
    expect(strict.counts.bans).toBe(0);
    await strict.close();
  },
);

test('throttled, failing and lost answers lose nothing and double nothing', async () => {
  ortto.faults.add(
    { path: '/person/merge', times: 40, chance: 0.2, answer: { status: 503 } },
    { path: '/person/merge', times: 40, chance: 0.2, cut: true },
    { path: '/person/merge', times: 40, chance: 0.2, cut: true, worked: true },
    { path: '/person/merge', times: 40, chance: 0.2, delayMs: 50 },
    { times: 2, answer: { status: 429, body: { error: { code: 'rate-limit', 'try-in-seconds': 1 } } } },
  );
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines: [...contacts(800), state('Contact', 1)] });
  expect(run.exitCode).toBe(0);
  expect(ortto.faults.hits).toBeGreaterThan(5);
  expect(ortto.cdp.people()).toHaveLength(800);
  const { created, merged } = ledgerOf(run, 'Contact');
  expect(Number(created) + Number(merged)).toBe(800);
  expect(stateIds(run)).toEqual([1]);
});

test.each([
  ['401', { status: 401, body: { code: 401, error: 'no' } }, /API key.*region/],
  ['403', { status: 403, body: { code: 403, error: 'no' } }, /expired/],
  ['507', { status: 507, body: { code: 507, error: 'no' } }, /contact limit/],
])('%s in the middle stops the sync; what was not written is not acknowledged', async (_, answer, sentence) => {
  ortto.faults.add({ path: '/person/merge', after: 3, times: 100, answer });
  const lines = Array.from({ length: 10 }, (__, page) => [
    ...Array.from({ length: 100 }, (___, row) => record('Contact', contact(page * 100 + row))),
    state('Contact', page),
  ]).flat();
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([{ failure_type: 'config_error', message: expect.stringMatching(sentence) }]);
  expect(stateIds(run)).toEqual([0, 1, 2]);
  expect(ortto.cdp.people()).toHaveLength(300);
});

test('a line that is not a message is a failure; only states of settled records have left', async () => {
  const lines = [...contacts(5), state('Contact', 1), ...contacts(7), '{"type":"RECORD","rec\n', state('Contact', 2)];
  const run = await runWrite(ortto, { streams: { Contact: FIELDS }, lines });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)).toMatchObject([{ message: expect.stringContaining('Line 14') }]);
  expect(stateIds(run)).not.toContain(2);
});

test('a record of a stream outside the catalog is a failure', async () => {
  const run = await runWrite(ortto, {
    streams: { Contact: FIELDS },
    lines: [record('Ghost', { Id: '1' }), state('Contact', 1)],
  });
  expect(run.exitCode).toBe(1);
  expect(errorsOf(run)[0]?.message).toContain('Line 1');
  expect(stateIds(run)).toEqual([]);
});

test('a record without data is a rejection, named by its line', async () => {
  const run = await runWrite(ortto, {
    streams: { Contact: FIELDS },
    lines: ['{"type":"RECORD","record":{"stream":"Contact","emitted_at":1,"data":null}}\n', state('Contact', 1)],
  });
  expect(run.exitCode).toBe(0);
  expect(rejections(run)).toEqual([{ stream: 'Contact', id: 'line 1', reason: 'no_data' }]);
  expect(stateIds(run)).toEqual([1]);
});

test.each([
  ['values that fit no field', { Email: 'all wrong' }, /Contact: all of the last 300.*not_an_email, field Email/],
  ['values that Ortto refuses', { LastName: 'x'.repeat(50) }, /Contact: all of the last 300.*invalid/],
])(
  'a mapping that gives nothing but %s is a config error, and the states of those records are held',
  async (_, more, sentence) => {
    ortto.limits.textLength = 40;
    const run = await runWrite(ortto, {
      streams: { Contact: FIELDS },
      lines: [...contacts(1000, () => more), state('Contact', 1)],
    });
    ortto.limits.textLength = 255;
    expect([run.exitCode, stateIds(run), ortto.counts.bans]).toEqual([1, [], 0]);
    expect(errorsOf(run)).toMatchObject([{ failure_type: 'config_error', message: expect.stringMatching(sentence) }]);
  },
);

test('stdin is read no further than some thousand records ahead of Ortto', async () => {
  ortto.limits.latencyMs = 5;
  let produced = 0;
  let merges = 0;
  const ahead: number[] = [];
  ortto.faults.add({
    path: '/person/merge',
    when: () => {
      ahead.push(produced - 100 * merges);
      merges += 1;
      return false;
    },
  });
  function* lines() {
    for (; produced < 12_000; produced += 1) yield record('Contact', contact(produced));
  }
  const run = await liveWrite(ortto, { streams: { Contact: FIELDS }, lines: lines() });
  ortto.limits.latencyMs = 0;
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 12_000 });
  // 2,000 that wait, twelve batches under way, and what the pipe holds.
  expect(Math.max(...ahead)).toBeLessThan(5_000);
});

test('all problems of the catalog are told at once, with a hint at the prefix', async () => {
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

test('while input goes on, a batch that is not full leaves after two quiet seconds', async () => {
  async function* slowly() {
    yield record('Contact', contact(1)) + state('Contact', 1);
    await new Promise((resolve) => {
      setTimeout(resolve, 4000);
    });
    yield record('Contact', contact(2)) + state('Contact', 2);
  }
  await startWrite(ortto, { streams: { Contact: FIELDS }, lines: slowly() }, async ({ message, ended }) => {
    await message((each) => each.type === 'STATE');
    expect(ortto.cdp.people()).toHaveLength(1);
    expect(await ended).toBe(0);
  });
});

test('on SIGTERM what is under way is finished, its states leave, and the process ends with 143', async () => {
  ortto.faults.add({ path: '/person/merge', times: 1000, delayMs: 300 });
  async function* endlessly() {
    for (let page = 0; ; page += 1) {
      for (let row = 0; row < 100; row += 1) yield record('Contact', contact(page * 100 + row));
      yield state('Contact', page);
    }
  }
  await startWrite(
    ortto,
    { streams: { Contact: FIELDS }, lines: endlessly() },
    async ({ child, message, messages, ended }) => {
      await message((each) => each.type === 'STATE');
      child.kill('SIGTERM');
      expect(await ended).toBe(143);
      const ids = stateIds({ messages });
      expect(ids).toEqual(ids.map((_, index) => index));
      expect(ortto.cdp.people().length).toBe(ids.length * 100);
    },
  );
});
