import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import type { Limit } from '../config.ts';
import { PERMISSIONS } from '../mapping/consent.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Ortto } from '../ortto/api.ts';
import { PERSON_ID } from '../ortto/system-fields.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Write } from '../records/mapped.ts';
import { createHeldPeople } from './held-people.ts';
import { inParallel } from './in-parallel.ts';
import { isBeyond } from './opt-in-limit.ts';
import type { Turns } from './turns.ts';
import type { UnlistedValues } from './unlisted-values.ts';
import { lookUpIds } from './writes.ts';
import type { Delivered } from './insistent-writes.ts';

// Opt-outs that follow only from a value not being in `opted_in_when`. A value missing from that list unsubscribes everybody who
// has it, and nothing gives their permission back. So those of people who exist wait until their stream is over, and none of them
// is sent if they are too many to be meant. New people get theirs when they are created: nobody may write to them in between.

/** Holds these opt-outs back, decides about them a stream at a time, and sends them. */
export interface ImpliedOptOuts {
  /**
   * Takes what a delivered batch implies. One entry a write: resolves when the opt-out has been sent, and never if there are
   * too many; undefined where none waits.
   */
  readonly hold: (
    writes: readonly Write[],
    delivered: readonly Delivered[],
  ) => Promise<readonly (Promise<void> | undefined)[]>;
  /** After a batch of the stream: decides about those waiting once there are many, and pauses while an earlier lot is sent. */
  readonly afterBatch: (stream: string) => Promise<void>;
  /** Nothing more of the stream is under way: decides about those waiting, unless the stream has come back before. */
  readonly streamEnded: (stream: string) => void;
  /** Decides about all still waiting. */
  readonly finish: () => Promise<void>;
  /** Throws ConfigError if there were too many of a stream. */
  readonly refuse: () => void;
}

export interface ImpliedOptOutsOptions {
  readonly ortto: Ortto;
  readonly ledger: Ledger;
  readonly limit: Limit;
  readonly values: UnlistedValues;
  /** Two requests about one person are never under way at once. Here nobody knows who the batches are about. */
  readonly turns: Turns;
  /** So many of a stream wait at most before it is decided about them. */
  readonly maxWaiting: number;
  readonly onFailure: (error: unknown) => void;
}

/** People in one call. */
const PEOPLE_PER_CALL = 100;

const PERMISSION_IDS = [...PERMISSIONS.keys()];

/** What waits for one decision. */
interface Lot {
  readonly people: ReturnType<typeof createHeldPeople>;
  /** People who were certainly written, but whom Ortto does not return. */
  lost: number;
  readonly sent: PromiseWithResolvers<void>;
}

/** A stream in this attempt. */
interface Line {
  existed: number;
  implied: number;
  lot: Lot;
  isBeyond: boolean;
  hasEnded: boolean;
}

