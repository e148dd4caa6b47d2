import { expect, test } from 'vitest';
import { ledgerOf, liveWrite, record, salesforceId, startWrite, state, stateIds } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';

// Sources and hosts that send streams in another order than ours, or several at once.

const ortto = useOrtto();

const streams = {
  Account: ['Id', 'Name'],
  Contact: ['Id', 'Email', 'AccountId'],
  Task: ['Id', 'WhoId', 'Subject', 'CreatedDate'],
};
const contactId = (number: number) => salesforceId('003', number);
const account = (number: number) => record('Account', { Id: salesforceId('001', number), Name: `Acme ${number}` });
const contact = (number: number, accountNumber?: number) =>
  record('Contact', {
    Id: contactId(number),
    Email: `p${number}@x.test`,
    AccountId: accountNumber === undefined ? null : salesforceId('001', accountNumber),
  });
const task = (number: number, who: number) =>
  record('Task', {
    Id: salesforceId('00T', number),
    WhoId: contactId(who),
    Subject: `Call ${number}`,
    CreatedDate: new Date(Date.now() - 86_400_000).toISOString(),
  });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const sync = (lines: readonly string[]) => liveWrite(ortto, { streams, lines });

test('events that arrive before all of their people are recorded once these have arrived', async () => {
  const run = await sync([
    ...numbers(250).map((number) => task(number, number)),
    state('Task', 1),
    ...numbers(250).map((number) => contact(number)),
    state('Contact', 2),
  ]);
  expect(ledgerOf(run, 'Task')).toMatchObject({ received: 250, recorded: 250, skipped: {} });
  expect(ortto.cdp.activities()).toHaveLength(250);
  expect(new Set(stateIds(run))).toEqual(new Set([1, 2]));
});

test('events mixed among their people are recorded, and those about nobody are skipped', async () => {
  const mixed = numbers(300).flatMap((number) => [contact(number), task(number, (number + 150) % 301)]);
  const run = await sync([account(1), ...mixed, state('Task', 1), state('Contact', 2)]);
  expect(ledgerOf(run, 'Task')).toMatchObject({ received: 300, recorded: 299, skipped: { no_person: 1 } });
  expect(ortto.cdp.activities()).toHaveLength(299);
  expect(new Set(stateIds(run))).toEqual(new Set([1, 2]));
});

/** Sends lines, waits for a state while nothing more comes, and then lets the input end. */
const stateBeforeTheEnd = async (lines: readonly string[], id: number) => {
  const arrived = Promise.withResolvers<void>();
  async function* held() {
    yield* lines;
    await arrived.promise;
  }
  return startWrite(ortto, { streams, lines: held() }, async ({ message, messages, ended }) => {
    await message((each) => each.type === 'STATE' && each.state['id'] === id);
    arrived.resolve();
    expect(await ended).toBe(0);
    return { messages };
  });
};

test('where people come first, an event about nobody holds up no state', async () => {
  const people = [state('Account', 1), contact(1), state('Contact', 2)];
  const run = await stateBeforeTheEnd([...people, task(1, 1), task(2, 99), state('Task', 3)], 3);
  expect(ledgerOf(run, 'Task')).toMatchObject({ recorded: 1, skipped: { no_person: 1 } });
});

test('links of a stream are made, and its states leave, once another stream has come', async () => {
  await sync([account(1)]);
  const run = await stateBeforeTheEnd([contact(1, 1), contact(2, 1), state('Contact', 1), state('Task', 2)], 1);
  expect(ledgerOf(run, 'Contact')).toMatchObject({ linked: 2 });
});
