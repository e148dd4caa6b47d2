import { createHash } from 'node:crypto';
import { STATE_ENTRIES } from '../planning/state.ts';

/** Keeps rows that the look-back reads again from being sent again when they have not changed. */
export interface Lookback {
  readonly repeatedBefore: string;
  readonly rereadFrom: string;
  admit(id: string, cursor: string, data: Uint8Array): boolean;
  /** For the state at the end of the read: rows that the next look-back will read again, as many as a state can hold. */
  remembered(): ReadonlyMap<string, string>;
}

/** Ten bytes of SHA-1, enough to distinguish the versions of one row. */
const hashOf = (data: Uint8Array): string => createHash('sha1').update(data).digest('base64url').slice(0, 13);

export interface LookbackInput {
  /** From the state that the read began with: the hash of what was sent, by Id. */
  readonly repeats: ReadonlyMap<string, string>;
  /** From that state; rows before it are read for the second time. */
  readonly cursor: Date | undefined;
  /** End of the read. */
  readonly to: Date;
  readonly lookbackMs: number;
}

/** Leaves out only rows with the same Id and the same bytes as one sent before. */
export const createLookback = ({ repeats, cursor, to, lookbackMs }: LookbackInput): Lookback => {
  const repeatedBefore = cursor === undefined || repeats.size === 0 ? '' : cursor.toISOString();
  const rereadFrom = new Date(to.getTime() - lookbackMs).toISOString();
  const sent = new Map(repeats);
  const remembered = new Map<string, string>();
  return {
    repeatedBefore,
    rereadFrom,
    admit: (id, time, data) => {
      const hash = hashOf(data);
      if (time >= rereadFrom && (remembered.size < STATE_ENTRIES || remembered.has(id))) remembered.set(id, hash);
      if (time < repeatedBefore && sent.get(id) === hash) return false;
      // Another version is sent now, so the destination no longer has the one sent before.
      sent.delete(id);
      return true;
    },
    remembered: () => remembered,
  };
};