export const createImpliedOptOuts = (options: ImpliedOptOutsOptions): ImpliedOptOuts => {
  const { ortto, ledger, limit, values, turns, maxWaiting, onFailure } = options;
  const lines = new Map<string, Line>();
  let underWay: Promise<void> = Promise.resolve();

  const lineOf = (stream: string): Line => {
    const known = lines.get(stream);
    if (known !== undefined) return known;
    const fresh: Line = { existed: 0, implied: 0, lot: emptyLot(), isBeyond: false, hasEnded: false };
    lines.set(stream, fresh);
    return fresh;
  };

  const send = async (stream: string, { people, lost, sent }: Lot): Promise<void> => {
    let refused = lost;
    await turns.alone(() =>
      inParallel(people.groups(PEOPLE_PER_CALL), async (group) => {
        const verdicts = await ortto.merge(stream, { target: 'person', body: optOutBody(group) });
        refused += verdicts.filter(({ kind }) => kind === 'refused').length;
      }),
    );
    if (refused > 0) throw new TransientError(notTaken(stream, refused));
    ledger.note(stream, 'implied_opt_outs', people.size);
    sent.resolve();
  };

  /** Decides about those waiting, one lot after the other; what comes meanwhile waits for the next decision. */
  const decide = async (stream: string, line: Line): Promise<void> => {
    const { lot } = line;
    line.lot = emptyLot();
    await underWay;
    if (line.isBeyond || lot.people.size + lot.lost === 0) return;
    line.isBeyond = isBeyond(line, limit);
    if (!line.isBeyond) await send(stream, lot);
  };

  const decideAlongside = (stream: string, line: Line): void => {
    underWay = decide(stream, line).catch(onFailure);
  };

  return {
    async hold(writes, delivered) {
      const mapping = writes[0]?.mapping;
      if (mapping === undefined || !mayImply(mapping)) return [];
      const line = lineOf(mapping.stream);
      const isHeld = (write: Write, index: number) => existed(delivered[index]) && permissionsOf(write) > 0;
      const unknown = writes.filter((write, index) => isHeld(write, index) && delivered[index]?.orttoId === undefined);
      const found = unknown.length > 0 ? await lookUpIds(ortto, unknown) : undefined;
      return writes.map((write, index) => {
        if (existed(delivered[index])) line.existed += 1;
        if (!isHeld(write, index)) return undefined;
        line.implied += 1;
        const { lot } = line;
        if (line.isBeyond) return lot.sent.promise;
        const personId = delivered[index]?.orttoId ?? found?.get(write);
        if (personId === undefined) lot.lost += 1;
        else lot.people.add(personId, permissionsOf(write));
        return lot.sent.promise;
      });
    },
    async afterBatch(stream) {
      const line = lines.get(stream);
      if (line === undefined || line.lot.people.size < maxWaiting) return;
      decideAlongside(stream, line);
      await underWay;
    },
    streamEnded(stream) {
      const line = lines.get(stream);
      // A host that mixes streams ends each of them many times, with few records in between: no basis for a decision.
      if (line !== undefined && !line.hasEnded) decideAlongside(stream, line);
      if (line !== undefined) line.hasEnded = true;
    },
    async finish() {
      await underWay;
      for (const [stream, line] of lines) await decide(stream, line);
    },
    refuse() {
      const beyond = [...lines].filter(([, { isBeyond: is }]) => is);
      if (beyond.length === 0) return;
      throw new ConfigError(beyond.map(([stream, line]) => tooMany(stream, line, limit, values)).join('\n'));
    },
  };
};

const emptyLot = (): Lot => ({ people: createHeldPeople(), lost: 0, sent: Promise.withResolvers() });

const mayImply = ({ fields }: EntityMapping): boolean =>
  fields.some(({ consent, rule }) => consent?.kind === 'opted_in_when' && rule === 'overwrite');

/** The permissions that an existing person is to lose, as bits. */
const permissionsOf = ({ unlisted }: Write): number =>
  unlisted.reduce(
    (bits, { optOut }) => (optOut === undefined ? bits : bits | (1 << PERMISSION_IDS.indexOf(optOut))),
    0,
  );

/** Whether the person was in Ortto before. One whose record was refused after it had been found, too. */
const existed = (delivered: Delivered | undefined): boolean =>
  delivered !== undefined &&
  (delivered.fate.kind === 'merged' || (delivered.fate.kind === 'rejected' && delivered.orttoId !== undefined));

const optOutBody = (people: readonly (readonly [string, number])[]) => ({
  people: people.map(([personId, permissions]) => ({
    fields: {
      [PERSON_ID]: personId,
      ...Object.fromEntries(
        PERMISSION_IDS.filter((_, place) => (permissions & (1 << place)) !== 0).map((id) => [id, false]),
      ),
    },
  })),
  async: false,
  merge_by: [PERSON_ID],
  merge_strategy: 2,
  find_strategy: 0,
  skip_non_existing: true,
});

const notTaken = (stream: string, count: number): string =>
  `${stream}: Ortto did not take the opt-outs of ${count} people; the next attempt sends them again`;

const tooMany = (stream: string, { implied, existed: all }: Line, limit: Limit, values: UnlistedValues): string =>
  `${stream}: ${implied} of ${all} people who are already in Ortto would lose a permission only because their value is not in opted_in_when, more than limits.opted_in_when allows (${limit.records} records and ${limit.percent} percent), so none of them did. The values that came: ${values.implied(stream)}. Complete the list in objects or, if all of this is meant, raise the limit; the records will be sent again.`;
