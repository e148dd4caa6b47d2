import type { Log } from '../../airbyte/connector.ts';
import { explained, SalesforceFailure } from './failures.ts';
import { waitMs } from './retry.ts';

export interface Token {
  readonly accessToken: string;
  /** Origin of every API call. */
  readonly instanceUrl: string;
  /** Identity URL of the user. */
  readonly idUrl: string | undefined;
  /** A new one, where rotation is on; the one used for this login is then void. */
  readonly refreshToken: string | undefined;
}

export interface SessionOptions {
  /** One login, not repeated; throws a SalesforceFailure, or a ConfigError where no request could be made. */
  readonly login: (refreshToken: string | undefined) => Promise<Token>;
  /** Called at once when a login has voided the refresh token it used. */
  readonly rotated: (refreshToken: string) => void;
  readonly log: Log;
  /** Waits the milliseconds; rejects when the run is being ended. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** A new token can be dead on arrival (a policy, a clock), so asking for yet another one must have an end. */
const MAX_REFRESHES = 2;

/** The one token of the process and the one policy of trying again. */
export interface Session {
  /**
   * Runs an attempt with the token in force until it succeeds: with a new token where Salesforce rejects the old one (at most
   * twice), after a wait where trying again makes sense. Other failures are thrown as they came, a retry given up as
   * `transient`, a rejected login as the error of the first rejection. `what` names the attempt in the log.
   */
  call<T>(what: string, attempt: (token: Token) => Promise<T>): Promise<T>;
}

export const createSession = ({ login, rotated, log, sleep }: SessionOptions): Session => {
  let token: Promise<Token> | undefined;
  let refreshToken: string | undefined;

  const logIn = async (): Promise<Token> => {
    const next = await persevere('log in', () => login(refreshToken)).catch((error: unknown) => {
      throw explained(error);
    });
    if (next.refreshToken !== undefined && next.refreshToken !== refreshToken) {
      refreshToken = next.refreshToken;
      rotated(refreshToken);
    }
    return next;
  };

  /** Salesforce refuses two logins at once with one refresh token, and a rejected one must not be tried again. */
  const tokenAfter = (stale: Promise<Token> | undefined): Promise<Token> => {
    if (token === undefined || token === stale) token = logIn();
    return token;
  };

  const persevere = async <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof SalesforceFailure) || error.kind !== 'retry') throw error;
        const wait = waitMs(tries, error.retryAfterMs, Math.random());
        if (wait === undefined) throw givenUp(error, what, tries);
        log.warn(
          `Could not ${what} (attempt ${tries}); trying again in ${(wait / 1_000).toFixed(1)} s. ${error.message}`,
        );
        await sleep(wait);
      }
    }
  };

  return {
    async call(what, attempt) {
      let used = tokenAfter(undefined);
      for (let refreshes = 0; ; refreshes += 1) {
        const current = await used;
        try {
          return await persevere(what, () => attempt(current));
        } catch (error) {
          const expired = error instanceof SalesforceFailure && error.kind === 'refresh';
          if (!expired || refreshes === MAX_REFRESHES) throw error;
          log.info(`The session has ended; logging in again to ${what}.`);
          used = tokenAfter(used);
        }
      }
    },
  };
};

const givenUp = (failure: SalesforceFailure, what: string, tries: number): SalesforceFailure =>
  new SalesforceFailure(
    'transient',
    `Could not ${what} in ${tries} ${tries === 1 ? 'attempt' : 'attempts'}. ${failure.message}`,
    {
      retryAfterMs: failure.retryAfterMs,
      cause: failure,
    },
  );
