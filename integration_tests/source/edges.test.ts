import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AirbyteMessage, JsonObject, StateMessage } from '../../airbyte/protocol.ts';
import { refusals } from '../simulators/salesforce/faults.ts';
import { area, idField, lookup, text } from '../simulators/salesforce/schema.ts';
import { startSourceOrg } from './source-org.ts';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

// What is rare, strange or hostile. Where no process is needed, reads run in this one.

const org = useSourceOrg({ contacts: 40 });
let whole: readonly string[];

const contactsOf = ({ records }: Pick<Outcome, 'records'>): readonly string[] =>
  (records.get('Contact') ?? []).toSorted();
const statesOf = ({ messages }: Outcome): StateMessage[] => messages.filter((message) => message.type === 'STATE');

beforeAll(async () => {
  whole = contactsOf(await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } }));
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass, by leaps, whenever a job is asked after. */
const leapAtPolls = (leaps: readonly number[]): void => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const left = [...leaps];
  org.salesforce.faults.push({
    match: { path: /jobs\/query\/750\w+$/, method: 'GET', times: leaps.length },
    action: { kind: 'do', run: () => vi.setSystemTime(Date.now() + (left.shift() ?? 0)) },
  });
};
const MINUTES = 60_000;

test('a job that stands still is waited for with signs of life, aborted after two hours, and made again by the next read', async () => {
  org.salesforce.bulk.outcomes.push({ state: 'Stuck' });
  leapAtPolls([0, 4 * MINUTES, 4 * MINUTES, 119 * MINUTES]);
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*stood still for two hours/)]);
  expect(outcome.statuses('Contact').at(-1)).toBe('INCOMPLETE');
  expect(outcome.log.match(/Waiting for Bulk job \w+: 0 rows so far/g)).toHaveLength(2);
  // After the one before any record, the state that names the job, and twice again after more than three minutes of silence.
  expect(
    statesOf(outcome)
      .slice(1)
      .map(({ state }) => [state.stream.stream_state, state.sourceStats]),
  ).toEqual(
    Array.from({ length: 3 }, () => [
      expect.objectContaining({ job: { id: expect.any(String), rows: 0 } }),
      { recordCount: 0 },
    ]),
  );
  expect(org.salesforce.runningJobs()).toBe(0);
  vi.useRealTimers();
  const next = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: outcome.states });
  expect(next.errors).toEqual([]);
  expect(contactsOf(next)).toEqual(whole);
});

test('a job that gets on slowly is waited for as long as it takes', async () => {
  leapAtPolls([119 * MINUTES, 0]);
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
});

test.each(['rest', 'bulk'])('a value that is none of its type is null, marked and logged, by %s', async (api) => {
  const lines = (await org.readHere({ streams: ['Contact'], config: { api } })).messages;
  const points = lines.flatMap((message) =>
    message.type === 'RECORD' && typeof message.record.data['Loyalty_Points__c'] === 'number'
      ? [message.record.data['Loyalty_Points__c']]
      : [],
  )[0];
  expect(points).toBeDefined();
  org.salesforce.faults.push({
    match: { path: api === 'rest' ? /queryAll/ : /results/ },
    action: {
      kind: 'body',
      edit: (body) =>
        Buffer.from(
          body
            .toString()
            .replaceAll(/"Loyalty_Points__c":[\d.]+/g, '"Loyalty_Points__c":"NaN"')
            .replaceAll(`"${points}"`, '"NaN"')
            .replaceAll(`"${points}.0"`, '"NaN"'),
        ),
    },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api } });
  expect(outcome.errors).toEqual([]);
  const marked = outcome.messages.filter((message) => message.type === 'RECORD' && message.record.meta !== undefined);
  expect(marked.length).toBeGreaterThan(0);
  expect(marked).toEqual(
    marked.map(() =>
      expect.objectContaining({
        record: expect.objectContaining({
          data: expect.objectContaining({ Loyalty_Points__c: null }),
          meta: {
            changes: [{ field: 'Loyalty_Points__c', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }],
          },
        }),
      }),
    ),
  );
  expect(outcome.log).toContain(`Contact.Loyalty_Points__c: ${marked.length} values`);
});

/** Changes a token that is handed out, once or always. */
const editTokens = (edit: (token: JsonObject) => JsonObject, times = 1_000): void => {
  org.salesforce.faults.push({
    match: { path: /oauth2\/token/, times },
    action: {
      kind: 'body',
      edit: (body) => Buffer.from(JSON.stringify(edit(JSON.parse(body.toString()) as JsonObject))),
    },
  });
};

test('a state of another org is not gone on with: its cursor says nothing about this one', async () => {
  const before = await org.readHere({ streams: ['Contact'] });
  editTokens((token) => ({ ...token, id: String(token['id']).replace(/00D\w{3}/, '00DXYZ') }));
  const outcome = await org.readHere({ streams: ['Contact'], state: before.states });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
  expect(outcome.log).toContain('the org have changed');
});

