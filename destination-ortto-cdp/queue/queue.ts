import { MAX_BYTES, MAX_ROWS } from '../ortto/row-size.ts';

// Which waiting writes form the next request. Two writes that share a match key's value must not be on their way
// together: what Ortto does with two rows of one person in one request is not known, and in two requests it is a race.
// Folding them into one would lose a record's fate, so the later one waits.

/** A write that waits to be sent. */
export interface Waiting<Item> {
  /** Writes of one group may share a request: those of one stream, since the request names the match keys. */
  readonly group: string;
  /** Texts that tell which person or organization may be meant; equal text, maybe the same one. */
  readonly keys: readonly string[];
  /** Keys of others that must have been settled before; unlike `keys` they hold nobody back. */
  readonly awaits?: readonly string[];
  /** Size of its row on the wire, at most. */
  readonly bytes: number;
  /** When it began to wait, in milliseconds. */
  readonly since: number;
  readonly item: Item;
}

/** A batch that is not full goes out when nothing has joined it for this long. */
export const QUIET_MS = 2_000;

export interface Queue<Item> {
  /** Returns whether there may be a full batch of its group now. */
  add(write: Waiting<Item>): boolean;
  /**
   * The next batch that may be sent now: writes of one group, in arrival order, none sharing a key with another of the
   * batch, with one under way, or with an earlier one that still waits. Undefined when there is none; only a full
   * batch, unless its group has been quiet for `QUIET_MS` or `flush` is set.
   */
  take(now: number, flush: boolean): readonly Waiting<Item>[] | undefined;
  /** The batch is settled: writes that share its keys may go. */
  done(batch: readonly Waiting<Item>[]): void;
  /** Writes that wait, those under way not counted. */
  readonly size: number;
}

const fills = ({ count, bytes }: { readonly count: number; readonly bytes: number }): boolean =>
  count >= MAX_ROWS || bytes > MAX_BYTES;

export const createQueue = <Item>(): Queue<Item> => {
  let waiting: Waiting<Item>[] = [];
  const underWay = new Map<string, number>();
  /** In the order in which the groups' oldest writes came, so that a busy group does not starve a quiet one. */
  const groups = new Map<string, { count: number; bytes: number; lastArrival: number }>();

  /** What the group would send now; full, when no write could be added to it. */
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
