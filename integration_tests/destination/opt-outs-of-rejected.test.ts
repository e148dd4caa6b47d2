import { beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import { switchDescriptions } from '../simulators/ortto/switches.ts';
import type { Switches } from '../simulators/ortto/switches.ts';
import { FIELDS, contact } from './contact-records.ts';
import { ledgerOf, liveWrite, record, runWrite, salesforceId, state, stateIds } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// A record that cannot be written still says that its person is out, and nothing else.

const ortto = useOrtto();
beforeEach(() => {
  ortto.limits.refusedFields = [];
});

const streams = { Contact: [...FIELDS, 'Phone', 'Title', 'Topics__c'] };
const ID = 'str:cm:salesforce-contact-id';
/** More than a row may be refused for. */
const FOUR = ['str::first', 'str::last', 'phn::phone', 'str:cm:job-title'];
const line = (number: number, more: JsonObject = {}): string =>
  record('Contact', contact(number, { Phone: '+47 22 33 44 55', Title: 'Chief', ...more }));
const out = (number: number, more: JsonObject = {}): string => line(number, { HasOptedOutOfEmail: true, ...more });
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const personOf = (number: number, of: OrttoSimulator = ortto) =>
  of.cdp.peopleWith(ID, salesforceId('003', number))[0]?.fields;

test('those of refused rows go a hundred a call at the end of the batch, and never meet the ban', async () => {
  await liveWrite(ortto, { streams, lines: numbers(300).map((number) => line(number)) });
  ortto.limits.refusedFields = FOUR;
  const before = ortto.counts.calls['/person/merge'] ?? 0;
  const bare = { FirstName: null, LastName: null, Phone: null, Title: null };
  const lines = numbers(300).map((number) => {
    if (number % 10 === 9) return line(number, bare);
    return number % 2 === 0 ? out(number) : line(number, { FirstName: 'Changed' });
  });
  const run = await runWrite(ortto, { streams, lines: [...lines, state('Contact', 1)] });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { invalid: 270 }, merged: 30, opt_out_sent: 150 });
  expect(stateIds(run)).toEqual([1]);
  expect(ortto.cdp.peopleWith('bol::p', false)).toHaveLength(150);
  expect(ortto.cdp.peopleWith('str::first', 'Changed')).toEqual([]);
  expect(ortto.counts.bans).toBe(0);
  // Each batch: once whole, three times without a field, and once its opt-outs.
  expect((ortto.counts.calls['/person/merge'] ?? 0) - before).toBe(3 * 5);
});

test('somebody new is created as out, with id, email and permission alone', async () => {
  ortto.limits.refusedFields = FOUR;
  const run = await liveWrite(ortto, { streams, lines: [out(1), line(2), state('Contact', 1)] });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { invalid: 2 }, created: 0, opt_out_sent: 1 });
  expect(ortto.cdp.people()).toHaveLength(1);
  expect(personOf(1)).toMatchObject({ 'str::email': 'p1@corp.test', 'bol::p': false });
  expect(Object.keys(personOf(1) ?? {}).filter((id) => FOUR.includes(id))).toEqual([]);
});

test('none is sent where the settings keep permissions as they are, and nobody is created where none may be', async () => {
  await liveWrite(ortto, { streams, lines: [line(1)] });
  ortto.limits.refusedFields = FOUR;
  const lines = [out(1), out(2)];
  const kept = await liveWrite(ortto, { streams, lines: [out(1)], config: { people: { merge_strategy: 'ignore' } } });
  expect([ledgerOf(kept, 'Contact')['opt_out_sent'], personOf(1)?.['bol::p']]).toEqual([undefined, true]);
  const closed = await liveWrite(ortto, { streams, lines, config: { people: { create_new: false } } });
  expect(ledgerOf(closed, 'Contact')).toMatchObject({ rejected: { invalid: 2 }, opt_out_sent: 1 });
  expect([personOf(1)?.['bol::p'], ortto.cdp.people().length]).toEqual([false, 1]);
});

test('a permission that Ortto refuses is never left out: the person would be subscribed', async () => {
  ortto.limits.refusedFields = ['bol::p'];
  const run = await liveWrite(ortto, { streams, lines: [out(1), line(2), state('Contact', 1)] });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 1, rejected: { invalid: 1 } });
  expect(ledgerOf(run, 'Contact')).not.toHaveProperty('opt_out_sent');
  expect(ortto.cdp.people()).toHaveLength(1);
});

test('the records that we reject say it as well, by their id or, without one, by their address', async () => {
  await liveWrite(ortto, { streams, lines: numbers(5).map((number) => line(number)) });
  const byEmail = await liveWrite(ortto, {
    streams,
    lines: [out(1, { Email: null }), out(7, { Email: 'x' }), line(3, { Email: null }), state('Contact', 1)],
    config: { people: { match_by: ['email'] } },
  });
  expect(ledgerOf(byEmail, 'Contact')).toMatchObject({ rejected: { no_match_key: 3 }, opt_out_sent: 1 });
  const large = Array.from({ length: 9000 }, (_, number) => `${number} ${'x'.repeat(240)}`);
  const run = await liveWrite(ortto, {
    streams,
    lines: [out(2, { Id: 'none' }), out(8, { Id: 'none' }), out(4, { Topics__c: large }), state('Contact', 2)],
  });
  expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { no_id: 2, record_too_large: 1 }, opt_out_sent: 2 });
  expect([stateIds(byEmail), stateIds(run)]).toEqual([[1], [2]]);
  expect(numbers(5).map((number) => personOf(number)?.['bol::p'])).toEqual([true, false, false, true, false]);
  expect(ortto.cdp.people()).toHaveLength(5);
});

test('an address without an id takes the permission and leaves no trace of an id', async () => {
  const fields = { 'str::email': 'p1@corp.test', 'str::first': 'Ana' };
  await liveWrite(ortto, { streams, lines: [line(5)] });
  ortto.cdp.call('POST', '/person/merge', { people: [{ fields }], merge_by: ['str::email'], async: false });
  await liveWrite(ortto, { streams, lines: [out(1, { Id: 'none' }), state('Contact', 1)] });
  const [person] = ortto.cdp.peopleWith('str::email', 'p1@corp.test');
  expect(person?.fields).toMatchObject({ 'str::first': 'Ana', 'bol::p': false });
  expect(person?.fields).not.toHaveProperty(ID);
});

const positions = switchDescriptions.flatMap(({ name, positions: all }) =>
  all.map((position): [string, Partial<Switches>] => [`${name} ${position}`, { [name]: position }]),
);

test.each(positions)('with %s too, existing people lose the permission', async (_, switches) => {
  const its = await startOrtto({ switches });
  try {
    await liveWrite(its, { streams, lines: [line(1), line(2), line(3)] });
    its.limits.refusedFields = [...FOUR, 'str::email'];
    const run = await liveWrite(its, {
      streams,
      lines: [out(1), out(2, { Email: 'unfit' }), line(3), state('Contact', 1)],
    });
    const told = [1, 2, 3].map((number) => personOf(number, its)?.['bol::p']);
    expect(told).toEqual([false, false, true]);
    expect(ledgerOf(run, 'Contact')).toMatchObject({ rejected: { invalid: 3 }, opt_out_sent: 2 });
    expect([stateIds(run), its.counts.bans]).toEqual([[1], 0]);
  } finally {
    await its.close();
  }
});
