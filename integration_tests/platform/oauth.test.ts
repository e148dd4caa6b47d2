import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { render, startLogin } from './oauth.ts';
import { connectionStatuses } from '../protocol/message-kinds.ts';
import { useSourceOrg } from '../source/use-source-org.ts';

// Airbyte's Authenticate button, from the spec that the shipped source prints to a config that logs in.

const REDIRECT = 'https://airbyte.example/auth_flow?a=b&c=d';

const org = useSourceOrg();
let specification: JsonObject;
beforeAll(async () => {
  const { messages } = await org.run('spec');
  const [spec] = messages.flatMap((message) => (message.type === 'SPEC' ? [message.spec] : []));
  specification = spec?.advanced_auth?.['oauth_config_specification'] as JsonObject;
});

const app = () => {
  const { clientId, clientSecret } = org.salesforce.login;
  return { client_id: clientId, client_secret: clientSecret };
};

/** The same address at the embedded Salesforce. */
const here = (address: string): URL => {
  const { pathname, search } = new URL(address);
  return new URL(pathname + search, org.salesforce.url);
};

test.each([
  [{}, 'login.salesforce.com'],
  [{ is_sandbox: false }, 'login.salesforce.com'],
  [{ is_sandbox: true }, 'test.salesforce.com'],
])('with %o in the form a user consents at %s, and the code is changed there', (form, host) => {
  const login = startLogin(specification, form, app(), REDIRECT);
  const consent = new URL(login.consentUrl);
  expect([consent.host, new URL(login.tokenRequest('x').url).host]).toEqual([host, host]);
  expect(Object.fromEntries(consent.searchParams)).toEqual({
    response_type: 'code',
    client_id: app().client_id,
    redirect_uri: REDIRECT,
    scope: 'api refresh_token id',
    state: login.state,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  });
});

test.each([false, true])('what a login returns makes a config that reads (the app requires PKCE: %s)', async (pkce) => {
  org.salesforce.login.authorization.requiresPkce = pkce;
  const form = { is_sandbox: false, login_url: org.salesforce.url, credentials: { auth_type: 'refresh_token' } };
  const login = startLogin(specification, form, app(), REDIRECT);
  const consent = await fetch(here(login.consentUrl), { redirect: 'manual' });
  const back = new URL(consent.headers.get('location') ?? '');
  expect(`${back.origin}${back.pathname}`).toBe('https://airbyte.example/auth_flow');
  expect(back.searchParams.get('state')).toBe(login.state);

  const { url, headers, form: fields } = login.tokenRequest(back.searchParams.get('code') ?? '');
  const answer = await fetch(here(url), { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
  const config = login.complete((await answer.json()) as JsonObject);
  const { messages } = await org.run('check', config);
  expect(connectionStatuses(messages).map(({ status }) => status)).toEqual(['SUCCEEDED']);
});

test('someone who intercepts the code does not have the verifier, and a code is good for one login', async () => {
  const login = startLogin(specification, {}, app(), REDIRECT);
  const consent = await fetch(here(login.consentUrl), { redirect: 'manual' });
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const { url, form } = login.tokenRequest(code);
  const change = async (more: Record<string, string>) => {
    const answer = await fetch(here(url), { method: 'POST', body: new URLSearchParams({ ...form, ...more }) });
    return ((await answer.json()) as JsonObject)['error_description'];
  };
  expect(await change({ code_verifier: 'guessed' })).toBe('invalid code verifier');
  expect(await change({})).toBe('expired authorization code');
});

test.each([
  ["{{ 'test' if is_sandbox else 'login' }}", 'expression'],
  ['{{ {{redirect_uri_value}} | urlEncoder }}', 'template'],
  ['{{ scope_value | urlEncoder }}', 'filter'],
  ['{% for x in y %}{{ x }}{% endfor %}', 'template'],
])('a template that Airbyte would refuse is refused here: %s', (template, what) => {
  expect(() => render(template, { scope_value: 'api' })).toThrow(`Airbyte does not know the ${what}`);
});
