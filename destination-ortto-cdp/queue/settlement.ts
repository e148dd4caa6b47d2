import type { IncomingRecord } from '../../airbyte/connector.ts';
import type { StateMessage } from '../../airbyte/protocol.ts';
import { createCheckpoint } from './checkpoint.ts';
import type { Place } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';
import { createRefusalRuns, haveSameReason } from './refusal-runs.ts';
import type { RefusedRecord } from './refusal-runs.ts';
import type { Sorted } from './sort.ts';
import type { Outcome } from './task.ts';

/** A record that was received and is not settled. */
export interface Unsettled {
  readonly stream: string;
  /** Identifies it in the ledger: its Salesforce id, or the number of its line. */
  readonly id: string;
  readonly place: Place;
}

/** Settles every record once: its fate goes into the ledger, and the states waiting for it become free. */
export interface Settlement {
  /** A record has arrived. It must be settled once, by one of the next two calls. */
  receive(item: IncomingRecord, sorted: Sorted): Unsettled;
  /** Settles a record that is not sent. Throws ConfigError when a stream yields nothing but rejections. */
  settleUnsent(record: Unsettled, sorted: Exclude<Sorted, { kind: 'task' }>): void;
  /**
   * Settles a batch; in its order, undefined for a record to be tried again later. Throws ConfigError when Ortto refuses
   * everything for the same reason.
   */
  settleBatch(batch: readonly { readonly record: Unsettled; readonly outcome: Outcome | undefined }[]): void;
  state(message: StateMessage): void;
  /** Settles the rejections that were withheld. After the last batch. */
  finish(): void;
  /** The states that may be emitted now, in order; each is returned once. */
  free(): StateMessage[];
}

/** What a record rejected before sending counts for in a run of refused batches. */
const UNSENT_SHARE = 0.01;

/** `wake` is called whenever states have become free. */
export const createSettlement = (ledger: Ledger, wake: () => void): Settlement => {
  const checkpoint = createCheckpoint();
  const runs = createRefusalRuns<Unsettled>();
  let freed: StateMessage[] = [];

  const release = (states: readonly StateMessage[]) => {
    if (states.length === 0) return;
    // Not spread into one push: more states may be waiting than a call takes arguments.
    for (const state of states) freed.push(state);
    wake();
  };

  const settle = ({ stream, id, place }: Unsettled, { fate, until }: Outcome) => {
    ledger.settle(stream, id, fate);
    const leave = () => release(checkpoint.settle(place, fate.kind === 'rejected' ? 'rejected' : 'accepted'));
    if (until === undefined) leave();
    else void until.then(leave);
  };

  const reject = (refused: readonly RefusedRecord<Unsettled>[]) => {
    for (const { item, ...fault } of refused) settle(item, { fate: { kind: 'rejected', ...fault } });
  };

  return {
    receive({ stream, namespace, line }, sorted) {
      ledger.receive(stream);
      if (sorted.kind !== 'reject') reject(runs.of(stream, 'us').end());
      const id = sorted.kind === 'task' ? sorted.task.id : sorted.id;
      const place = checkpoint.join(namespace === undefined ? { name: stream } : { name: stream, namespace });
      return { stream, id: id === undefined || id === '' ? `line ${line}` : id, place };
    },
    settleUnsent(record, sorted) {
      if (sorted.kind === 'skip') {
        settle(record, { fate: { kind: 'skipped', reason: sorted.reason } });
        return;
      }
      const { reason, field, problems } = sorted;
      const also = problems.slice(1).map((problem) => `${problem.field ?? 'record'}: ${problem.reason}`);
      const run = runs.of(record.stream, 'us');
      reject(run.refuse([{ item: record, reason, field, ...(also.length > 0 && { also }) }], UNSENT_SHARE));
    },
    settleBatch(batch) {
      const [first] = batch;
      if (first === undefined) return;
      const run = runs.of(first.record.stream, 'ortto');
      const refused = batch.flatMap(({ record, outcome }) => {
        const fate = outcome?.fate;
        return fate?.kind === 'rejected' ? [{ item: record, reason: fate.reason, field: fate.field }] : [];
      });
      if (refused.length === batch.length && haveSameReason(refused.map(({ reason }) => reason))) {
        reject(run.refuse(refused, 1));
        return;
      }
      reject(run.end());
      for (const { record, outcome } of batch) if (outcome !== undefined) settle(record, outcome);
    },
    state: (message) => release(checkpoint.add(message)),
    finish: () => reject(runs.end()),
    free() {
      const states = freed;
      freed = [];
      return states;
    },
  };
};
