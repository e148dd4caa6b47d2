import { closestName } from './did-you-mean.ts';
import { isObject } from './protocol.ts';
import { knownProperties } from './schema-properties.ts';

export interface UnknownOption {
  /** `people.merge_strtegy`, `objects[0].feilds`. */
  readonly path: string;
  /** The path of the option that was most likely meant. */
  readonly meant: string | undefined;
}

/**
 * What a config contains and its schema does not, in the order of the config. Names that start with an underscore belong to
 * the platform and are left out.
 */
export const unknownOptions = (config: unknown, schema: unknown, path = ''): UnknownOption[] => {
  if (!isObject(schema)) return [];
  if (Array.isArray(config)) {
    return config.flatMap((item: unknown, index) => unknownOptions(item, schema['items'], `${path}[${index}]`));
  }
  if (!isObject(config)) return [];
  const known = knownProperties(schema, config);
  return Object.entries(config).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(known, name)) return unknownOptions(value, known[name], at);
    if (name.startsWith('_')) return [];
    const meant = closestName(name, Object.keys(known));
    return [{ path: at, meant: meant && at.slice(0, at.length - name.length) + meant }];
  });
};
