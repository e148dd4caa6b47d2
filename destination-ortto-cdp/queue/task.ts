import type { Identities } from '../mapping/identities.ts';
import { rowBytes } from '../ortto/row-size.ts';
import { token } from '../records/map-record.ts';
import type { LeftOut, Mapped } from '../records/mapped.ts';
import type { Fate } from './ledger.ts';

/** A mapped record that requires a call to Ortto, with what the queue needs to know. */
export interface Task {
  readonly work: Exclude<Mapped, { kind: 'skip' | 'reject' }>;
  /** The record's Salesforce id. */
  readonly id: string;
  readonly stream: string;
  readonly group: string;
  readonly keys: readonly string[];
  readonly awaits: readonly string[];
  readonly bytes: number;
  readonly cut: readonly string[];
  /** What is not sent of the record. */
  readonly leftOut: readonly LeftOut[];
}

/** What became of a task. */
export interface Outcome {
  readonly fate: Fate;
  /** The record holds back its states until this resolves; its fate is final at once. */
  readonly until?: Promise<void> | undefined;
  /** Ortto refused the record, or parts of it. */
  readonly refused?: 'whole' | 'partly' | undefined;
  /** The fields it left out for that, beside those of the task. */
  readonly leftOut?: readonly LeftOut[] | undefined;
  /** The person or organization is not in Ortto; if it may still arrive, the task is worth another try. */
  readonly isAbsent?: true;
}

/** Work of one kind and stream shares requests. Two tasks with a key in common may concern the same person or organization. */
export const taskOf = (work: Task['work'], identities: Identities): Task => {
  if (work.kind === 'write' || work.kind === 'opt_out') {
    const { mapping, id, tokens, bytes, cut, leftOut } = work.write;
    return task(work, { id, stream: mapping.stream, keys: tokens, bytes, cut, leftOut });
  }
  if (work.kind === 'activity') {
    const { mapping, id, about, attributes, cut, leftOut } = work.activity;
    // The person may still be waiting to be written; activities of one person need not wait for each other.
    const identity = identities.get(about.kind);
    const fields = Object.entries(attributes).map(([field, value]) => ({ id: field, value }));
    const awaits = identity === undefined ? [] : [token(identity, about.id)];
    const bytes = rowBytes(fields) + ACTIVITY_BYTES;
    return task(work, { id, stream: mapping.stream, keys: [], awaits, bytes, cut, leftOut });
  }
  const { mapping, id } = work;
  const own = token(mapping.identity, id);
  const contact =
    work.kind === 'hand_over' && mapping.handOver !== undefined ? [token(mapping.handOver, work.contactId)] : [];
  return task(work, { id, stream: mapping.stream, keys: [own, ...contact], bytes: SMALL_BYTES });
};

/** The ids, time and key of an activity. */
const ACTIVITY_BYTES = 600;
const SMALL_BYTES = 200;

const NONE: readonly string[] = [];
const WHOLE: readonly LeftOut[] = [];

const task = (
  work: Task['work'],
  {
    id,
    stream,
    keys,
    bytes,
    awaits = NONE,
    cut = NONE,
    leftOut = WHOLE,
  }: Pick<Task, 'id' | 'stream' | 'keys' | 'bytes'> & Partial<Pick<Task, 'awaits' | 'cut' | 'leftOut'>>,
): Task => ({ work, id, stream, group: `${stream} ${work.kind}`, keys, awaits, bytes, cut, leftOut });
