import { createHash } from 'node:crypto';
import { STATE_ENTRIES } from '../planning/state.ts';

/** Keeps rows that the look-back reads again, and that have not changed, from being sent again. */
export interface Lookback {
  readonly repeatedBefore: string;
  readonly rereadFrom: string;
  admit(id: string, cursor: string, data: Uint8Array): boolean;
  /** For the state that ends the read: rows the next look-back reads again, as many as a state may hold. */
  remembered(): ReadonlyMap<string, string>;
}

/** Ten bytes of SHA-1, enough to tell the versions of one row apart. */
const hashOf = (data: Uint8Array): string => createHash('sha1').update(data).digest('base64url').slice(0, 13);

export interface LookbackInput {
  /** Of the state the read began with: what was sent, by Id. */
  readonly repeats: ReadonlyMap<string, string>;
  /** Of that state; rows before it are read for the second time. */
  readonly cursor: Date | undefined;
  /** End of the read. */
  readonly to: Date;
  readonly lookbackMs: number;
}

/** Only a row with the same Id and the same bytes as one sent before is held back. */
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
      // Another version goes out now: the one sent before is no longer what the destination has.
      sent.delete(id);
      return true;
    },
    remembered: () => remembered,
  };
};
