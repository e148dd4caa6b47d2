import { isObject } from '../airbyte/protocol.ts';
import { branchesFor, knownProperties } from '../airbyte/schema-properties.ts';

const requiredIn = (schema: unknown): readonly unknown[] =>
  isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];

const isBlank = (value: unknown): boolean => value === null || value === '';

/**
 * A config without the options that were left empty: null and `""` where the schema requires nothing. "Leave empty" in a
 * form is no key at all, but whoever writes a config as JSON writes one of these. Everything else is as it came: what is
 * required and empty, and empty lists, since to tick nothing is not to leave everything as it is.
 */
export const withoutBlanks = (config: unknown, schema: unknown): unknown => {
  if (!isObject(schema)) return config;
  if (Array.isArray(config)) return config.map((item: unknown) => withoutBlanks(item, schema['items']));
  if (!isObject(config)) return config;
  const required = new Set([schema, ...branchesFor(schema, config)].flatMap(requiredIn));
  const known = knownProperties(schema, config);
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name, value]) => required.has(name) || !Object.hasOwn(known, name) || !isBlank(value))
      .map(([name, value]) => [name, withoutBlanks(value, known[name])]),
  );
};
