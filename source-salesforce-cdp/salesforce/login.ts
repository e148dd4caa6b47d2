import { OAuth2 } from 'jsforce/lib/oauth2.js';
import type { Transport } from 'jsforce/lib/transport.js';
import { isLoopback } from '../../airbyte/loopback.ts';
import type { SourceConfig } from '../config.ts';
import { SalesforceFailure } from './failures.ts';
import { grant } from './grant.ts';
import { loginFailure, NO_LOGIN_HERE, NOT_ENCRYPTED } from './login-failure.ts';

export interface Token {
  readonly accessToken: string;
  /** Origin of every API call. */
  readonly instanceUrl: string;
  /** Identity URL of the user. */
  readonly idUrl: string | undefined;
  /** A new one where rotation is on; the one used for this login is then void. */
  readonly refreshToken: string | undefined;
}

/** One login, made once. `refreshToken` is the one in force. Throws a SalesforceFailure, or a ConfigError about the key. */
export const logIn = async (
  config: SourceConfig,
  refreshToken: string | undefined,
  transport: Transport,
): Promise<Token> => {
  const oauth2 = new OAuth2({ loginUrl: config.loginUrl.origin });
  oauth2._transport = transport;
  try {
    return parseToken(await oauth2.requestToken({ ...grant(config, refreshToken, new Date()) }));
  } catch (error) {
    throw error instanceof SalesforceFailure ? loginFailure(error) : error;
  }
};

const parseToken = (answer: unknown): Token => {
  const { access_token, instance_url, id, refresh_token } = (answer ?? {}) as Record<string, string | undefined>;
  if (access_token === undefined || instance_url === undefined || !URL.canParse(instance_url)) {
    throw new SalesforceFailure('config', NO_LOGIN_HERE);
  }
  const { origin, protocol, hostname } = new URL(instance_url);
  // The session token and every row travel on this address.
  if (protocol !== 'https:' && !isLoopback(hostname)) throw new SalesforceFailure('config', NOT_ENCRYPTED);
  return { accessToken: access_token, instanceUrl: origin, idUrl: id, refreshToken: refresh_token };
};
