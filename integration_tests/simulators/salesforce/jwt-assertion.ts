import type { KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { GrantProblem } from './authorization.ts';

export interface JwtCheck {
  /** PEM (PKCS 8) of the key whose JWTs are accepted; made on first use. */
  readonly privateKey: string;
  /** What is wrong with an assertion (RFC 7523), if anything. */
  problem(assertion: string, expected: ExpectedClaims): GrantProblem | undefined;
}

interface ExpectedClaims {
  readonly clientId: string;
  readonly username: string;
  readonly audiences: readonly string[];
  readonly now: number;
}

/** Salesforce accepts only assertions that expire within minutes. */
const MAX_LIFETIME_MS = 5 * 60_000;

const parseJson = (text: string | undefined): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
};

export const createJwtCheck = (): JwtCheck => {
  let keys: { readonly privateKey: string; readonly publicKey: KeyObject } | undefined;
  const keyPair = () => {
    if (keys === undefined) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      keys = { privateKey: pem, publicKey: createPublicKey(pem) };
    }
    return keys;
  };

  return {
    get privateKey() {
      return keyPair().privateKey;
    },
    problem: (assertion, { clientId, username, audiences, now }) => {
      const [head, payload, signature] = assertion.split('.');
      const claims = parseJson(payload);
      if (claims['iss'] !== clientId) {
        return { error: 'invalid_client_id', description: 'client identifier invalid' };
      }
      const isSigned =
        parseJson(head)['alg'] === 'RS256' &&
        verify(
          'sha256',
          Buffer.from(`${head}.${payload}`),
          keyPair().publicKey,
          Buffer.from(signature ?? '', 'base64url'),
        );
      const invalid = (description: string): GrantProblem => ({ error: 'invalid_grant', description });
      if (!isSigned) return invalid('invalid assertion');
      if (!audiences.includes(String(claims['aud']).replace(/\/$/, ''))) return invalid('audience is invalid');
      const left = Number(claims['exp']) * 1000 - now;
      if (!(left > 0 && left <= MAX_LIFETIME_MS)) return invalid('expired authorization code');
      return claims['sub'] === username ? undefined : invalid("user hasn't approved this consumer");
    },
  };
};
