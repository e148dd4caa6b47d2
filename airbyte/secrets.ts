import { isObject } from './protocol.ts';
import { propertiesOf } from './schema-properties.ts';

const CENSORED = '****';

/** Shorter ones would censor ordinary words, and no real credential is that short. */
const SHORTEST_SECRET = 4;

/** Shorter lines of a key (`-----END`, the last line of base64) reveal nothing on their own. */
const SHORTEST_LINE = 16;

/** Names of the properties a schema marks with `airbyte_secret`, at any depth. */
const secretNames = (schema: unknown): string[] => {
  if (Array.isArray(schema)) return schema.flatMap(secretNames);
  if (!isObject(schema)) return [];
  const properties = propertiesOf(schema);
  const isSecret = (property: unknown): boolean =>
    isObject(property) && (property['airbyte_secret'] === true || isSecret(property['items']));
  return [
    ...Object.keys(properties).filter((name) => isSecret(properties[name])),
    ...Object.values(schema).flatMap(secretNames),
  ];
};

const texts = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(texts);
  return [];
};

const valuesOf = (config: unknown, names: ReadonlySet<string>): string[] => {
  if (Array.isArray(config)) return config.flatMap((item) => valuesOf(item, names));
  if (!isObject(config)) return [];
  return Object.entries(config).flatMap(([name, value]) => (names.has(name) ? texts(value) : valuesOf(value, names)));
};

/** The ways a secret can appear in a text: as it is, line by line, inside JSON, inside a URL or form. */
const spellings = (secret: string): string[] => {
  const lines = secret.split(/\r\n|\n|\r|\\n/).map((line) => line.trim());
  const forms = [secret, secret.trim(), ...lines.filter((line) => line.length >= SHORTEST_LINE)];
  return forms.flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.toWellFormed()),
    new URLSearchParams({ '': form }).toString().slice(1),
  ]);
};

/**
 * Every text that must not be shown, longest first, for `scrub`: the values of the config's keys that its spec marks with
 * `airbyte_secret` anywhere. Keys count by name, wherever they are, so that a config of the wrong shape keeps its secrets
 * too. A config that is not an object is treated as a secret as a whole.
 */
export const collectSecrets = (config: unknown, connectionSpecification: unknown): string[] => {
  const names = new Set(secretNames(connectionSpecification));
  const values = isObject(config) || Array.isArray(config) ? valuesOf(config, names) : texts(config);
  const secrets = new Set(values.flatMap(spellings).filter((form) => form.length >= SHORTEST_SECRET));
  return [...secrets].sort((a, b) => b.length - a.length);
};

/** `text` with every secret censored. */
export const scrub = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, CENSORED), text);
