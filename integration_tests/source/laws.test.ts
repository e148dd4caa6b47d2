import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AirbyteMessage, JsonObject } from '../../airbyte/protocol.ts';
import { startSourceOrg } from './source-org.ts';
import type { Outcome, SourceOrg } from './source-org.ts';

// What holds for every org and every course of events. Reads run in this process, over sockets, so that there can be many.

const MINUTES = 60_000;
const NOW = new Date('2026-03-04T12:00:00Z');

type Records = ReadonlyMap<string, readonly string[]>;

const sorted = (records: Records): Map<string, string[]> =>
  new Map([...records].map(([stream, lines]) => [stream, lines.toSorted()]));

/** What the platform has when a source dies after a message: the records that its last state of each stream covers. */
const acknowledged = ({ messages }: Outcome): Records => {
  const waiting = new Map<string, string[]>();
  const covered = new Map<string, string[]>();
  for (const message of messages) {
    if (message.type === 'RECORD') {
      const { stream, data } = message.record;
      waiting.set(stream, [...(waiting.get(stream) ?? []), JSON.stringify(data)]);
    }
    if (message.type === 'STATE') {
      const { name } = message.state.stream.stream_descriptor;
      const lines = waiting.get(name);
      if (lines !== undefined) covered.set(name, [...(covered.get(name) ?? []), ...lines]);
      waiting.delete(name);
    }
  }
  return covered;
};

const together = (parts: readonly Records[]): Map<string, string[]> => {
  const all = new Map<string, string[]>();
  for (const part of parts) {
    for (const [stream, lines] of part) all.set(stream, [...(all.get(stream) ?? []), ...lines]);
  }
  return sorted(all);
};

/** Reads to the end in attempts of so many messages, each with the states of the one before. */
const inAttempts = async (org: SourceOrg, config: JsonObject, lengths: readonly number[]): Promise<Records> => {
  const parts: Records[] = [];
  const states = new Map<string, Outcome['states'][number]>();
  for (const length of [...lengths, Number.POSITIVE_INFINITY]) {
    let left = length;
    const until = ({ type }: AirbyteMessage): boolean => type !== 'LOG' && (left -= 1) <= 0;
    const outcome = await org.readHere({ config, state: [...states.values()], until });
    expect(outcome.errors).toEqual([]);
    parts.push(acknowledged(outcome));
    for (const state of outcome.states) states.set(state.stream.stream_descriptor.name, state);
  }
  return together(parts);
};

test('by REST, by Bulk, in any pages and in any number of attempts, the records of an org are the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 0, max: 1_000_000 }),
        contacts: fc.integer({ min: 0, max: 40 }),
        pageRows: fc.integer({ min: 1, max: 30 }),
        scientificNumbers: fc.boolean(),
        lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }),
      }),
      async ({ seed, contacts, pageRows, scientificNumbers, lengths }) => {
        const org = await startSourceOrg({ seed, contacts, now: NOW, nulBytes: true });
        try {
          const { bulk, rest, org: data } = org.salesforce;
          data.clock.freeze();
          bulk.scientificNumbers = scientificNumbers;
          const whole = await org.readHere({ config: { api: 'rest' } });
          expect(whole.errors).toEqual([]);
          const records = sorted(whole.records);
          const counts = (await org.streams()).flatMap(({ name }) =>
            data.count(name) > 0 ? [[name, data.count(name)]] : [],
          );
          expect([...records].map(([name, lines]) => [name, lines.length])).toEqual(counts);
          expect(sorted((await org.readHere({ config: { api: 'bulk' } })).records)).toEqual(records);
          bulk.maxPageRows = pageRows;
          rest.pageRows = 'random';
          expect(await inAttempts(org, { api: 'bulk' }, lengths)).toEqual(records);
          expect(await inAttempts(org, { api: 'rest' }, lengths)).toEqual(records);
        } finally {
          await org.close();
        }
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
});

/** Something that happens in an org between two reads; `pick` chooses whom it happens to. */
type Happening = (org: SourceOrg['salesforce']['org'], pick: (from: readonly string[]) => string) => void;

const alive = (org: SourceOrg['salesforce']['org'], object: string): string[] => org.ids(object, { isAlive: true });

