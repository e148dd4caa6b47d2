import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { errorsOf, ledgerOf, liveWrite, record, runWrite, salesforceId, state, stateIds } from './destination-run.ts';
import { contact, inWhen, limited, outWhen, seed, streams, subscribersOf } from './consent-records.ts';
import { useOrtto } from './use-ortto.ts';

// How a mistake in opted_in_when is kept from everybody, and when the opt-outs that follow from it are sent.

const ortto = useOrtto();

const sync = (config: JsonObject, lines: readonly string[]) => liveWrite(ortto, { config, streams, lines });
const seeded = (count: number) => seed(ortto, count);
const subscribers = () => subscribersOf(ortto);

const mistaken = (count: number) =>
  Array.from({ length: count }, (_, number) => contact(number, number % 2 ? 'Oui' : null, { LastName: 'New' }));

test('beyond the limit nobody who exists loses a permission for not being in the list; the rest of the records is written', async () => {
  await seeded(10);
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
  expect(new Set(stateIds(run))).toEqual(new Set([1, 3]));
  const again = await sync({ ...inWhen('Yes', 'Oui'), ...limited(9, 50) }, lines);
  expect(again.exitCode).toBe(0);
  expect(subscribers().out).toContain(0);
  expect(subscribers().in).toContain(1);
});

test.each([
  ['as many as the number of records', limited(10, 0)],
  ['as large a share as the percentage', limited(0, 100)],
])('%s are within the limit', async (_, limits) => {
  await seeded(10);
  const run = await sync({ ...inWhen('Yes'), ...limits }, [...mistaken(10), state('Contact', 1)]);
  expect(run.exitCode).toBe(0);
  expect(subscribers().in).toEqual([]);
  expect(stateIds(run)).toEqual([1]);
});

test('opt-outs that a record states do not count, nor do those of people who are new', async () => {
  await seeded(3);
  const config = { ...outWhen('No'), ...limited(0, 0) };
  expect((await sync(config, [contact(0, 'No'), contact(1, 'No')])).exitCode).toBe(0);
  expect((await sync({ ...inWhen('Yes'), ...limited(0, 0) }, [contact(8, 'No'), contact(9, null)])).exitCode).toBe(0);
  expect(subscribers()).toEqual({ in: [2], out: [0, 1, 8, 9] });
});

test('they wait until their stream is over, and hold the states of that stream alone', async () => {
  await seeded(2);
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
  await seeded(1000);
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
  await seeded(40);
  const lines = Array.from({ length: 40 }, (_, number) => [
    contact(number, 'No'),
    record('Lead', { Id: salesforceId('00Q', number), Email: `l${number}@corp.test`, HasOptedOutOfEmail: false }),
  ]).flat();
  const run = await sync({ ...inWhen('Yes'), ...limited(20, 20) }, lines);
  expect(run.exitCode).toBe(1);
  expect(subscribers().out.length).toBeLessThan(20);
});

test('an opt-out that Ortto does not take holds its states', async () => {
  await seeded(2);
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

test('a sync that breaks off before its stream is over sends none of them, holds the states, and the next one sends them', async () => {
  await seeded(2);
  const lines = [contact(0, 'Yes'), state('Contact', 1), contact(1, 'No'), state('Contact', 2)];
  const run = await sync(inWhen('Yes'), [...lines, '{"type":"RECORD","rec\n']);
  expect(run.exitCode).toBe(1);
  expect(stateIds(run)).not.toContain(2);
  expect(subscribers().out).toEqual([]);
  expect(stateIds(await sync(inWhen('Yes'), lines))).toEqual([1, 2]);
  expect(subscribers()).toEqual({ in: [0], out: [1] });
});
