import { ConfigError } from '../../airbyte/errors.ts';
import type { RejectReason } from '../reasons.ts';

// One bad record is a rejection; a mapping that gets every record refused must not end as a successful sync. Only what Ortto
// refuses counts: what is rejected or left out before anything is sent concerns that record alone, however many there are.

/** A refused record, held until it is clear what its refusal means. */
export interface RefusedRecord<Item> {
  readonly item: Item;
  readonly reason: RejectReason;
  readonly field: string | undefined;
}

/** This many wholly refused batches in a row, with at least this many records, mean that the mapping is at fault. */
const HOPELESS_BATCHES = 3;
const HOPELESS_RECORDS = 100;
/** This many records are enough if they are all that a stream had in a sync. */
const HOPELESS_STREAM = 10;
/** Beyond this, records that were taken in part outnumber any mapping that is wholly at fault. */
const MAX_HELD = 1_000;

/** What Ortto did with a batch; records that it did not judge are in none of these. */
export interface JudgedBatch<Item> {
  readonly refused: readonly RefusedRecord<Item>[];
  /** Records that it took whole. */
  readonly taken: number;
  /** Records that it took only after a field was left out: neither refused nor taken. */
  readonly partly: number;
}

/** The refusals of one stream. They are withheld as long as they may turn out to be the mapping's fault. */
export interface RefusalRun<Item> {
  /**
   * Returns the refusals that are certainly those of records, withheld ones first. Throws ConfigError when there have been too
   * many in a row to be the records' fault.
   */
  judge(batch: JudgedBatch<Item>): readonly RefusedRecord<Item>[];
  /** Nothing more will come: the error if Ortto refused everything, else what is still withheld. */
  end(): ConfigError | readonly RefusedRecord<Item>[];
}

export const createRefusalRun = <Item>(stream: string): RefusalRun<Item> => {
  let held: RefusedRecord<Item>[] = [];
  let batches = 0;
  let partly = 0;
  /** Whether something was taken, or refused for another reason. */
  let isMixed = false;

  const release = (): RefusedRecord<Item>[] => {
    const refused = held;
    held = [];
    batches = 0;
    return refused;
  };

  return {
    judge(batch) {
      const [first] = batch.refused;
      partly += batch.partly;
      if (batch.taken > 0 || new Set(batch.refused.map(({ reason }) => reason)).size > 1) {
        isMixed = true;
        return [...release(), ...batch.refused];
      }
      if (first === undefined) return [];
      const isOther = held[0] !== undefined && held[0].reason !== first.reason;
      if (isOther) isMixed = true;
      const before = isOther || held.length >= MAX_HELD ? release() : [];
      held.push(...batch.refused);
      if (batch.partly === 0) batches += 1;
      if (batches >= HOPELESS_BATCHES && held.length >= HOPELESS_RECORDS) throw systematicRefusal(stream, held);
      return before;
    },
    end: () =>
      !isMixed && held.length >= HOPELESS_STREAM && held.length > partly ? systematicRefusal(stream, held) : release(),
  };
};

/** The runs of all streams. */
export interface RefusalRuns<Item> {
  of(stream: string): RefusalRun<Item>;
  /** Ends all runs: what they withheld, and the error of a stream that was refused as a whole. */
  end(): { readonly refused: readonly RefusedRecord<Item>[]; readonly error: ConfigError | undefined };
}

export const createRefusalRuns = <Item>(): RefusalRuns<Item> => {
  const runs = new Map<string, RefusalRun<Item>>();
  return {
    of(stream) {
      const run = runs.get(stream) ?? createRefusalRun<Item>(stream);
      runs.set(stream, run);
      return run;
    },
    end() {
      const ends = Array.from(runs.values(), (run) => run.end());
      return {
        refused: ends.flatMap((end) => (end instanceof ConfigError ? [] : end)),
        error: ends.find((end) => end instanceof ConfigError),
      };
    },
  };
};

const systematicRefusal = (stream: string, [first, ...others]: readonly RefusedRecord<unknown>[]): ConfigError => {
  const field = first?.field === undefined ? '' : `, field ${first.field}`;
  return new ConfigError(
    `${stream}: all of the last ${others.length + 1} records were refused by Ortto for the same reason (${first?.reason}${field}), so the mapping is at fault, not the records. Change the stream's entry in objects, or leave the field out; the records will be sent again.`,
  );
};
