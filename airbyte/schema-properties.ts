import { isObject } from './protocol.ts';
import type { JsonObject } from './protocol.ts';

/** The properties a schema names. */
export const propertiesOf = (schema: unknown): JsonObject =>
  isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};

/** The branches of a schema's `oneOf` that a value chooses by its const; all of them if it chooses none. */
export const branchesFor = (schema: JsonObject, value: JsonObject): readonly unknown[] => {
  const branches: readonly unknown[] = Array.isArray(schema['oneOf']) ? schema['oneOf'] : [];
  const chosen = branches.filter((branch) =>
    Object.entries(propertiesOf(branch)).some(
      ([name, property]) => isObject(property) && property['const'] !== undefined && property['const'] === value[name],
    ),
  );
  return chosen.length > 0 ? chosen : branches;
};

/** The properties a schema has for a value: its own and those of the branches the value chooses. */
export const knownProperties = (schema: JsonObject, value: JsonObject): JsonObject =>
  Object.assign({}, propertiesOf(schema), ...branchesFor(schema, value).map(propertiesOf)) as JsonObject;
