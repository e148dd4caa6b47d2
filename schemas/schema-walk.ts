import { propertiesOf } from '../airbyte/schema-properties.ts';
import { isObject } from '../airbyte/protocol.ts';
import type { JsonObject } from '../airbyte/protocol.ts';

/**
 * Every schema within a schema, itself first, each with a readable path: `.name` for a property, `(0)` for a branch of
 * `oneOf`, `[]` for items. `path` is the path of the schema itself.
 */
export const schemasIn = (schema: unknown, path = ''): [string, JsonObject][] => {
  if (!isObject(schema)) return [];
  const branches = Array.isArray(schema['oneOf']) ? schema['oneOf'] : [];
  return [
    [path, schema],
    ...Object.entries(propertiesOf(schema)).flatMap(([name, property]) => schemasIn(property, `${path}.${name}`)),
    ...branches.flatMap((branch: unknown, index) => schemasIn(branch, `${path}(${index})`)),
    ...schemasIn(schema['items'], `${path}[]`),
  ];
};