test('calls go to the org that the login names, wherever the login was', async () => {
  const other = await startSourceOrg({ contacts: 5, seed: 99 });
  try {
    const session = other.salesforce.login.openSession();
    editTokens((token) => ({ ...token, instance_url: other.salesforce.url, access_token: session }));
    const outcome = await org.readHere({ streams: ['Contact'] });
    expect(outcome.errors).toEqual([]);
    expect(contactsOf(outcome)).toEqual(contactsOf(await other.readHere({ streams: ['Contact'] })));
  } finally {
    await other.close();
  }
});

test('a login URL may end in a slash', async () => {
  const config = { login_url: `${org.salesforce.url}/` };
  expect(contactsOf(await org.readHere({ streams: ['Contact'], config }))).toEqual(whole);
});

test('a refresh token that is rotated in the middle of a Bulk download goes out at once, and nothing is lost', async () => {
  Object.assign(org.salesforce.login.settings, { rotatesRefreshTokens: true, sessionCalls: 3 });
  org.salesforce.bulk.maxPageRows = 5;
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
  const tokens = outcome.messages.flatMap((message) =>
    message.type === 'CONTROL'
      ? [(message.control.connectorConfig.config['credentials'] as JsonObject)['refresh_token']]
      : [],
  );
  expect(tokens.length).toBeGreaterThan(2);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(tokens.at(-1)).toBe(org.salesforce.login.refreshToken);
});

test('where every token is dead on arrival, a few logins are tried and no more', async () => {
  org.salesforce.faults.push({ match: { path: /queryAll|jobs/, times: 1_000 }, action: refusals.sessionExpired });
  org.salesforce.counts.reset();
  const outcome = await org.readHere({ streams: ['Account', 'Lead', 'Contact', 'Campaign', 'Task'] });
  expect(outcome.errors).toHaveLength(5);
  for (const error of outcome.errors) expect(error).toMatch(/^config_error \w+: .*rejects the session/);
  expect(org.salesforce.counts.of('token')).toBeLessThanOrEqual(11);
});

test.each([-3, 3])('a clock that is %d days off reads what the right one reads', async (days) => {
  const first = await org.readHere({ streams: ['Contact'] });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 24 * 60 * MINUTES });
  const wrong = await org.readHere({ streams: ['Contact'] });
  expect(contactsOf(wrong)).toEqual(whole);
  const cursors = [first, wrong].map(({ states }) => String(states[0]?.stream.stream_state?.['cursor']));
  expect(Math.abs(Date.parse(cursors[1] ?? '') - Date.parse(cursors[0] ?? ''))).toBeLessThan(MINUTES);
  const outcome = await org.readHere({ streams: ['Contact'], state: wrong.states });
  expect([outcome.errors, contactsOf(outcome)]).toEqual([[], []]);
});

test('a start date in the future gives nothing until it has come', async () => {
  const config = { start_date: new Date(org.salesforce.org.now() + 3_600_000).toISOString().replace(/\.\d+/, '') };
  const first = await org.readHere({ streams: ['Contact'], config });
  expect([first.errors, contactsOf(first), first.statuses('Contact').at(-1)]).toEqual([[], [], 'COMPLETE']);
  const second = await org.readHere({ streams: ['Contact'], config, state: first.states });
  expect([second.errors, contactsOf(second)]).toEqual([[], []]);
});

test('a stream that the catalog has twice is read once', async () => {
  const [, , contact] = await org.streams();
  const edit: typeof org.streams extends () => Promise<readonly (infer Stream)[]>
    ? (stream: Stream) => Stream
    : never = (stream) => (stream.name === 'Lead' && contact !== undefined ? contact : stream);
  const outcome = await org.readHere({ streams: ['Lead', 'Contact'], edit });
  expect(contactsOf(outcome)).toEqual(whole);
  expect(outcome.statuses('Contact')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
});

test('pages that go in circles have an end', async () => {
  org.salesforce.bulk.maxPageRows = 20;
  const turn = (headers: Record<string, string>) => ({
    ...headers,
    'Sforce-Locator': again ?? headers['Sforce-Locator'] ?? '',
  });
  let again: string | undefined;
  org.salesforce.faults.push({
    match: { path: /results/, times: 1_000 },
    action: {
      kind: 'headers',
      edit: (headers) => {
        again ??= headers['Sforce-Locator'];
        return turn(headers);
      },
    },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*rows but says it has/)]);
});

