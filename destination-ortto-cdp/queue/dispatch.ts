import type { IncomingRecord, IncomingState, Log } from '../../airbyte/connector.ts';
import type { StateMessage } from '../../airbyte/protocol.ts';
import type { StreamMapping } from '../mapping/plan.ts';
import { createBatches } from './batches.ts';
import type { Batches } from './batches.ts';
import { createBell } from './bell.ts';
import type { Bell } from './bell.ts';
import type { Ledger } from './ledger.ts';
import { createQueue } from './queue.ts';
import { createSettlement } from './settlement.ts';
import type { Unsettled } from './settlement.ts';
import type { Sorted } from './sort.ts';
import { createStreamOrder } from './stream-order.ts';
import type { Outcome, Task } from './task.ts';

interface Pending {
  readonly record: Unsettled;
  readonly task: Task;
  /** Whether it has been held back once already. */
  readonly wasHeld: boolean;
}

export interface DispatchOptions {
  /** Delivers a batch of one kind and stream; one outcome per task, in order. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
  /** Called when a stream has ended, as far as can be known. */
  readonly onStreamEnd: (stream: string) => void;
  /** What becomes of the records of each stream of the catalog. */
  readonly kinds: ReadonlyMap<string, StreamMapping['kind']>;
  readonly log: Log;
  readonly ledger: Ledger;
  /** Milliseconds. */
  readonly clock: () => number;
}

/**
 * Takes records and states in arrival order, sends batches, and settles every record once. No call blocks: what is under way
 * continues by itself and rings the bells.
 */
export interface Dispatch {
  record(item: IncomingRecord, sorted: Sorted): void;
  state(item: IncomingState): void;
  /** The batches under way. */
  readonly batches: Batches;
  /** The input has ended: what was held back is sent now. */
  end(): void;
  /** Settles the rejections that were withheld. After the last batch. */
  finish(): void;
  /** The states that may be emitted now, in order; each is returned once. */
  free(): StateMessage[];
  /** Writes waiting, not counting those under way. */
  readonly waiting: number;
  /** Rings when states have become free, a batch has ended, or something has failed. */
  readonly change: Bell;
  /** Rings together with `change`, for a reader that waits to add more. */
  readonly room: Bell;
}

/** Activities held back for people who may still arrive; more would take up the memory that batches need. */
const MAX_HELD = 20_000;

export const createDispatch = (options: DispatchOptions): Dispatch => {
  const { deliver, onStreamEnd, kinds, log, ledger, clock } = options;
  const [change, room] = [createBell(), createBell()];
  const wake = () => {
    change.ring();
    room.ring();
  };
  const queue = createQueue<Pending>();
  const order = createStreamOrder(kinds);
  const settlement = createSettlement(ledger, wake);
  const held: Pending[] = [];
  let hasEnded = false;

  const join = (pending: Pending): boolean => {
    const { group, keys, awaits, bytes, stream } = pending.task;
    order.taskAdded(stream);
    return queue.add({ group, keys, awaits, bytes, since: clock(), item: pending });
  };

  /** Holds an activity back until the input has ended; false if waiting is of no use. */
  const hold = ({ record, task, wasHeld }: Pending): boolean => {
    if (wasHeld || !order.mayPeopleFollow || held.length >= MAX_HELD) return false;
    const pending = { record, task, wasHeld: true };
    if (hasEnded) join(pending);
    else if (held.push(pending) === MAX_HELD) log.warn(tooManyHeld(record.stream));
    return true;
  };

  const announceEnded = () => {
    for (const stream of order.takeEnded()) onStreamEnd(stream);
  };

  const batches = createBatches<Pending>({
    queue,
    deliver: (items) => deliver(items.map(({ task }) => task)),
    settle: (items, outcomes) =>
      settlement.settleBatch(
        items.map((item, index) => {
          const outcome = outcomes[index];
          return { record: item.record, outcome: outcome?.isAbsent && hold(item) ? undefined : outcome };
        }),
      ),
    ended(items) {
      for (const { task } of items) order.taskEnded(task.stream);
      announceEnded();
    },
    clock,
    wake,
  });

  return {
    batches,
    record(item, sorted) {
      const record = settlement.receive(item, sorted);
      if (order.arrived(item.stream, 'record')) announceEnded();
      if (sorted.kind !== 'task') {
        settlement.settleUnsent(record, sorted);
        return;
      }
      const { task } = sorted;
      if (task.cut.length > 0) ledger.cut(item.stream, task.cut);
      batches.expectMore();
      if (join({ record, task, wasHeld: false })) batches.pump(false);
    },
    state({ message }) {
      if (order.arrived(message.state.stream.stream_descriptor.name, 'state')) announceEnded();
      settlement.state(message);
    },
    end() {
      hasEnded = true;
      for (const pending of held.splice(0)) join(pending);
    },
    finish: () => settlement.finish(),
    free: () => settlement.free(),
    change,
    room,
    get waiting() {
      return queue.size;
    },
  };
};

const tooManyHeld = (stream: string): string =>
  `${stream}: ${MAX_HELD.toLocaleString('en-US')} activities are waiting for people who have not arrived yet; further ones will be skipped. Sync Contact and Lead before this stream.`;
