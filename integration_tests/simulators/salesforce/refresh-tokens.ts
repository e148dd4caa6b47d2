import { setTimeout as sleep } from 'node:timers/promises';
import type { GrantProblem } from './authorization.ts';
import { idOf } from './ids.ts';

/** How refreshes are answered; all of it may be changed while it runs. */
export interface RefreshSettings {
  /** Every refresh gives a new refresh token and makes the old one invalid at once. */
  rotatesRefreshTokens: boolean;
  /** A refresh that arrives while another with the same token is under way is refused. */
  refusesConcurrentRefreshes: boolean;
  /** How long a refresh takes. */
  delayMs: number;
}

export interface RefreshTokens {
  /** The one that works now. */
  readonly current: string;
  /** Spends a refresh token. Returns the one that takes its place, if it was replaced. */
  spend(given: string): Promise<GrantProblem | { readonly replacement: string | undefined }>;
  revoke(): void;
}

const EXPIRED = { error: 'invalid_grant', description: 'expired access/refresh token' };

/** `issued` tells how many sessions were opened, which numbers the tokens. */
export const createRefreshTokens = (settings: RefreshSettings, issued: () => number): RefreshTokens => {
  const underWay = new Set<string>();
  let current = '5Aep861.simulated.refresh.0';
  return {
    get current() {
      return current;
    },
    spend: async (given) => {
      if (given !== current) return EXPIRED;
      if (settings.refusesConcurrentRefreshes && underWay.has(given)) {
        return { error: 'unknown_error', description: 'retry your request' };
      }
      underWay.add(given);
      try {
        await sleep(settings.delayMs);
      } finally {
        underWay.delete(given);
      }
      if (!settings.rotatesRefreshTokens) return { replacement: undefined };
      if (given !== current) return EXPIRED;
      current = `5Aep861.simulated.refresh.${issued() + 1}`;
      return { replacement: current };
    },
    revoke: () => {
      current = `revoked-${idOf('000', issued() + 1)}`;
    },
  };
};
