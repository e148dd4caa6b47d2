import type { IncomingRecord } from '../../airbyte/connector.ts';
import type { StateMessage } from '../../airbyte/protocol.ts';
import { createCheckpoint } from './checkpoint.ts';
import type { Place } from './checkpoint.ts';
import type { LeftOut, Rejection } from '../records/mapped.ts';
import { problemText } from './ledger.ts';
import type { Fate, Ledger } from './ledger.ts';
import { createRefusalRuns } from './refusal-runs.ts';
import type { RefusedRecord } from './refusal-runs.ts';
import type { Sorted } from './sort.ts';
import type { Outcome } from './task.ts';

/** A record that was received and is not settled. */
export interface Unsettled {
  readonly stream: string;
  /** Identifies it in the ledger: its Salesforce id, or the number of its line. */
  readonly id: string;
  readonly place: Place;
  /** The fields left out before anything was sent. */
  readonly leftOut: readonly LeftOut[];
}

/** The fate of a record that was rejected before it was sent. */
export const rejectedFate = ({ reason, field, others }: Rejection): Fate => ({
  kind: 'rejected',
  reason,
  field,
  ...(others.length > 0 && { also: others.map(problemText) }),
});

/** Settles every record once: its fate goes into the ledger, and the states waiting for it become free. */
export interface Settlement {
  /** A record has arrived. It must be settled once, by one of the next two calls. */
  receive(item: IncomingRecord, sorted: Sorted): Unsettled;
  /** Settles a record that is not sent. */
  settleUnsent(record: Unsettled, sorted: Exclude<Sorted, { kind: 'task' }>): void;
  /**
   * Settles a batch; in its order, undefined for a record to be tried again later. Throws ConfigError when Ortto refuses
   * everything for the same reason.
   */
  settleBatch(batch: readonly { readonly record: Unsettled; readonly outcome: Outcome | undefined }[]): void;
  state(message: StateMessage): void;
  /** Settles the rejections that were withheld. After the last batch. Throws ConfigError when Ortto refused a whole stream. */
  finish(): void;
  /** The states that may be emitted now, in order; each is returned once. */
  free(): StateMessage[];
}

/** What the rest of a refused record's own line says: the fields it was left without on the way. */
const alsoOf = (leftOut: readonly LeftOut[], also: readonly string[] = []) =>
  leftOut.length + also.length > 0 ? { also: [...also, ...leftOut.map(problemText)] } : {};

/** Whether Ortto took the record, as far as that says something about its mapping. */
const isTaken = ({ kind, ...fate }: Fate): boolean =>
  kind === 'created' ||
  kind === 'merged' ||
  kind === 'recorded' ||
  (kind === 'skipped' && 'reason' in fate && (fate.reason === 'exists' || fate.reason === 'not_in_ortto'));

const NONE: readonly LeftOut[] = [];

interface Refused {
  readonly record: Unsettled;
  readonly outcome: Outcome;
}

/** `wake` is called whenever states have become free. */
export const createSettlement = (ledger: Ledger, wake: () => void): Settlement => {
  const checkpoint = createCheckpoint();
  const runs = createRefusalRuns<Refused>();
  let freed: StateMessage[] = [];

  const release = (states: readonly StateMessage[]) => {
    if (states.length === 0) return;
    // Not spread into one push: there may be more states than a call can take as arguments.
    for (const state of states) freed.push(state);
    wake();
  };

  const settle = (record: Unsettled, { fate, until, leftOut = NONE }: Outcome) => {
    const { stream, id, place } = record;
    const missing = leftOut.length > 0 ? [...record.leftOut, ...leftOut] : record.leftOut;
    ledger.settle(stream, id, fate.kind === 'rejected' ? { ...fate, ...alsoOf(missing, fate.also) } : fate, missing);
    const leave = () => release(checkpoint.settle(place, fate.kind === 'rejected' ? 'rejected' : 'accepted'));
    if (until === undefined) leave();
    else void until.then(leave);
  };

  const reject = (refused: readonly RefusedRecord<Refused>[]) => {
    for (const { item } of refused) settle(item.record, item.outcome);
  };

  return {
    receive({ stream, namespace, line }, sorted) {
      ledger.receive(stream);
      const id = sorted.kind === 'task' ? sorted.task.id : sorted.id;
      const place = checkpoint.join(namespace === undefined ? { name: stream } : { name: stream, namespace });
      const leftOut = sorted.kind === 'task' ? sorted.task.leftOut : NONE;
      return { stream, id: id === undefined || id === '' ? `line ${line}` : id, place, leftOut };
    },
    settleUnsent(record, sorted) {
      if (sorted.kind === 'skip') settle(record, { fate: { kind: 'skipped', reason: sorted.reason } });
      else settle(record, { fate: rejectedFate(sorted) });
    },
    settleBatch(batch) {
      const [first] = batch;
      if (first === undefined) return;
      const refused: RefusedRecord<Refused>[] = [];
      let [taken, partly] = [0, 0];
      for (const { record, outcome } of batch) {
        if (outcome === undefined) continue;
        const { fate } = outcome;
        if (fate.kind === 'rejected' && outcome.refused === 'whole') {
          refused.push({ item: { record, outcome }, reason: fate.reason, field: fate.field });
        } else {
          if (outcome.refused === 'partly') partly += 1;
          else if (isTaken(fate)) taken += 1;
          settle(record, outcome);
        }
      }
      reject(runs.of(first.record.stream).judge({ refused, taken, partly }));
    },
    state: (message) => release(checkpoint.add(message)),
    finish() {
      const { refused, error } = runs.end();
      reject(refused);
      if (error !== undefined) throw error;
    },
    free() {
      const states = freed;
      freed = [];
      return states;
    },
  };
};
