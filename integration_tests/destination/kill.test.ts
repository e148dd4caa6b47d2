import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { ledgerOf, liveWrite, record, runWrite, salesforceId, startWrite, state, statesOf } from './destination-run.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import { faultAnswers } from '../simulators/ortto/faults.ts';

// A sync in bad weather, killed at some call, and the next one from the states it had acknowledged.

const streams = {
  Account: ['Id', 'Name', 'IsDeleted'],
  Lead: ['Id', 'Email', 'LastName', 'IsConverted', 'ConvertedContactId', 'IsDeleted', 'HasOptedOutOfEmail'],
  Contact: ['Id', 'Email', 'LastName', 'AccountId', 'Score__c', 'IsDeleted', 'HasOptedOutOfEmail'],
  Task: ['Id', 'WhoId', 'Subject', 'CreatedDate'],
};
const config = {
  deleted_records: 'archive',
  objects: [{ stream: 'Contact', fields: [{ from: 'Score__c', to: 'Score', rule: 'if_empty' }] }],
};
const DAY = new Date(Date.now() - 3 * 86_400_000).toISOString();

const of = {
  Account: (number: number) => ({ Id: salesforceId('001', number), Name: `Acme ${number}` }),
  Lead: (number: number) => ({
    Id: salesforceId('00Q', number),
    Email: `l${number}@x.test`,
    LastName: `L${number}`,
    ...(number % 4 === 0 && { IsConverted: true, ConvertedContactId: salesforceId('003', number) }),
  }),
  Contact: (number: number) => ({
    Id: salesforceId('003', number),
    // Every fifth shares its address with its neighbour, every seventh opts out, every ninth has no usable address.
    Email: number % 9 === 0 ? 'no address' : `c${number % 5 === 0 ? number + 1 : number}@x.test`,
    LastName: `C${number}`,
    AccountId: salesforceId('001', number % 20),
    Score__c: number,
    HasOptedOutOfEmail: number % 7 === 0,
    IsDeleted: number % 13 === 0,
  }),
  Task: (number: number) => ({
    Id: salesforceId('00T', number),
    // Of no deleted contact: Salesforce deletes their tasks with them.
    WhoId: salesforceId(number % 2 === 0 && number % 13 > 0 ? '003' : '00Q', number),
    Subject: 'Call',
    CreatedDate: DAY,
  }),
} satisfies { readonly [stream: string]: (number: number) => JsonObject };
type Stream = keyof typeof of;
const COUNTS: { readonly [S in Stream]: number } = { Account: 30, Lead: 120, Contact: 300, Task: 150 };
const ORDER: readonly Stream[] = ['Account', 'Lead', 'Contact', 'Task'];
/** As a host may send them that does not know what is about what. */
const EVENTS_FIRST: readonly Stream[] = ['Task', 'Account', 'Lead', 'Contact'];
/** Records between two states; a state's cursor is the number of the next record. */
const PAGE = 30;

/** What the source sends: the rows after each stream's cursor. */
const linesFrom = (cursors: ReadonlyMap<string, number>, order: readonly Stream[]): string[] =>
  order.flatMap((stream) => {
    const lines: string[] = [];
    for (let number = cursors.get(stream) ?? 0; number < COUNTS[stream]; number += 1) {
      lines.push(record(stream, of[stream](number)));
      if ((number + 1) % PAGE === 0) lines.push(state(stream, number + 1));
    }
    return lines;
  });

/** The leads as they were before some of them were converted. */
const before = Array.from({ length: COUNTS.Lead }, (_, number) =>
  record('Lead', { Id: salesforceId('00Q', number), Email: `l${number}@x.test`, LastName: `L${number}` }),
);

const weather = (ortto: OrttoSimulator) =>
  ortto.faults.add(
    { chance: 0.06, times: 100, answer: faultAnswers.unavailable },
    { chance: 0.03, times: 100, answer: faultAnswers.html },
    { chance: 0.04, times: 100, cut: true },
    { chance: 0.06, times: 100, cut: true, worked: true },
    { chance: 0.1, times: 100, delayMs: 80, worked: true },
    { chance: 0.04, times: 3, answer: faultAnswers.rateLimit(1) },
  );

const startWorld = async (seed: number): Promise<OrttoSimulator> => {
  const ortto = await startOrtto({ seed });
  await liveWrite(ortto, { config, streams, lines: before });
  return ortto;
};

/** Runs the process in bad weather until its `calls`th call; returns the cursors it had acknowledged. */
const runUntilKilled = (
  ortto: OrttoSimulator,
  calls: number,
  order: readonly Stream[],
): Promise<ReadonlyMap<string, number>> =>
  startWrite(ortto, { config, streams, lines: linesFrom(new Map(), order) }, async ({ child, messages, ended }) => {
    let seen = 0;
    ortto.faults.add({
      when: () => {
        seen += 1;
        if (seen === calls) child.kill('SIGKILL');
        return false;
      },
    });
    weather(ortto);
    expect(await ended).toBeNull();
    return new Map(
      statesOf({ messages }).map(({ state: { stream } }) => [
        stream.stream_descriptor.name,
        (stream.stream_state as { cursor: number }).cursor,
      ]),
    );
  });

test('killed at any call of a sync in bad weather, people or events first, the next one from the acknowledged states leaves the CDP of a calm sync', async () => {
  const calm = await startWorld(0);
  const whole = await liveWrite(calm, { config, streams, lines: linesFrom(new Map(), ORDER) });
  expect(ledgerOf(whole, 'Contact')).toMatchObject({ left_out: { Email: { not_an_email: expect.any(Number) } } });
  const expected = calm.cdp.snapshot();
  await calm.close();

  const live = async ([calls, order]: readonly [number, readonly Stream[]]) => {
    const ortto = await startWorld(calls);
    const cursors = await runUntilKilled(ortto, calls, order);
    ortto.faults.clear();
    weather(ortto);
    const run = await runWrite(ortto, { config, streams, lines: linesFrom(cursors, order) });
    expect([run.exitCode, ortto.counts.bans]).toEqual([0, 0]);
    expect(ortto.cdp.snapshot()).toEqual(expected);
    await ortto.close();
  };
  const inOrder = [4, 11, 18, 27, 38].map((calls) => [calls, ORDER] as const);
  const eventsFirst = [5, 14, 24, 36].map((calls) => [calls, EVENTS_FIRST] as const);
  await Promise.all([...inOrder, ...eventsFirst].map(live));
});