test('result pages cut to nothing, or at a row end without a count, are noticed', async () => {
  org.salesforce.bulk.maxPageRows = 20;
  const uncounted = {
    kind: 'headers',
    edit: (headers: Record<string, string>) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Sforce-NumberOfRecords')),
  } as const;
  org.salesforce.faults.push({
    match: { path: /results/, after: 1 },
    action: [{ kind: 'body', edit: () => Buffer.alloc(0) }, uncounted],
  });
  const mended = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(mended.errors).toEqual([]);
  expect(contactsOf(mended)).toEqual(whole);
  org.salesforce.faults.push({
    match: { path: /results/, after: 1 },
    action: [{ kind: 'cut', at: { rowEnd: 7 }, how: 'end' }, uncounted],
  });
  const short = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } });
  expect(short.errors).toEqual([expect.stringMatching(/^transient_error Contact: .*rows but says it has/)]);
  const next = await org.readHere({ streams: ['Contact'], config: { api: 'bulk' }, state: short.states });
  expect(contactsOf(next)).toEqual(whole);
});

test('a page of HTML in the place of an answer is asked for again', async () => {
  const html = Buffer.from('<html><body>Welcome to the hotel network</body></html>');
  for (const path of [/composite/, /queryAll/]) {
    org.salesforce.faults.push({ match: { path }, action: { kind: 'body', edit: () => html } });
  }
  const outcome = await org.readHere({ streams: ['Contact'] });
  expect(outcome.errors).toEqual([]);
  expect(contactsOf(outcome)).toEqual(whole);
});

test('advice to come back much later ends the stream at once', async () => {
  const answer = { kind: 'answer', status: 503, headers: { 'Retry-After': '3600' } } as const;
  org.salesforce.faults.push({ match: { path: /queryAll/ }, action: answer });
  const outcome = await org.readHere({ streams: ['Contact'] });
  expect(outcome.errors).toEqual([expect.stringMatching(/^transient_error Contact: Could not query in 1 attempt\./)]);
});

test('an object without Id and cursor is read whole, by either API, and again', async () => {
  const edges = await startSourceOrg({ contacts: 1 });
  try {
    const insert = edges.salesforce.org.database().prepare('INSERT INTO FormulaFunction (DurableId) VALUES (?)');
    for (let index = 0; index < 4_500; index += 1) insert.run(`FUNCTION_${index}`);
    edges.salesforce.bulk.unsupported = [];
    const objects = [{ name: 'formulafunction' }];
    for (const api of ['rest', 'bulk']) {
      const outcome = await edges.readHere({ streams: ['FormulaFunction'], config: { api, objects } });
      expect(outcome.errors).toEqual([]);
      expect(outcome.records.get('FormulaFunction')).toHaveLength(edges.salesforce.org.count('FormulaFunction'));
    }
  } finally {
    await edges.close();
  }
});

test('an object of 800 fields with awkward names and a text of a megabyte is read by Bulk, whatever api says', async () => {
  const edges = await startSourceOrg({ contacts: 3 });
  try {
    const { org: data } = edges.salesforce;
    for (let index = 0; index < 800; index += 1)
      data.addField('Contact', text(`Field_Number_${index}__c`, 'Field', 255));
    for (const name of ['Null__c', 'constructor', 'toString']) data.addField('Contact', text(name, name, 255));
    data.addField('Contact', area('Novel__c', 'Novel', 2_000_000));
    const novel = 'A "quoted" word,\n'.repeat(70_000);
    const id = data.insert('Contact', { LastName: 'Writer', Novel__c: novel, constructor: 'null', toString: 'NaN' });
    data.clock.advance(2_000);
    const outcome = await edges.readHere({ streams: ['Contact'], config: { api: 'rest' } });
    expect(outcome.errors).toEqual([]);
    expect(outcome.log).toContain('too long for a URL');
    const written = contactsOf(outcome).map((line) => JSON.parse(line) as JsonObject);
    expect(written).toHaveLength(data.count('Contact'));
    expect(written.find((record) => record['Id'] === id)).toMatchObject({
      Novel__c: novel,
      Field_Number_799__c: null,
      Null__c: null,
      constructor: 'null',
      toString: 'NaN',
    });
  } finally {
    await edges.close();
  }
});

test('an org of 1,200 objects, of which 60 are about people, is discovered in a handful of calls', async () => {
  const large = await startSourceOrg({ contacts: 1 });
  try {
    const { org: data, counts } = large.salesforce;
    for (let index = 0; index < 1_200; index += 1) {
      const label = `Thing ${index}`;
      const about = lookup(
        'Whom__c',
        'Whom',
        index % 20 === 0 ? 'Contact' : 'Campaign',
        'Whom__r',
        `Things_${index}__r`,
      );
      const fields = [idField('Record ID'), about];
      data.addObject({ name: `Thing_${index}__c`, label, labelPlural: label, keyPrefix: 'a9z', fields });
    }
    counts.reset();
    expect(await large.streams()).toHaveLength(8 + 1 + 60);
    expect(counts.apiCalls).toBeLessThanOrEqual(6);
  } finally {
    await large.close();
  }
});

test('a reader that goes away ends the source quietly', async () => {
  const source = await org.start({ streams: ['Contact'], config: { api: 'bulk' } });
  await source.message(({ type }: AirbyteMessage) => type === 'TRACE');
  source.child.stdout?.destroy();
  expect(await source.ended).toBe(141);
  expect(source.stderr()).toBe('');
});
