import type { Clock } from './clock.ts';

/** How long sessions last; both may be changed while it runs, for sessions opened from then on. */
export interface SessionSettings {
  /** A session lasts this long on the org's clock; undefined: for ever. */
  sessionLifetimeMs: number | undefined;
  /** A session is good for this many calls; undefined: any number. */
  sessionCalls: number | undefined;
}

export interface Sessions {
  /** A new access token. */
  readonly open: () => string;
  /** Spends a call of the session whose token the Authorization header has; false if there is none left. */
  accepts(authorization: string | undefined): boolean;
  /** Every session ends now. */
  endAll(): void;
  /** How many were ever opened. */
  readonly opened: number;
}

export const createSessions = (clock: Clock, organizationId: string, settings: SessionSettings): Sessions => {
  const sessions = new Map<string, { readonly until: number; calls: number }>();
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    open: () => {
      opened += 1;
      const token = `${organizationId.slice(0, 15)}!AQ.simulated.session.${opened}`;
      sessions.set(token, {
        until: clock.now() + (settings.sessionLifetimeMs ?? Number.POSITIVE_INFINITY),
        calls: settings.sessionCalls ?? Number.POSITIVE_INFINITY,
      });
      return token;
    },
    accepts: (authorization) => {
      const [, bearer] = /^(?:Bearer|OAuth) (.+)$/.exec(authorization ?? '') ?? [];
      const session = sessions.get(bearer ?? '');
      if (session === undefined || session.until <= clock.now() || session.calls <= 0) return false;
      session.calls -= 1;
      return true;
    },
    endAll: () => sessions.clear(),
  };
};
