import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { longId } from './ids.ts';
import { transaction } from './store.ts';

export interface WriteOptions {
  /**
   * The transaction commits this long after it stamped the row: until then nobody sees the change, and the row is locked
   * (any other write to it throws).
   */
  readonly visibleAfterMs?: number;
}

export interface Commits {
  /** Applies a change of this row in a transaction, now or when it is due. */
  commit(id: string, options: WriteOptions | undefined, apply: () => void): void;
  /** Applies the late commits that are due; call before anything is read. */
  commitDue(): void;
  /** When the oldest transaction that has not committed yet began; undefined without one. */
  openSince(): number | undefined;
}

interface OpenTransaction {
  readonly at: number;
  readonly since: number;
  readonly row: string;
  readonly apply: () => void;
}

/** Commits as late as Salesforce does: rows appear at the end of a transaction, with the time at which it stamped them. */
export const createCommits = (database: DatabaseSync, clock: Clock): Commits => {
  let open: OpenTransaction[] = [];

  const commitDue = (): void => {
    const now = clock.now();
    const due = open.filter((one) => one.at <= now);
    if (due.length === 0) return;
    open = open.filter((one) => one.at > now);
    for (const one of due) one.apply();
  };

  return {
    commitDue,
    commit: (id, options, apply) => {
      commitDue();
      const row = longId(id);
      if (open.some((one) => one.row === row)) throw new Error(`UNABLE_TO_LOCK_ROW: ${row} is in an open transaction`);
      const delay = options?.visibleAfterMs ?? 0;
      if (delay === 0) transaction(database, apply);
      else
        open.push({ at: clock.now() + delay, since: clock.second(), row, apply: () => transaction(database, apply) });
    },
    openSince: () => (open.length === 0 ? undefined : Math.min(...open.map((one) => one.since))),
  };
};
