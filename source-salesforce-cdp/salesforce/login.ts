import { createPrivateKey, sign } from 'node:crypto';
import { ConfigError } from '../../airbyte/errors.ts';
import { PRODUCTION_LOGIN, SANDBOX_LOGIN } from '../config.ts';
import type { Credentials, SourceConfig } from '../config.ts';
import { SalesforceFailure } from './failures.ts';

/** Salesforce refuses assertions that live longer than three to five minutes, and clocks differ a little. */
const ASSERTION_SECONDS = 170;

type Grant = { readonly grant_type: string } & Readonly<Record<string, string>>;

/**
 * The form fields of the token request, client id and secret included.
 * `refreshToken` is the one in force, which rotation may have changed since the config was written.
 */
export const grant = (config: SourceConfig, refreshToken: string | undefined, now: Date): Grant => {
  const { credentials } = config;
  switch (credentials.authType) {
    case 'client_credentials':
      return {
        grant_type: 'client_credentials',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
      };
    case 'jwt_bearer':
      return {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(credentials, audience(config), now),
      };
    default:
      return {
        grant_type: 'refresh_token',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        refresh_token: refreshToken ?? credentials.refreshToken,
      };
  }
};

/** Whom the assertion is for: one of the two standard hosts, whichever host it is sent to. */
const audience = ({ isSandbox, loginUrl }: SourceConfig): string =>
  isSandbox || /(^test\.|\.sandbox\.my\.)salesforce\.com$/.test(loginUrl.hostname) ? SANDBOX_LOGIN : PRODUCTION_LOGIN;

const assertion = (credentials: Extract<Credentials, { authType: 'jwt_bearer' }>, aud: string, now: Date): string => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = {
    iss: credentials.clientId,
    sub: credentials.username,
    aud,
    exp: Math.floor(now.getTime() / 1_000) + ASSERTION_SECONDS,
  };
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), rsaKey(credentials.privateKey)).toString('base64url')}`;
};

/** Forms and environment variables often turn the line breaks of a PEM text into the two characters \n. */
const rsaKey = (pem: string): ReturnType<typeof createPrivateKey> => {
  try {
    const key = createPrivateKey(pem.replaceAll(String.raw`\n`, '\n'));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The reason can quote the key.
  }
  throw new ConfigError(
    'credentials.private_key is not an RSA private key in PEM form. Paste it whole, from BEGIN to END, without a passphrase.',
  );
};

const REAUTHENTICATE = 'Authenticate again to get a new refresh token.';
const ADMINISTRATOR = 'Ask a Salesforce administrator';

/** What the token endpoint says, and what the user is to do about it. The first row whose words occur counts. */
const REFUSALS: readonly {
  readonly words: RegExp;
  readonly kind: 'config' | 'retry' | 'transient';
  readonly advice: string;
}[] = [
  {
    words: /already being processed/i,
    kind: 'retry',
    advice: 'Another login with the same refresh token is under way.',
  },
  {
    words: /login rate exceeded|rate_limit_exceeded/i,
    kind: 'transient',
    advice: 'Salesforce asks to log in less often.',
  },
  {
    words: /expired access\/refresh token|expired.*token/i,
    kind: 'config',
    advice: `The refresh token has expired or was revoked. ${REAUTHENTICATE}`,
  },
  {
    words: /inactive.user/i,
    kind: 'config',
    advice: `The user is inactive. ${ADMINISTRATOR} to activate it, or authenticate as another user.`,
  },
  { words: /inactive.org/i, kind: 'config', advice: `The org is locked or closed. ${ADMINISTRATOR}.` },
  {
    words: /ip restricted/i,
    kind: 'config',
    advice: `The address this runs at may not log in. ${ADMINISTRATOR} to relax the IP restrictions of the app or profile.`,
  },
  {
    words: /invalid login hours/i,
    kind: 'config',
    advice: `The user may not log in at this hour. ${ADMINISTRATOR} to change the login hours of its profile.`,
  },
  {
    words: /hasn't approved|not approved|not admin approved/i,
    kind: 'config',
    advice: `The app is not approved for this user. ${ADMINISTRATOR} to pre-authorize it.`,
  },
  {
    words: /audience is invalid/i,
    kind: 'config',
    advice: 'The org does not log in at this host. Set is_sandbox for a sandbox, or login_url to your My Domain.',
  },
  {
    words: /not supported on this domain/i,
    kind: 'config',
    advice: 'This way to log in works only on your My Domain. Set login_url to it.',
  },
  {
    words: /no client credentials user/i,
    kind: 'config',
    advice: `The app has no "run as" user. ${ADMINISTRATOR} to set one.`,
  },
  {
    words: /client identifier invalid|invalid_client_id/i,
    kind: 'config',
    advice:
      'The consumer key is wrong, or its app belongs to another org. Check credentials.client_id and the login host.',
  },
  {
    words: /invalid client credentials|invalid_client/i,
    kind: 'config',
    advice: 'The consumer secret is wrong. Check credentials.client_secret.',
  },
  {
    words: /invalid assertion|user does not exist/i,
    kind: 'config',
    advice:
      'The key, username or consumer key is wrong. Check that the certificate of the app belongs to credentials.private_key.',
  },
  {
    words: /unsupported_grant_type|grant type not supported/i,
    kind: 'config',
    advice: `The app does not allow this way to log in. ${ADMINISTRATOR} to enable the flow in the app.`,
  },
  {
    words: /invalid_scope/i,
    kind: 'config',
    advice: `The app lacks a scope. ${ADMINISTRATOR} to add api, refresh_token and id.`,
  },
  {
    words: /invalid_grant|authentication failure/i,
    kind: 'config',
    advice: `Salesforce rejects the login. ${REAUTHENTICATE} If that does not help, check is_sandbox and login_url.`,
  },
];

/**
 * A refusal of the token endpoint in words that say whether to authenticate again, change the host or ask an administrator.
 * Answers that are not the endpoint's own (no login there, trouble on the way) keep their class, except that what nobody
 * expected must be the host.
 */
export const loginFailure = (refusal: SalesforceFailure): SalesforceFailure => {
  const { status, code, detail, retryAfterMs } = refusal;
  const row = REFUSALS.find(({ words }) => words.test(detail)) ?? REFUSALS.find(({ words }) => words.test(code));
  const from = { status, fault: { code, message: detail }, retryAfterMs, cause: refusal };
  if (row !== undefined) return new SalesforceFailure(row.kind, row.advice, from);
  if (refusal.kind === 'retry' || refusal.kind === 'transient') return refusal;
  // Nothing has answered: what the network says is all there is to know.
  if (refusal.kind === 'config' && status === 0) return refusal;
  return new SalesforceFailure('config', 'There is no login at this host. Check login_url and is_sandbox.', from);
};