const HAPPENINGS: Readonly<Record<string, Happening>> = {
  insert: (org) => org.insert('Contact', { LastName: 'New' }),
  update: (org, pick) => org.update('Contact', pick(alive(org, 'Contact')), { Title: `Title ${org.now()}` }),
  updateLate: (org, pick) =>
    org.update('Lead', pick(alive(org, 'Lead')), { Company: `Late ${org.now()}` }, { visibleAfterMs: 8 * MINUTES }),
  insertLate: (org) => org.insert('Account', { Name: 'Late' }, { visibleAfterMs: 9 * MINUTES }),
  remove: (org, pick) => org.remove('Contact', pick(alive(org, 'Contact'))),
  removeAccount: (org, pick) => org.remove('Account', pick(alive(org, 'Account'))),
  purge: (org, pick) => org.hardRemove('Contact', pick(org.ids('Contact'))),
  purgeTask: (org, pick) => org.hardRemove('Task', pick(org.ids('Task'))),
  undelete: (org, pick) => {
    const living = new Set(alive(org, 'Contact'));
    org.undelete('Contact', pick(org.ids('Contact').filter((id) => !living.has(id))));
  },
  merge: (org, pick) => {
    const winner = pick(alive(org, 'Contact'));
    org.merge('Contact', winner, [pick(alive(org, 'Contact').filter((id) => id !== winner))]);
  },
  convert: (org, pick) => {
    const open = org.rows('Lead').filter((row) => row['IsConverted'] === false && row['IsDeleted'] === false);
    org.convertLead(pick(open.flatMap(({ Id }) => (typeof Id === 'string' ? [Id] : []))));
  },
};

interface Span {
  readonly minutes: number;
  readonly happenings: readonly { readonly what: string; readonly whom: number }[];
  readonly api: string;
  /** Messages after which the read breaks off. */
  readonly length: number;
}

const span: fc.Arbitrary<Span> = fc.record({
  minutes: fc.integer({ min: 0, max: 40 }),
  happenings: fc.array(fc.record({ what: fc.constantFrom(...Object.keys(HAPPENINGS)), whom: fc.nat(1_000) }), {
    maxLength: 6,
  }),
  api: fc.constantFrom('auto', 'rest', 'bulk'),
  length: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 200 })),
});

const happen = ({ salesforce: { org } }: SourceOrg, { what, whom }: Span['happenings'][number]): void => {
  try {
    HAPPENINGS[what]?.(org, (from) => {
      const chosen = from[whom % Math.max(from.length, 1)];
      if (chosen === undefined) throw new Error('UNABLE: nobody is left');
      return chosen;
    });
  } catch (error) {
    // A row in an open transaction is locked, as in Salesforce.
    if (!(error instanceof Error && error.message.startsWith('UNABLE'))) throw error;
  }
};

/** Without what others' changes alter: values of parents and of formulas are those of the row's last own change. */
const own = (line: string): JsonObject => {
  const { Account: _, Campaign: __, Account_Name__c: ___, ...rest } = JSON.parse(line) as JsonObject;
  return rest;
};

test('whatever happens between reads that may break off, their records by Id end as the org is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.array(span, { minLength: 2, maxLength: 6 }),
      async (seed, spans) => {
        const org = await startSourceOrg({ seed, contacts: 15, now: NOW });
        try {
          const { org: data, bulk } = org.salesforce;
          data.clock.freeze();
          bulk.maxPageRows = 7;
          const replayed = new Map<string, JsonObject>();
          const states = new Map<string, Outcome['states'][number]>();
          const quiet: Span = { minutes: 30, happenings: [], api: 'auto', length: Number.POSITIVE_INFINITY };
          for (const { minutes, happenings, api, length } of [...spans, quiet]) {
            for (const happening of happenings) happen(org, happening);
            data.clock.advance(minutes * MINUTES + 1_000);
            let left = length;
            const outcome = await org.readHere({
              config: { api },
              state: [...states.values()],
              until: ({ type }) => type !== 'LOG' && (left -= 1) <= 0,
            });
            expect(outcome.errors).toEqual([]);
            for (const [stream, lines] of outcome.records) {
              for (const line of lines)
                replayed.set(`${stream} ${String((JSON.parse(line) as JsonObject)['Id'])}`, own(line));
            }
            for (const state of outcome.states) states.set(state.stream.stream_descriptor.name, state);
          }
          const fresh = await org.readHere();
          const present = new Map(
            [...fresh.records].flatMap(([stream, lines]) =>
              lines.map((line) => [`${stream} ${String((JSON.parse(line) as JsonObject)['Id'])}`, own(line)]),
            ),
          );
          const gone = [...replayed].filter(([key]) => !present.has(key));
          expect(gone.filter(([, record]) => record['IsDeleted'] !== true)).toEqual([]);
          for (const [key, record] of present) expect([key, replayed.get(key)]).toEqual([key, record]);
        } finally {
          await org.close();
        }
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
});
