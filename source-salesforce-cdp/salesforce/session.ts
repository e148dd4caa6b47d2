import type { Log } from '../../airbyte/connector.ts';
import { toConnectorError, SalesforceFailure } from './failures.ts';
import type { Token } from './login.ts';
import { waitMs } from './retry.ts';

export interface SessionOptions {
  /** One login, made once; throws a SalesforceFailure, or a ConfigError where no request could be made. */
  readonly login: (refreshToken: string | undefined) => Promise<Token>;
  /** Called at once when a login has voided the refresh token it used. */
  readonly rotated: (refreshToken: string) => void;
  readonly log: Log;
  /** Waits the milliseconds; rejects when the run is being ended. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** A new token can be invalid from the start (a policy, a clock), so the number of further logins must be limited. */
const MAX_REFRESHES = 2;

/** Holds the only token of the process, and the only retry policy. */
export interface Session {
  /**
   * Runs an attempt with the current token until it succeeds: with a new token where Salesforce rejects the old one (at most
   * twice), after a wait for failures of kind `retry`. Other failures are thrown as they are, exhausted retries as
   * `transient`, a rejected login as the error of the first rejection. `what` names the attempt in the log.
   */
  call<T>(what: string, attempt: (token: Token) => Promise<T>): Promise<T>;
}

export const createSession = ({ login, rotated, log, sleep }: SessionOptions): Session => {
  let token: Promise<Token> | undefined;
  let refreshToken: string | undefined;

  const logIn = async (): Promise<Token> => {
    const next = await withRetries('log in', () => login(refreshToken)).catch((error: unknown) => {
      throw toConnectorError(error);
    });
    if (next.refreshToken !== undefined && next.refreshToken !== refreshToken) {
      refreshToken = next.refreshToken;
      rotated(refreshToken);
    }
    return next;
  };

  /** Salesforce refuses concurrent logins with one refresh token, and a rejected one must not be tried again. */
  const tokenAfter = (stale: Promise<Token> | undefined): Promise<Token> => {
    if (token === undefined || token === stale) token = logIn();
    return token;
  };

  const withRetries = async <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof SalesforceFailure) || error.kind !== 'retry') throw error;
        const wait = waitMs(attempts, error.retryAfterMs, Math.random());
        if (wait === undefined) throw retriesExhausted(error, what, attempts);
        log.warn(
          `Could not ${what} (attempt ${attempts}); trying again in ${(wait / 1_000).toFixed(1)} s. ${error.message}`,
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
          return await withRetries(what, () => attempt(current));
        } catch (error) {
          const expired = error instanceof SalesforceFailure && error.kind === 'refresh';
          if (!expired || refreshes === MAX_REFRESHES) throw error;
          log.info(`The session has expired; logging in again to ${what}.`);
          used = tokenAfter(used);
        }
      }
    },
  };
};

const retriesExhausted = (failure: SalesforceFailure, what: string, attempts: number): SalesforceFailure =>
  new SalesforceFailure(
    'transient',
    `Could not ${what} in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}. ${failure.message}`,
    {
      retryAfterMs: failure.retryAfterMs,
      cause: failure,
    },
  );
