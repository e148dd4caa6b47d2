import { setTimeout as sleep } from 'node:timers/promises';
import { NO_VERDICT } from '../ortto/answers.ts';
import type { Verdict } from '../ortto/answers.ts';
import type { Ortto } from '../ortto/api.ts';
import type { DestinationConfig } from '../config.ts';
import { conditionsOf, pickMatch } from './matching.ts';
import type { Fate } from '../queue/ledger.ts';
import type { Write } from '../records/mapped.ts';
import { firstPass, laterPasses, mayCarryAnothersId, needsMore } from './passes.ts';
import type { IdentifiedWrite, Pass } from './passes.ts';

/** What became of one write when it was sent. */
export interface Attempt {
  readonly fate: Fate;
  /** Ortto's id of the person or organization, where it is known. */
  readonly orttoId: string | undefined;
  /** It counts as found, but this run may have created it, or given it its Salesforce id. */
  readonly mayBeNew?: boolean;
  /** The field that Ortto names as the reason to refuse the row, by Ortto's id. */
  readonly refusedField?: string | undefined;
  /** Whether it is new in Ortto, though something of it was refused. */
  readonly isNew?: boolean;
}

/** How far a write has come through the passes. */
interface WriteProgress {
  readonly write: Write;
  readonly verdict: Verdict;
  /** Whether it was in Ortto before; undefined while an answer without an id leaves that open. */
  readonly existed: boolean | undefined;
  readonly orttoId: string | undefined;
  /** Set when nothing more will be sent. */
  readonly fate: Fate | undefined;
}

/** Waits between look-ups of what Ortto has just accepted but does not return yet. */
const INDEXING_WAITS_MS = [1000, 3000, 9000];

/**
 * Sends a batch of one stream once. Returns one result per write, in the order given. Throws only when nothing is known
 * about any of them; sending the same writes again is safe.
 */
export const attemptWrites = async (
  ortto: Ortto,
  config: DestinationConfig,
  writes: readonly Write[],
): Promise<readonly Attempt[]> => {
  const absent = await absentOrganizations(ortto, writes);
  const going = writes.filter((write) => !absent.has(write));
  if (going.length === 0) return writes.map(() => NOT_IN_ORTTO);
  const first = firstPass(going);
  const verdicts = await ortto.merge(streamOf(going), first);
  const progress = going.map((write, index) => progressAfter(write, first, verdicts[index] ?? NO_VERDICT));
  const found = await findMissingIds(ortto, first, progress);
  const refusals = await sendLaterPasses(ortto, first, await identify(ortto, first, found));
  const outcomes = new Map(found.map((each) => [each.write, attemptOf(config, each, refusals.get(each.write))]));
  return writes.map((write) => outcomes.get(write) ?? NOT_IN_ORTTO);
};

const NOT_IN_ORTTO: Attempt = { fate: { kind: 'skipped', reason: 'not_in_ortto' }, orttoId: undefined };

const streamOf = ([write]: readonly Write[]): string => write?.mapping.stream ?? '';

/** accounts/merge has no documented way not to create organizations, so they are looked up when none may be created. */
const absentOrganizations = async (ortto: Ortto, writes: readonly Write[]): Promise<ReadonlySet<Write>> => {
  const mapping = writes[0]?.mapping;
  if (mapping === undefined || mapping.target === 'person' || mapping.createNew) return new Set();
  const found = await lookUpIds(ortto, writes);
  return new Set(writes.filter((write) => !found.has(write)));
};

/** The Ortto id that Ortto would find for each write; writes that match nothing are not in the map. */
export const lookUpIds = async (ortto: Ortto, writes: readonly Write[]): Promise<ReadonlyMap<Write, string>> => {
  const mapping = writes[0]?.mapping;
  const conditions = conditionsOf(writes.flatMap(({ keys }) => keys));
  if (mapping === undefined || conditions.length === 0) return new Map();
  const candidates = await ortto.find(mapping.stream, mapping.target, conditions, [...new Set(mapping.keys)]);
  return new Map(
    writes.flatMap((write) => {
      const found = pickMatch(candidates, write.keys, mapping.findStrategy);
      return found === undefined ? [] : [[write, found.id] as const];
    }),
  );
};

/** Ortto names its own field; users know the Salesforce one. */
export const salesforceField = ({ mapping }: Write, fieldId: string | undefined): string | undefined =>
  fieldId !== undefined && fieldId === mapping.account?.id
    ? 'AccountId'
    : (mapping.fields.find(({ id }) => id === fieldId)?.from ?? fieldId);

const progressAfter = (write: Write, first: Pass, verdict: Verdict): WriteProgress => {
  if (verdict.kind === 'refused') {
    const field = salesforceField(write, verdict.field);
    const fate = { kind: 'rejected', reason: verdict.reason, field } as const;
    return { write, verdict, existed: false, orttoId: undefined, fate };
  }
  if (verdict.kind === 'not_written') {
    // Under on_create, existing ones are left unwritten too, so when none may be created the status alone is ambiguous.
    const open = verdict.id === undefined && !write.mapping.createNew;
    const existed = open ? (first.rule === 'on_create' ? undefined : false) : true;
    return { write, verdict, existed, orttoId: verdict.id, fate: existed === false ? NOT_IN_ORTTO.fate : undefined };
  }
  // A status that every row gets, such as `queued`, is ambiguous as well.
  const open = verdict.id === undefined && !write.mapping.createNew;
  const existed = open ? undefined : verdict.kind === 'merged';
  return { write, verdict, existed, orttoId: verdict.id, fate: undefined };
};

