import { ConfigError } from '../../airbyte/errors.ts';
import type { RejectReason } from '../reasons.ts';

// One bad record is a rejection; a mapping that gets every record refused must not end as a successful sync.

/** A refused record, held until it is clear what its refusal means. */
export interface RefusedRecord<Item> {
  readonly item: Item;
  readonly reason: RejectReason;
  readonly field: string | undefined;
  readonly also?: readonly string[];
}

/** This many fully refused batches in a row, with at least this many records, mean that the mapping is at fault. */
const HOPELESS_BATCHES = 3;
const HOPELESS_RECORDS = 100;

/** Consecutive refusals for the same reason. They are withheld while the run lasts. */
export interface RefusalRun<Item> {
  /**
   * A batch whose rows were all refused for the same reason; `share` is its part of a full batch, 1 for a request. Returns the
   * refusals of the run that it ends, if any. Throws ConfigError when the run has become too long to be the records' fault.
   */
  refuse(batch: readonly RefusedRecord<Item>[], share: number): readonly RefusedRecord<Item>[];
  /** Something else came, or nothing more will: the withheld refusals are ordinary ones. */
  end(): readonly RefusedRecord<Item>[];
}

export const createRefusalRun = <Item>(stream: string): RefusalRun<Item> => {
  let held: RefusedRecord<Item>[] = [];
  let batches = 0;

  const end = () => {
    if (held.length === 0) return [];
    const refused = held;
    held = [];
    batches = 0;
    return refused;
  };

  return {
    refuse(batch, share) {
      const before = held[0]?.reason === batch[0]?.reason ? [] : end();
      held.push(...batch);
      batches += share;
      // Shares are not exact: a hundred of them add up to slightly less than one.
      if (batches > HOPELESS_BATCHES - share / 2 && held.length >= HOPELESS_RECORDS)
        throw systematicRefusal(stream, held);
      return before;
    },
    end,
  };
};

/** Runs of refusals by stream. Ours and Ortto's are separate: ours come while a batch is still under way. */
export interface RefusalRuns<Item> {
  of(stream: string, by: 'us' | 'ortto'): RefusalRun<Item>;
  /** Ends all runs and returns the refusals they withheld. */
  end(): readonly RefusedRecord<Item>[];
}

export const createRefusalRuns = <Item>(): RefusalRuns<Item> => {
  const runs = { us: new Map<string, RefusalRun<Item>>(), ortto: new Map<string, RefusalRun<Item>>() };
  return {
    of(stream, by) {
      const found = runs[by].get(stream);
      if (found !== undefined) return found;
      const run = createRefusalRun<Item>(stream);
      runs[by].set(stream, run);
      return run;
    },
    end: () => [...runs.us.values(), ...runs.ortto.values()].flatMap((run) => run.end()),
  };
};

const systematicRefusal = (stream: string, [first, ...others]: readonly RefusedRecord<unknown>[]): ConfigError => {
  const field = first?.field === undefined ? '' : `, field ${first.field}`;
  return new ConfigError(
    `${stream}: all of the last ${others.length + 1} records were rejected for the same reason (${first?.reason}${field}), so the mapping is at fault, not the records. Change the stream's entry in objects, or leave the field out; the records will be sent again.`,
  );
};

/** Whether all outcomes of a batch are refusals for the same reason. */
export const haveSameReason = (reasons: readonly (string | undefined)[]): boolean =>
  reasons[0] !== undefined && reasons.every((reason) => reason === reasons[0]);
