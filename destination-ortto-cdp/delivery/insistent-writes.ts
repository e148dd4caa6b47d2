import type { DestinationConfig } from '../config.ts';
import type { Ortto } from '../ortto/api.ts';
import type { Fate } from '../queue/ledger.ts';
import type { LeftOut, Write, WriteField } from '../records/mapped.ts';
import { isOptOut, optOutOf } from '../records/opt-out.ts';
import { permissionBody } from './bodies-by-person-id.ts';
import { withoutRefused } from './refused-rows.ts';
import type { Trial } from './refused-rows.ts';
import { attemptWrites, lookUpIds } from './writes.ts';
import type { Attempt } from './writes.ts';

/** What became of one write in the end. */
export interface Delivered {
  readonly fate: Fate;
  /** Ortto's id of the person or organization, where it is known. */
  readonly orttoId: string | undefined;
  /** It counts as found, but this run may have created it, or given it its Salesforce id. */
  readonly mayBeNew?: boolean | undefined;
  /** What Ortto refused of it: all, or the fields in `leftOut`. */
  readonly refused?: 'whole' | 'partly' | undefined;
  readonly leftOut?: readonly LeftOut[];
  /** It was rejected, and its opt-out has arrived all the same. */
  readonly optOutSent?: boolean;
}

/**
 * Delivers a batch of one stream: rows that Ortto refuses go again without the fields it names, and of those still refused the
 * opt-outs alone, together at the end. One result per write, in order; throws as `attemptWrites` does.
 */
export const deliverWrites = async (
  ortto: Ortto,
  config: DestinationConfig,
  writes: readonly Write[],
): Promise<readonly Delivered[]> => {
  const tried = await insist(ortto, config, writes);
  const optOuts = new Map<number, Write>();
  for (const [index, { trial, attempt }] of tried.entries()) {
    const isLost = attempt.fate.kind === 'rejected' && attempt.fate.reason !== 'suppressed';
    const optOut = isLost ? optOutOf(trial.write) : undefined;
    if (optOut !== undefined) optOuts.set(index, optOut);
  }
  const sent = await deliverOptOuts(ortto, config, [...optOuts.values()]);
  return tried.map(({ trial, attempt }, index): Delivered => {
    const optOut = optOuts.get(index);
    const { fate, orttoId, mayBeNew } = attempt;
    const leftOut = trial.refused;
    if (fate.kind !== 'rejected') {
      const known = trial.isNew && fate.kind === 'merged' ? ({ kind: 'created' } as const) : fate;
      return leftOut.length === 0
        ? { fate, orttoId, mayBeNew }
        : { fate: known, orttoId, mayBeNew, refused: 'partly', leftOut };
    }
    const answer = optOut === undefined ? undefined : sent.get(optOut);
    return {
      fate,
      orttoId: orttoId ?? answer?.orttoId,
      refused: 'whole',
      leftOut,
      optOutSent: answer?.hasArrived === true,
    };
  });
};

/** What became of an opt-out. */
export interface SentOptOut {
  readonly hasArrived: boolean;
  readonly orttoId: string | undefined;
}

/** Sends opt-outs of one stream, as `optOutOf` makes them, as few calls as possible. */
export const deliverOptOuts = async (
  ortto: Ortto,
  config: DestinationConfig,
  optOuts: readonly Write[],
): Promise<ReadonlyMap<Write, SentOptOut>> => {
  const sent = new Map<Write, SentOptOut>();
  // A request names the keys of all its rows.
  const alike = Map.groupBy(optOuts, ({ mapping }) => JSON.stringify([mapping.keys, mapping.createNew]));
  for (const group of alike.values()) {
    const tried = await insist(ortto, config, group);
    for (const [index, { attempt }] of tried.entries()) {
      const write = group[index];
      if (write !== undefined) sent.set(write, { hasArrived: hasArrived(write, attempt), orttoId: attempt.orttoId });
    }
    const lost = group.filter((_, index) => tried[index]?.attempt.fate.kind === 'rejected');
    for (const [write, orttoId] of await tellByPersonId(ortto, lost)) sent.set(write, { hasArrived: true, orttoId });
  }
  return sent;
};

/**
 * Takes the permission from the people of these opt-outs by Ortto's own id: Ortto may refuse a row that has no email, or that holds
 * anything more. Returns those it reached.
 */
const tellByPersonId = async (ortto: Ortto, optOuts: readonly Write[]): Promise<ReadonlyMap<Write, string>> => {
  const going = optOuts.filter(({ fields }) => fields.some(overwritesPermission));
  const found = [...(await lookUpIds(ortto, going))];
  const [some] = found;
  if (some === undefined) return new Map();
  const rows = found.map(([{ fields }, id]) => ({ id, permissions: fields.filter(overwritesPermission) }));
  const verdicts = await ortto.merge(some[0].mapping.stream, { target: 'person', body: permissionBody(rows) });
  return new Map(found.filter((_, index) => verdicts[index]?.kind === 'merged'));
};

const overwritesPermission = (field: WriteField): boolean => isOptOut(field) && field.rule === 'overwrite';

/** Existing people are told only where the settings let the permission travel. */
const hasArrived = ({ fields }: Write, { fate, isNew }: Attempt): boolean =>
  fate.kind === 'created' || isNew === true || (fate.kind === 'merged' && fields.some(overwritesPermission));

interface Tried {
  readonly trial: Trial;
  readonly attempt: Attempt;
}

/** Sends the writes, and what is refused again without the field that Ortto names, until nothing can be left out. */
const insist = async (ortto: Ortto, config: DestinationConfig, writes: readonly Write[]): Promise<readonly Tried[]> => {
  const tried: Tried[] = [];
  let open = writes.map((write, index) => ({ index, trial: { write, refused: [], isNew: false } as Trial }));
  while (open.length > 0) {
    const attempts = await attemptWrites(
      ortto,
      config,
      open.map(({ trial }) => trial.write),
    );
    open = open.flatMap(({ index, trial }, place) => {
      const attempt = attempts[place];
      if (attempt === undefined) return [];
      tried[index] = { trial, attempt };
      const next = withoutRefused(trial, attempt);
      return next === undefined ? [] : [{ index, trial: next }];
    });
  }
  return tried;
};