/** Looks up the ids that the later passes need and no verdict gave. */
const findMissingIds = async (
  ortto: Ortto,
  first: Pass,
  progress: readonly WriteProgress[],
): Promise<readonly WriteProgress[]> => {
  const lost = progress.filter(
    ({ write, existed, orttoId, fate }) =>
      fate === undefined && orttoId === undefined && (existed === undefined || needsMore(first, write, existed)),
  );
  const found = new Map<Write, string>();
  for (const waitMs of [0, ...INDEXING_WAITS_MS]) {
    const missing = lost.filter(({ write }) => !found.has(write));
    // Only what was certainly accepted is worth waiting for.
    if (missing.length === 0 || (waitMs > 0 && missing.every(({ existed }) => existed === undefined))) break;
    if (waitMs > 0) await sleep(waitMs);
    const sent = missing.map(({ write }) => write);
    for (const [each, id] of await lookUpIds(ortto, sent)) found.set(each, id);
  }
  const sought = new Set(lost);
  return progress.map((each) => {
    if (!sought.has(each)) return each;
    const orttoId = found.get(each.write);
    if (orttoId !== undefined) return { ...each, orttoId, existed: true };
    const fate =
      each.existed === undefined ? NOT_IN_ORTTO.fate : ({ kind: 'rejected', reason: 'not_found_again' } as const);
    return { ...each, fate };
  });
};

/** How later passes will address each write: people by Ortto id, organizations by the Salesforce id they carry. */
const identify = async (
  ortto: Ortto,
  first: Pass,
  progress: readonly WriteProgress[],
): Promise<readonly IdentifiedWrite[]> => {
  const going = progress.filter(({ fate }) => fate === undefined);
  const wanting = going.map((each) => ({ ...each, existed: each.existed ?? true }));
  if (first.target === 'person') {
    return wanting
      .filter(({ write, existed, orttoId }) => orttoId !== undefined || !needsMore(first, write, existed))
      .map(({ write, existed, orttoId }) => ({ write, existed, address: orttoId }));
  }
  const unsure = wanting.flatMap(({ write, existed, orttoId }) =>
    existed && orttoId !== undefined && mayCarryAnothersId(write.mapping) && needsMore(first, write, existed)
      ? orttoId
      : [],
  );
  const carried = await accountIdsOf(ortto, first, [...new Set(unsure)]);
  return wanting.map(({ write, existed, orttoId }) => ({ write, existed, address: carried.get(orttoId ?? '') }));
};

/** The Salesforce ids that organizations carry in their identity field, by Ortto id. */
const accountIdsOf = async (
  ortto: Ortto,
  { writes }: Pass,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const identity = writes[0]?.mapping.identity;
  if (ids.length === 0 || identity === undefined) return new Map();
  const found = await ortto.getByIds(streamOf(writes), 'organization', ids, [identity]);
  return new Map(
    found.flatMap(({ id, fields }) => {
      const value = fields[identity];
      return typeof value === 'string' && value !== '' ? [[id, value] as const] : [];
    }),
  );
};

/** Sends the later passes, one after the other. Returns the writes refused in one of them. */
const sendLaterPasses = async (
  ortto: Ortto,
  first: Pass,
  found: readonly IdentifiedWrite[],
): Promise<ReadonlyMap<Write, WriteProgress>> => {
  const refused = new Map<Write, WriteProgress>();
  for (const pass of laterPasses(first, found)) {
    const verdicts = await ortto.merge(streamOf(pass.writes), pass);
    for (const [index, write] of pass.writes.entries()) {
      const after = progressAfter(write, pass, verdicts[index] ?? NO_VERDICT);
      if (after.fate?.kind === 'rejected') refused.set(write, after);
    }
  }
  return refused;
};

const attemptOf = (
  { people, organizations }: DestinationConfig,
  { write, verdict, orttoId, fate }: WriteProgress,
  refused: WriteProgress | undefined,
): Attempt => {
  const settled = fate ?? refused?.fate;
  if (settled !== undefined) {
    const last = refused?.verdict ?? verdict;
    const refusedField = last.kind === 'refused' ? last.field : undefined;
    return { fate: settled, orttoId, refusedField, isNew: verdict.kind === 'created' };
  }
  if (verdict.kind === 'created') return { fate: { kind: 'created' }, orttoId };
  const { mergeStrategy } = write.mapping.target === 'person' ? people : organizations;
  const { createNew } = write.mapping;
  const mayBeNew = verdict.kind !== 'refused' && (verdict.mayBeNew === true || mayCarryAnothersId(write.mapping));
  if (mergeStrategy !== 'ignore') return { fate: { kind: 'merged' }, orttoId, mayBeNew };
  const reason = orttoId === undefined && !createNew ? 'not_in_ortto' : 'exists';
  return { fate: { kind: 'skipped', reason }, orttoId, mayBeNew };
};
