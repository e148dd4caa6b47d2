import { createHash, randomInt } from 'node:crypto';
import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { propertiesOf } from '../../airbyte/schema-properties.ts';

// Airbyte's side of the Authenticate button: it renders the templates of `advanced_auth` and exchanges the code for tokens.
// Like its newest version this one knows `if` and four filters, and refuses everything else.

/** An app's key and secret, as an administrator enters them for all users of the connector. */
export interface OAuthApp {
  readonly client_id: string;
  readonly client_secret: string;
}

type Values = Readonly<Record<string, string>>;

const FILTERS: Readonly<Record<string, (text: string, ...args: readonly string[]) => string>> = {
  urlencode: (text) => encodeURIComponent(text),
  replace: (text, from = '', to = '') => text.replaceAll(from, to),
  b64encode: (text) => Buffer.from(text).toString('base64'),
  codechallengeS256: (text) => createHash('sha256').update(text).digest('base64'),
};

const evaluate = (expression: string, values: Values): string => {
  const [name = '', ...filters] = expression.split('|').map((part) => part.trim());
  if (!/^\w+$/.test(name)) throw new Error(`Airbyte does not know the expression ${expression}`);
  let text = values[name] ?? '';
  for (const filter of filters) {
    const [, called = '', inside = ''] = /^(\w+)(?:\((.*)\))?$/.exec(filter) ?? [];
    const apply = FILTERS[called];
    if (apply === undefined) throw new Error(`Airbyte does not know the filter ${filter}`);
    const args = [...inside.matchAll(/'([^']*)'/g)].map(([, text_ = '']) => text_);
    text = apply(text, ...args);
  }
  return text;
};

/** Airbyte's templates treat the text "false" as false, like an empty text. */
const isTrue = (text: string | undefined): boolean => text !== undefined && text !== '' && text !== 'false';

/** Renders a template once; what values bring in is not rendered again. */
export const render = (template: string, values: Values): string => {
  const chosen = template.replaceAll(
    /\{% if (\w+) %\}(.*?)\{% else %\}(.*?)\{% endif %\}/g,
    (_, name: string, yes: string, no: string) => (isTrue(values[name]) ? yes : no),
  );
  if (/\{%|\{\{[^}]*\{\{/.test(chosen)) throw new Error(`Airbyte does not know the template ${template}`);
  return chosen.replaceAll(/\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression, values));
};

const KEYS = ['client_id', 'client_secret', 'redirect_uri', 'scope', 'state'] as const;

/** What templates may name: every key of the flow, and key, value and `key=value` of each parameter. */
const valuesOf = (flow: JsonObject, given: Values): Values => {
  const texts = Object.entries(flow).map(([key, value]) => [key, isObject(value) ? '' : String(value)] as const);
  const values: Record<string, string> = { ...Object.fromEntries(texts), ...given };
  for (const [part, byDefault] of [...KEYS.map((key) => [key, key] as const), ['auth_code', 'code'] as const]) {
    const key = values[`${part}_key`] ?? byDefault;
    const value = (part === 'auth_code' ? given['code'] : values[part]) ?? '';
    const isEncoded = part === 'redirect_uri' || part === 'scope';
    values[`${part}_key`] = key;
    values[`${part}_value`] = value;
    values[`${part}_param`] = `${key}=${isEncoded ? new URLSearchParams({ _: value }).toString().slice(2) : value}`;
  }
  return values;
};

const STATE_CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_';

const atPath = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);

const withPath = (config: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject => {
  const inner = isObject(config[key]) ? config[key] : {};
  return { ...config, [key]: rest.length === 0 ? value : withPath(inner, rest, value) };
};

const schemasOf = (schema: unknown): readonly (readonly [string, JsonObject])[] =>
  Object.entries(propertiesOf(schema)).map(([name, property]) => [name, isObject(property) ? property : {}] as const);

const pathIn = (property: JsonObject, name: string): readonly string[] => property[name] as readonly string[];

/** One login by a connector's `oauth_config_specification`, for a form that is filled in so far. */
export const startLogin = (specification: JsonObject, form: JsonObject, app: OAuthApp, redirectUri: string) => {
  const inputs = schemasOf(specification['oauth_user_input_from_connector_config_specification']).map(
    ([name, property]) => [name, atPath(form, pathIn(property, 'path_in_connector_config'))] as const,
  );
  const told = inputs.filter(([, value]) => value !== undefined);
  const flow: JsonObject = {
    ...Object.fromEntries(told),
    ...(specification['oauth_connector_input_specification'] as JsonObject),
  };
  const { min, max } = { min: 7, max: 24, ...(flow['state'] as { min?: number; max?: number } | undefined) };
  const state = Array.from(
    { length: randomInt(min, max + 1) },
    () => STATE_CHARACTERS[randomInt(STATE_CHARACTERS.length)],
  ).join('');
  const given = { ...app, redirect_uri: redirectUri, state };
  const renderAll = (templates: unknown, values: Values): Record<string, string> =>
    Object.fromEntries(
      Object.entries(isObject(templates) ? templates : {}).map(([key, text]) => [
        render(key, values),
        render(String(text), values),
      ]),
    );

  return {
    state,
    /** Where the browser is sent. */
    consentUrl: render(String(flow['consent_url']), valuesOf(flow, { ...given, client_secret: '' })),
    /** The request that exchanges a code. */
    tokenRequest(code: string) {
      const values = valuesOf(flow, { ...given, code });
      return {
        url: render(String(flow['access_token_url']), values),
        headers: renderAll(flow['access_token_headers'], values),
        form: renderAll(flow['access_token_params'], values),
      };
    },
    /** The form with what the login has brought. */
    complete(answer: JsonObject): JsonObject {
      for (const name of flow['extract_output'] as readonly string[]) {
        if (typeof answer[name] !== 'string') throw new Error(`Airbyte misses ${name} in the answer`);
      }
      const brought = schemasOf(specification['complete_oauth_output_specification']).map(
        ([, property]) =>
          [property, atPath(answer, pathIn(property, 'path_in_oauth_response'))] as readonly [JsonObject, unknown],
      );
      const ofApp = schemasOf(specification['complete_oauth_server_output_specification']).map(
        ([name, property]) => [property, atPath(app, [name])] as readonly [JsonObject, unknown],
      );
      return [...brought, ...ofApp].reduce(
        (config, [property, value]) => withPath(config, pathIn(property, 'path_in_connector_config'), value),
        form,
      );
    },
  };
};
