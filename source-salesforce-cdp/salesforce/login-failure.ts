import { SalesforceFailure } from './failures.ts';

const REAUTHENTICATE = 'Authenticate again to get a new refresh token.';
const ADMINISTRATOR = 'Ask a Salesforce administrator';
export const NO_LOGIN_HERE = 'This host has no Salesforce login. Check login_url and is_sandbox.';
export const NOT_ENCRYPTED =
  'The login names an org whose address does not start with https://. Check that login_url is a host of Salesforce.';

/** What the token endpoint answers, and what the user should do about it. The first row whose words occur applies. */
const LOGIN_FAILURES: readonly {
  readonly words: RegExp;
  readonly kind: 'config' | 'retry' | 'transient';
  readonly advice: string;
}[] = [
  {
    words: /already being processed/i,
    kind: 'retry',
    advice: 'Another login with the same refresh token is in progress.',
  },
  {
    words: /login rate exceeded|rate_limit_exceeded/i,
    kind: 'transient',
    advice: 'Salesforce is rate-limiting logins.',
  },
  {
    words: /expired access\/refresh token|expired.*token/i,
    kind: 'config',
    advice: `The refresh token has expired or was revoked. ${REAUTHENTICATE}`,
  },
  {
    words: /inactive.user/i,
    kind: 'config',
    advice: `The user is inactive. ${ADMINISTRATOR} to activate the user, or authenticate as another one.`,
  },
  { words: /inactive.org/i, kind: 'config', advice: `The org is locked or closed. ${ADMINISTRATOR}.` },
  {
    words: /ip restricted/i,
    kind: 'config',
    advice: `Logins from this IP address are not allowed. ${ADMINISTRATOR} to relax the IP restrictions of the app or profile.`,
  },
  {
    words: /invalid login hours/i,
    kind: 'config',
    advice: `The user is not allowed to log in at this hour. ${ADMINISTRATOR} to change the login hours of the profile.`,
  },
  {
    words: /hasn't approved|not approved|not admin approved/i,
    kind: 'config',
    advice: `The app is not approved for this user. ${ADMINISTRATOR} to pre-authorize it.`,
  },
  {
    words: /audience is invalid/i,
    kind: 'config',
    advice:
      'This org does not accept logins at this host. Set is_sandbox for a sandbox, or login_url to your My Domain.',
  },
  {
    words: /not supported on this domain/i,
    kind: 'config',
    advice: 'This login method works only on your My Domain. Set login_url to it.',
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
      "The private key, username or consumer key is wrong. Check that the app's certificate matches credentials.private_key.",
  },
  {
    words: /unsupported_grant_type|grant type not supported/i,
    kind: 'config',
    advice: `The app does not allow this login method. ${ADMINISTRATOR} to enable the flow in the app.`,
  },
  {
    words: /invalid_scope/i,
    kind: 'config',
    advice: `The app is missing a scope. ${ADMINISTRATOR} to add api, refresh_token and id.`,
  },
  {
    words: /invalid_grant|authentication failure/i,
    kind: 'config',
    advice: `Salesforce rejected the login. ${REAUTHENTICATE} If that does not help, check is_sandbox and login_url.`,
  },
];

/**
 * The failure of a token request, with advice: authenticate again, change the host, or ask an administrator. Responses that
 * are not the endpoint's own (no login there, network trouble) keep their kind, except that unexpected ones are blamed on the
 * host.
 */
export const loginFailure = (failure: SalesforceFailure): SalesforceFailure => {
  const { status, code, detail, retryAfterMs } = failure;
  const row =
    LOGIN_FAILURES.find(({ words }) => words.test(detail)) ?? LOGIN_FAILURES.find(({ words }) => words.test(code));
  const from = { status, fault: { code, message: detail }, retryAfterMs, cause: failure };
  if (row !== undefined) return new SalesforceFailure(row.kind, row.advice, from);
  if (failure.kind === 'retry' || failure.kind === 'transient') return failure;
  // There was no response: the network's error is all there is to know.
  if (failure.kind === 'config' && status === 0) return failure;
  return new SalesforceFailure('config', NO_LOGIN_HERE, from);
};
