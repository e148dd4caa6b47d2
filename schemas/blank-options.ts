import { isObject } from '../airbyte/protocol.ts';
import { branchesFor, knownProperties } from '../airbyte/schema-properties.ts';

const requiredIn = (schema: unknown): readonly unknown[] =>
  isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];

const isBlank = (value: unknown): boolean => value === null || value === '';

/**
 * A config without the options that were left empty: null and `""` where the schema requires nothing. A form omits the key of
 * an option left empty, but someone who writes a config as JSON uses one of these. Everything else is kept: required options
 * that are empty, and empty lists, because selecting nothing is different from keeping the default.
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
