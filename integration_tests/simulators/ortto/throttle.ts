import type { Limits } from './limits.ts';

// Rates and bans by Ortto's page "Rate limits". Times are milliseconds.

export interface Throttle {
  /** Seconds to wait, when this request is one too many or its sender banned; else it counts as made. */
  refuse(now: number): { readonly reason: 'ban' | 'rate'; readonly seconds: number } | undefined;
  /** Notes an answer of a kind that leads to a ban; true when it began one. */
  note(kind: 'request' | 'credentials', now: number): boolean;
}

export const createThrottle = (limits: Limits): Throttle => {
  const made: number[] = [];
  const bad = { request: [] as number[], credentials: [] as number[] };
  let bannedUntil = 0;
  return {
    refuse: (now) => {
      if (now < bannedUntil) return { reason: 'ban', seconds: Math.ceil((bannedUntil - now) / 1000) };
      const longest = Math.max(0, ...limits.rates.map(({ ms }) => ms));
      while (now - (made[0] ?? now) >= longest && made.length > 0) made.shift();
      for (const { requests, ms } of limits.rates) {
        // The request that would have to be a whole span ago.
        const before = made.at(-requests);
        if (before !== undefined && now - before < ms) {
          return { reason: 'rate', seconds: Math.max(1, Math.ceil((before + ms - now) / 1000)) };
        }
      }
      if (longest > 0) made.push(now);
      return undefined;
    },
    note: (kind, now) => {
      bad[kind] = [...bad[kind].filter((time) => now - time < limits.banWindowMs), now];
      if (bad[kind].length < limits.badRequests) return false;
      bad[kind] = [];
      bannedUntil = now + limits.banMs;
      return true;
    },
  };
};
