import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import type { AuthorizationSettings, GrantProblem } from './authorization.ts';
import { createAuthorization } from './authorization.ts';
import type { Clock } from './clock.ts';
import { createJwtCheck } from './jwt-assertion.ts';
import { createRefreshTokens, type RefreshSettings } from './refresh-tokens.ts';
import { createSessions, type SessionSettings } from './sessions.ts';

/** Settings of the token endpoint; all of them may be changed while it runs. */
interface LoginSettings extends SessionSettings, RefreshSettings {
  /** A My Domain host takes client credentials; login.salesforce.com does not. */
  host: 'login' | 'my-domain';
  /** `aud` claims a JWT may carry, beside the simulator's own URL. */
  audiences: readonly string[];
}

export interface Login {
  readonly settings: LoginSettings;
  readonly authorization: AuthorizationSettings;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  /** The one that works now. */
  readonly refreshToken: string;
  /** PEM (PKCS 8) of the key whose JWTs are accepted; made on first use. */
  readonly privateKey: string;
  /** Every session ends now: the next call with one of them gets 401. */
  expireSessions(): void;
  /** The refresh token stops working, as when an administrator revokes it. */
  revoke(): void;
  /** An access token to call the API with directly. */
  openSession(): string;
}

export interface LoginServer extends Login {
  token(form: URLSearchParams, authorization: string | undefined, url: string): Promise<Answer>;
  /** What becomes of a browser that asks for a user's consent. */
  authorize(query: URLSearchParams): Answer;
  /** Spends a call of the session. */
  accepts(authorization: string | undefined): boolean;
}

const CLIENT_ID = '3MVG9simulatedConsumerKey';
const CLIENT_SECRET = 'simulated-consumer-secret-0123456789';
const USERNAME = 'integration@cdp.example';
const NO_STORE = { 'Cache-Control': 'no-store' };

const refused = (error: string, description: string, status = 400): Answer =>
  jsonAnswer({ error, error_description: description }, status, NO_STORE);

const refusedFor = ({ error, description }: GrantProblem): Answer => refused(error, description);

const basic = (authorization: string | undefined): readonly (string | undefined)[] =>
  authorization?.startsWith('Basic ') === true
    ? Buffer.from(authorization.slice(6), 'base64').toString().split(':').map(decodeURIComponent)
    : [];

/** The answer for an app that does not prove who it is, in the form or by HTTP Basic. */
const clientProblem = (form: URLSearchParams, authorization: string | undefined): Answer | undefined => {
  const [basicId, basicSecret] = basic(authorization);
  if ((form.get('client_id') ?? basicId) !== CLIENT_ID) {
    return refused('invalid_client_id', 'client identifier invalid');
  }
  const secret = form.get('client_secret') ?? basicSecret;
  return secret === CLIENT_SECRET ? undefined : refused('invalid_client', 'invalid client credentials', 401);
};

export const createLogin = (clock: Clock, userId: string, organizationId: string): LoginServer => {
  const settings: LoginSettings = {
    host: 'my-domain',
    rotatesRefreshTokens: false,
    refusesConcurrentRefreshes: false,
    delayMs: 0,
    sessionLifetimeMs: undefined,
    sessionCalls: undefined,
    audiences: ['https://login.salesforce.com', 'https://test.salesforce.com'],
  };
  const authorization = createAuthorization(clock, CLIENT_ID);
  const sessions = createSessions(clock, organizationId, settings);
  const jwt = createJwtCheck();
  const refreshTokens = createRefreshTokens(settings, () => sessions.opened);

  const granted = (url: string, more: Readonly<Record<string, string>> = {}): Answer =>
    jsonAnswer(
      {
        access_token: sessions.open(),
        signature: 'c2ltdWxhdGVk',
        scope: 'refresh_token api id',
        instance_url: url,
        id: `${url}/id/${organizationId}/${userId}`,
        token_type: 'Bearer',
        issued_at: String(clock.now()),
        ...more,
      },
      200,
      NO_STORE,
    );

  const byRefreshToken = async (form: URLSearchParams, url: string): Promise<Answer> => {
    const spent = await refreshTokens.spend(form.get('refresh_token') ?? '');
    if ('error' in spent) return refusedFor(spent);
    return granted(url, spent.replacement === undefined ? {} : { refresh_token: spent.replacement });
  };

  const byJwt = (form: URLSearchParams, url: string): Answer => {
    const problem = jwt.problem(form.get('assertion') ?? '', {
      clientId: CLIENT_ID,
      username: USERNAME,
      audiences: [...settings.audiences, url],
      now: clock.now(),
    });
    return problem === undefined ? granted(url) : refusedFor(problem);
  };

  const byCode = (form: URLSearchParams, header: string | undefined, url: string): Answer => {
    const problem = clientProblem(form, header);
    const redeemed = authorization.redeem(form);
    if (problem !== undefined) return problem;
    if ('error' in redeemed) return refusedFor(redeemed);
    const lasts = /\b(?:refresh_token|offline_access)\b/.test(redeemed.scope);
    return granted(url, { scope: redeemed.scope, ...(lasts && { refresh_token: refreshTokens.current }) });
  };

  return {
    settings,
    authorization: authorization.settings,
    authorize: authorization.authorize,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    username: USERNAME,
    get refreshToken() {
      return refreshTokens.current;
    },
    get privateKey() {
      return jwt.privateKey;
    },
    expireSessions: () => sessions.endAll(),
    revoke: () => {
      refreshTokens.revoke();
      sessions.endAll();
    },
    openSession: sessions.open,
    accepts: (header) => sessions.accepts(header),
    token: async (form, header, url) => {
      switch (form.get('grant_type')) {
        case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
          return byJwt(form, url);
        case 'client_credentials':
          if (settings.host === 'login') return refused('invalid_grant', 'request not supported on this domain');
          return clientProblem(form, header) ?? granted(url);
        case 'authorization_code':
          return byCode(form, header, url);
        case 'refresh_token':
          return clientProblem(form, header) ?? (await byRefreshToken(form, url));
        default:
          return refused('unsupported_grant_type', 'grant type not supported');
      }
    },
  };
};
