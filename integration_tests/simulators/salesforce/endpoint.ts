import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import { errorBody } from './failure.ts';
import { faultAnswer, refusals } from './faults.ts';
import { identity, userinfo } from './identity.ts';
import type { LoginServer } from './login.ts';
import { VERSIONS, answerResource, kindOf, type Request, type Services } from './resources.ts';

// Every address of the host, each with what it requires: a login, a session, a call of the daily allocation.

/** Bytes of a request's URI and headers that Salesforce takes. */
const MAX_HEAD = 16_384;

/** The kind of call, as the counts name it. */
export const callKind = (request: Request): string => {
  if (request.path === '/services/oauth2/token') return 'token';
  if (request.path === '/services/oauth2/authorize') return 'authorize';
  if (request.path === '/services/data' || request.path === '/services/data/') return 'versions';
  if (request.path.startsWith('/id/')) return 'identity';
  return request.path === '/services/oauth2/userinfo' ? 'userinfo' : kindOf(request);
};

const dataAnswer = (services: Services, login: LoginServer, request: Request): Answer => {
  if (!login.accepts(request.headers['authorization'])) return faultAnswer(refusals.sessionExpired);
  if (request.path.startsWith('/id/')) return identity(services);
  if (request.path === '/services/oauth2/userinfo') return userinfo(services);
  const { dailyApiRequests } = services.limits;
  if (dailyApiRequests.used >= dailyApiRequests.max) return faultAnswer(refusals.requestLimit);
  dailyApiRequests.used += 1;
  return answerResource(services, request).answer;
};

/** Answers a request whose URI and head (URI and headers) have these sizes. */
export const answerRequest = async (
  services: Services,
  login: LoginServer,
  request: Request,
  size: { readonly uri: number; readonly head: number },
): Promise<Answer> => {
  if (size.uri > MAX_HEAD) return jsonAnswer(errorBody('URI_TOO_LONG', 'URI Too Long'), 414);
  if (size.head > MAX_HEAD) return jsonAnswer(errorBody('HEADERS_TOO_LONG', 'Request Header Fields Too Large'), 431);
  const kind = callKind(request);
  if (kind === 'token') {
    return request.method === 'POST'
      ? login.token(new URLSearchParams(request.body), request.headers['authorization'], services.url)
      : jsonAnswer({ error: 'invalid_request', error_description: 'must use HTTP POST' }, 400);
  }
  if (kind === 'authorize') return login.authorize(request.parameters);
  if (kind === 'versions') {
    return jsonAnswer(
      VERSIONS.map((version) => ({ label: `Release ${version}`, url: `/services/data/v${version}`, version })),
    );
  }
  const data = dataAnswer(services, login, request);
  const { used, max } = services.limits.dailyApiRequests;
  return { ...data, headers: { ...data.headers, 'Sforce-Limit-Info': `api-usage=${used}/${max}` } };
};
