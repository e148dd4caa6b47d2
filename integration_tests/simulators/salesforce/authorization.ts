import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { emptyAnswer, jsonAnswer } from './answer.ts';
import type { Clock } from './clock.ts';

// The half of a login that happens in a browser: here every user allows access at once.

export interface AuthorizationSettings {
  /** As the box "Require Proof Key for Code Exchange (PKCE)" of an app. */
  requiresPkce: boolean;
}

interface Granted {
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly scope: string;
  readonly until: number;
}

/** Why the token endpoint gives no token, in Salesforce's words (the shape is that of RFC 6749, section 5.2). */
export interface GrantProblem {
  readonly error: string;
  readonly description: string;
}

export interface Authorization {
  readonly settings: AuthorizationSettings;
  /** Where the browser is sent from the page that asks for consent. */
  readonly authorize: (query: URLSearchParams) => Answer;
  /** Spends a code. Returns the scope it was given for. */
  readonly redeem: (form: URLSearchParams) => GrantProblem | { readonly scope: string };
}

const CODE_LASTS_MS = 15 * 60_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

export const createAuthorization = (clock: Clock, clientId: string): Authorization => {
  const settings: AuthorizationSettings = { requiresPkce: false };
  const codes = new Map<string, Granted>();
  let issued = 0;

  const sendBack = (redirectUri: string, answer: Readonly<Record<string, string>>, state: string | null): Answer => {
    const back = new URL(redirectUri);
    for (const [name, value] of Object.entries({ ...answer, ...(state !== null && { state }) })) {
      back.searchParams.set(name, value);
    }
    return emptyAnswer(302, { Location: back.href });
  };

  return {
    settings,
    authorize(query) {
      if (query.get('client_id') !== clientId) {
        return jsonAnswer({ error: 'invalid_client_id', error_description: 'client identifier invalid' }, 400);
      }
      const redirectUri = query.get('redirect_uri') ?? '';
      if (!URL.canParse(redirectUri)) {
        return jsonAnswer({ error: 'redirect_uri_missing', error_description: 'redirect_uri not provided' }, 400);
      }
      const state = query.get('state');
      if (query.get('response_type') !== 'code') {
        return sendBack(redirectUri, { error: 'unsupported_response_type' }, state);
      }
      const challenge = query.get('code_challenge');
      if (settings.requiresPkce && challenge === null) {
        const error = { error: 'invalid_request', error_description: 'missing required code challenge' };
        return sendBack(redirectUri, error, state);
      }
      issued += 1;
      const code = `aPrx.simulated.code.${issued}==`;
      const scope = query.get('scope') ?? '';
      codes.set(code, { redirectUri, challenge, scope, until: clock.now() + CODE_LASTS_MS });
      return sendBack(redirectUri, { code }, state);
    },
    redeem(form) {
      const code = form.get('code') ?? '';
      const granted = codes.get(code);
      codes.delete(code);
      if (granted === undefined || granted.until <= clock.now()) {
        return { error: 'invalid_grant', description: 'expired authorization code' };
      }
      if (form.get('redirect_uri') !== granted.redirectUri) {
        return { error: 'redirect_uri_mismatch', description: 'redirect_uri must match configuration' };
      }
      if (granted.challenge !== null && sha256(form.get('code_verifier') ?? '') !== granted.challenge) {
        return { error: 'invalid_grant', description: 'invalid code verifier' };
      }
      return { scope: granted.scope };
    },
  };
};
