import { ConfigError } from '../../airbyte/errors.ts';
import type { RejectReason } from '../reasons.ts';

// One bad record is a rejection; a mapping that refuses everything must not end as a green sync.

/** A refused record that waits until it is clear what its refusal means. */
export interface RefusedRecord<Item> {
  readonly item: Item;
  readonly reason: RejectReason;
  readonly field: string | undefined;
  readonly also?: readonly string[];
}

/** This many wholly refused batches in a row, of at least as many records, are the mapping's fault. */
const HOPELESS_BATCHES = 3;
const HOPELESS_RECORDS = 100;

/** Refusals for one reason, one after the other. They are withheld while the run lasts. */
export interface RefusalRun<Item> {
  /**
   * A batch all of whose rows were refused for one reason; `share` of a full batch, 1 for a request. Returns the refusals
   * of an earlier run, which this one ends. Throws ConfigError when nothing but refusals comes.
   */
  refuse(batch: readonly RefusedRecord<Item>[], share: number): readonly RefusedRecord<Item>[];
  /** Anything else came, or nothing more will: the withheld refusals are what they seem. */
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
      // Shares are not exact, so that a hundred of them make a little less than one.
      if (batches > HOPELESS_BATCHES - share / 2 && held.length >= HOPELESS_RECORDS)
        throw systematicRefusal(stream, held);
      return before;
    },
    end,
  };
};

/** Runs of refusals by stream. Those by us and by Ortto are apart: ours come while a batch is still on its way. */
export interface RefusalRuns<Item> {
  of(stream: string, by: 'us' | 'ortto'): RefusalRun<Item>;
  /** Ends all of them, and returns what they withheld. */
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

/** Whether all of a batch's outcomes are refusals for one reason. */
export const haveOneReason = (reasons: readonly (string | undefined)[]): boolean =>
  reasons[0] !== undefined && reasons.every((reason) => reason === reasons[0]);
