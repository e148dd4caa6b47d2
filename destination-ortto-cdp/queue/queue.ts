import { MAX_BYTES, MAX_ROWS } from '../ortto/row-size.ts';

// Which waiting writes form the next request. Two writes that share a match key's value must not be under way at the same
// time: it is not documented what Ortto does with two rows of one person in one request, and two requests would race. Merging
// them into one would lose a record's fate, so the later one waits.

/** A write waiting to be sent. */
export interface Waiting<Item> {
  /** Writes of one group may share a request. A group is within one stream, since the request names the match keys. */
  readonly group: string;
  /** Texts for the person or organization that may be meant: writes with a text in common may concern the same one. */
  readonly keys: readonly string[];
  /** Keys of writes that must be settled first; unlike `keys`, they hold no other write back. */
  readonly awaits?: readonly string[];
  /** Upper bound on the size of its row on the wire. */
  readonly bytes: number;
  /** When it started waiting, in milliseconds. */
  readonly since: number;
  readonly item: Item;
}

/** A batch that is not full is sent when nothing has joined its group for this long. */
export const QUIET_MS = 2_000;

export interface Queue<Item> {
  /** Returns whether its group may now have a full batch. */
  add(write: Waiting<Item>): boolean;
  /**
   * The next batch that may be sent now: writes of one group, in arrival order, none sharing a key with another of the
   * batch, with one under way, or with an earlier one still waiting. Undefined if there is none; only full batches, unless
   * the group has been quiet for `QUIET_MS` or `flush` is set.
   */
  take(now: number, flush: boolean): readonly Waiting<Item>[] | undefined;
  /** The batch is settled: writes that share its keys may be sent. */
  done(batch: readonly Waiting<Item>[]): void;
  /** Writes waiting, not counting those under way. */
  readonly size: number;
}

const fills = ({ count, bytes }: { readonly count: number; readonly bytes: number }): boolean =>
  count >= MAX_ROWS || bytes > MAX_BYTES;

export const createQueue = <Item>(): Queue<Item> => {
  let waiting: Waiting<Item>[] = [];
  const underWay = new Map<string, number>();
  /** In the order of the groups' oldest writes, so that a busy group does not starve a quiet one. */
  const groups = new Map<string, { count: number; bytes: number; lastArrival: number }>();

  /** What the group would send now; `full` if no other write could be added. */
  const gather = (group: string): { batch: Waiting<Item>[]; full: boolean } => {
    const taken = new Set<string>();
    const isFree = (key: string) => !taken.has(key) && !underWay.has(key);
    const batch: Waiting<Item>[] = [];
    let bytes = 0;
    for (const write of waiting) {
      const free = write.keys.every(isFree) && (write.awaits?.every(isFree) ?? true);
      for (const key of write.keys) taken.add(key);
      if (!free || write.group !== group) continue;
      if (batch.length > 0 && bytes + write.bytes > MAX_BYTES) return { batch, full: true };
      batch.push(write);
      bytes += write.bytes;
      if (batch.length === MAX_ROWS) return { batch, full: true };
    }
    return { batch, full: false };
  };

  const remove = (group: string, batch: readonly Waiting<Item>[]) => {
    const chosen = new Set(batch);
    waiting = waiting.filter((write) => !chosen.has(write));
    const rest = groups.get(group);
    groups.delete(group);
    if (rest !== undefined && rest.count > batch.length) {
      const bytes = rest.bytes - batch.reduce((sum, write) => sum + write.bytes, 0);
      groups.set(group, { ...rest, count: rest.count - batch.length, bytes });
    }
  };

  return {
    add(write) {
      waiting.push(write);
      const group = groups.get(write.group) ?? { count: 0, bytes: 0, lastArrival: 0 };
      group.count += 1;
      group.bytes += write.bytes;
      group.lastArrival = write.since;
      groups.set(write.group, group);
      return fills(group);
    },
    take(now, flush) {
      for (const [group, { count, bytes, lastArrival }] of groups) {
        const due = flush || now - lastArrival >= QUIET_MS;
        if (!due && !fills({ count, bytes })) continue;
        const { batch, full } = gather(group);
        if (batch.length === 0 || !(full || due)) continue;
        remove(group, batch);
        for (const { keys } of batch) for (const key of keys) underWay.set(key, (underWay.get(key) ?? 0) + 1);
        return batch;
      }
      return undefined;
    },
    done(batch) {
      for (const { keys } of batch) {
        for (const key of keys) {
          const left = (underWay.get(key) ?? 0) - 1;
          if (left > 0) underWay.set(key, left);
          else underWay.delete(key);
        }
      }
    },
    get size() {
      return waiting.length;
    },
  };
};
