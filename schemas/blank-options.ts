import { branchesFor, propertiesOf } from '../airbyte/config-choices.ts';
import { isObject } from '../airbyte/json-object.ts';
import type { JsonObject } from '../airbyte/protocol.ts';

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
  const branches = branchesFor(schema, config);
  const required = new Set([schema, ...branches].flatMap(requiredIn));
  const known = Object.assign({}, propertiesOf(schema), ...branches.map(propertiesOf)) as JsonObject;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name, value]) => required.has(name) || !Object.hasOwn(known, name) || !isBlank(value))
      .map(([name, value]) => [name, withoutBlanks(value, known[name])]),
  );
};
