import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AirbyteMessage, JsonObject } from '../../airbyte/protocol.ts';
import { area, idField, lookup, text } from '../simulators/salesforce/schema.ts';
import { startSourceOrg } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';
import { MINUTES, contactsOf } from './contacts-read.ts';

// Orgs and clocks that are rare or strange.

const org = useSourceOrg({ contacts: 40 });
let whole: readonly string[];

beforeAll(async () => {
  whole = contactsOf(await org.readHere({ streams: ['Contact'], config: { api: 'bulk' } }));
});
afterEach(() => {
  vi.useRealTimers();
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

test('a stream that the catalog lists twice is read once', async () => {
  const [, , contact] = await org.streams();
  const edit: typeof org.streams extends () => Promise<readonly (infer Stream)[]>
    ? (stream: Stream) => Stream
    : never = (stream) => (stream.name === 'Lead' && contact !== undefined ? contact : stream);
  const outcome = await org.readHere({ streams: ['Lead', 'Contact'], edit });
  expect(contactsOf(outcome)).toEqual(whole);
  expect(outcome.statuses('Contact')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
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
