import { createPrivateKey, sign } from 'node:crypto';
import { ConfigError } from '../../airbyte/errors.ts';
import { PRODUCTION_LOGIN, SANDBOX_LOGIN } from '../config.ts';
import type { Credentials, SourceConfig } from '../config.ts';

/** Salesforce refuses assertions that are valid for longer than three to five minutes, and clocks differ a little. */
const ASSERTION_SECONDS = 170;

type Grant = { readonly grant_type: string } & Readonly<Record<string, string>>;

/**
 * The form fields of the token request, including client id and secret.
 * `refreshToken` is the current one, which rotation may have changed since the config was written.
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

/** The audience of the assertion: one of the two standard hosts, whichever host it is sent to. */
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
    // Not reported: the error can quote the key.
  }
  throw new ConfigError(
    'credentials.private_key is not an RSA private key in PEM format without a passphrase. Paste the whole key, from BEGIN to END.',
  );
};
