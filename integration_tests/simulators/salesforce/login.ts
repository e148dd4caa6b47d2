import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import type { AuthorizationSettings } from './authorization.ts';
import { createAuthorization } from './authorization.ts';
import type { Clock } from './clock.ts';
import { idOf } from './ids.ts';

/** Settings of the token endpoint; all of them may be changed while it runs. */
interface LoginSettings {
  /** A My Domain host takes client credentials; login.salesforce.com does not. */
  host: 'login' | 'my-domain';
  /** Every refresh gives a new refresh token and makes the old one invalid at once. */
  rotatesRefreshTokens: boolean;
  /** A refresh that arrives while another with the same token is under way is refused. */
  refusesConcurrentRefreshes: boolean;
  /** How long a token request takes. */
  delayMs: number;
  /** A session lasts this long on the org's clock; undefined: for ever. */
  sessionLifetimeMs: number | undefined;
  /** A session is good for this many calls; undefined: any number. */
  sessionCalls: number | undefined;
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

interface LoginServer extends Login {
  token(form: URLSearchParams, authorization: string | undefined, url: string): Promise<Answer>;
  /** What becomes of a browser that asks for a user's consent. */
  authorize(query: URLSearchParams): Answer;
  /** Spends a call of the session. */
  accepts(authorization: string | undefined): boolean;
}

const refused = (error: string, description: string, status = 400): Answer =>
  jsonAnswer({ error, error_description: description }, status, { 'Cache-Control': 'no-store' });

const parseJson = (text: string | undefined): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
};

const basic = (authorization: string | undefined): readonly (string | undefined)[] =>
  authorization?.startsWith('Basic ') === true
    ? Buffer.from(authorization.slice(6), 'base64').toString().split(':').map(decodeURIComponent)
    : [];

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
  const clientId = '3MVG9simulatedConsumerKey';
  const clientSecret = 'simulated-consumer-secret-0123456789';
  const username = 'integration@cdp.example';
  const { settings: authorizationSettings, authorize, redeem } = createAuthorization(clock, clientId);
  const sessions = new Map<string, { readonly until: number; calls: number }>();
  const refreshing = new Set<string>();
  let refreshToken = '5Aep861.simulated.refresh.0';
  let issued = 0;
  let keys: { readonly privateKey: string; readonly publicKey: KeyObject } | undefined;

  const keyPair = () => {
    if (keys === undefined) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      keys = { privateKey: pem, publicKey: createPublicKey(pem) };
    }
    return keys;
  };
  const openSession = (): string => {
    issued += 1;
    const token = `${organizationId.slice(0, 15)}!AQ.simulated.session.${issued}`;
    sessions.set(token, {
      until: clock.now() + (settings.sessionLifetimeMs ?? Number.POSITIVE_INFINITY),
      calls: settings.sessionCalls ?? Number.POSITIVE_INFINITY,
    });
    return token;
  };
  const granted = (url: string, more: Readonly<Record<string, string>> = {}): Answer =>
    jsonAnswer(
      {
        access_token: openSession(),
        signature: 'c2ltdWxhdGVk',
        scope: 'refresh_token api id',
        instance_url: url,
        id: `${url}/id/${organizationId}/${userId}`,
        token_type: 'Bearer',
        issued_at: String(clock.now()),
        ...more,
      },
      200,
      { 'Cache-Control': 'no-store' },
    );

  const clientProblem = (form: URLSearchParams, authorization: string | undefined): Answer | undefined => {
    const [basicId, basicSecret] = basic(authorization);
    if ((form.get('client_id') ?? basicId) !== clientId) {
      return refused('invalid_client_id', 'client identifier invalid');
    }
    const secret = form.get('client_secret') ?? basicSecret;
    return secret === clientSecret ? undefined : refused('invalid_client', 'invalid client credentials', 401);
  };

  const refresh = async (form: URLSearchParams, url: string): Promise<Answer> => {
    const given = form.get('refresh_token') ?? '';
    if (given !== refreshToken) return refused('invalid_grant', 'expired access/refresh token');
    if (settings.refusesConcurrentRefreshes && refreshing.has(given)) {
      return refused('unknown_error', 'retry your request');
    }
    refreshing.add(given);
    try {
      await sleep(settings.delayMs);
    } finally {
      refreshing.delete(given);
    }
    if (!settings.rotatesRefreshTokens) return granted(url);
    if (given !== refreshToken) return refused('invalid_grant', 'expired access/refresh token');
    refreshToken = `5Aep861.simulated.refresh.${issued + 1}`;
    return granted(url, { refresh_token: refreshToken });
  };

  const jwtProblem = (assertion: string, url: string): Answer | undefined => {
    const [head, payload, signature] = assertion.split('.');
    const claims = parseJson(payload);
    if (claims['iss'] !== clientId) return refused('invalid_client_id', 'client identifier invalid');
    const isSigned =
      parseJson(head)['alg'] === 'RS256' &&
      verify(
        'sha256',
        Buffer.from(`${head}.${payload}`),
        keyPair().publicKey,
        Buffer.from(signature ?? '', 'base64url'),
      );
    if (!isSigned) return refused('invalid_grant', 'invalid assertion');
    const audience = String(claims['aud']).replace(/\/$/, '');
    if (![...settings.audiences, url].includes(audience)) return refused('invalid_grant', 'audience is invalid');
    const left = Number(claims['exp']) * 1000 - clock.now();
    if (!(left > 0 && left <= 5 * 60_000)) return refused('invalid_grant', 'expired authorization code');
    if (claims['sub'] !== username) return refused('invalid_grant', "user hasn't approved this consumer");
    return undefined;
  };

  const token: LoginServer['token'] = async (form, authorization, url) => {
    const grant = form.get('grant_type');
    if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return jwtProblem(form.get('assertion') ?? '', url) ?? granted(url);
    }
    if (grant === 'client_credentials') {
      if (settings.host === 'login') return refused('invalid_grant', 'request not supported on this domain');
      return clientProblem(form, authorization) ?? granted(url);
    }
    if (grant === 'authorization_code') {
      const problem = clientProblem(form, authorization);
      const redeemed = redeem(form);
      if (problem !== undefined) return problem;
      if ('error' in redeemed) return refused(redeemed.error, redeemed.description);
      const lasts = /\b(?:refresh_token|offline_access)\b/.test(redeemed.scope);
      return granted(url, { scope: redeemed.scope, ...(lasts && { refresh_token: refreshToken }) });
    }
    if (grant === 'refresh_token') return clientProblem(form, authorization) ?? (await refresh(form, url));
    return refused('unsupported_grant_type', 'grant type not supported');
  };

  return {
    settings,
    authorization: authorizationSettings,
    authorize,
    clientId,
    clientSecret,
    username,
    get refreshToken() {
      return refreshToken;
    },
    get privateKey() {
      return keyPair().privateKey;
    },
    expireSessions: () => sessions.clear(),
    revoke: () => {
      refreshToken = `revoked-${idOf('000', issued + 1)}`;
      sessions.clear();
    },
    openSession,
    token,
    accepts: (authorization) => {
      const [, bearer] = /^(?:Bearer|OAuth) (.+)$/.exec(authorization ?? '') ?? [];
      const session = sessions.get(bearer ?? '');
      if (session === undefined || session.until <= clock.now() || session.calls <= 0) return false;
      session.calls -= 1;
      return true;
    },
  };
};
