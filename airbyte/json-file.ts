import { readFileSync } from 'node:fs';
import { ConfigError } from './errors.ts';
import { isObject } from './protocol.ts';
import type { ConfiguredCatalog } from './protocol.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';

/** Where the parser stopped. Its message is not passed on: it quotes the file, which may hold secrets. */
const positionOf = (error: unknown): string => {
  const place = error instanceof Error ? /\(line (\d+) column (\d+)\)$/.exec(error.message) : null;
  return place === null ? '' : ` (line ${place[1]}, column ${place[2]})`;
};

/**
 * The value in a JSON file, whatever its extension. `option` is the command-line option that named it. A ConfigError names
 * the option and the problem, never any content.
 */
export const readJsonFile = (option: string, path: string): unknown => {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${option}: the file ${path} cannot be read (${codeOf(error)}).`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ConfigError(`${option}: the file ${path} is not valid JSON${positionOf(error)}.`);
  }
};

const withoutNulls = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/**
 * The configured catalog in a file. Keys that are null there are absent here, except inside a JSON schema, where null has a
 * meaning.
 */
export const readCatalogFile = (option: string, path: string): ConfiguredCatalog => {
  const fail = (problem: string): never => {
    throw new ConfigError(`${option}: the file ${path} is not a configured catalog: ${problem}.`);
  };
  const catalog = readJsonFile(option, path);
  const entries = isObject(catalog) ? catalog['streams'] : undefined;
  if (!Array.isArray(entries)) return fail('it has no list of streams');
  const streams = entries.map((entry: unknown, index) => {
    const stream = isObject(entry) ? entry['stream'] : undefined;
    if (!isObject(entry) || !isObject(stream)) return fail(`streams[${index}] has no stream`);
    if (typeof stream['name'] !== 'string') return fail(`streams[${index}].stream has no name`);
    if (!isObject(stream['json_schema'])) return fail(`streams[${index}].stream has no json_schema`);
    return { ...withoutNulls(entry), stream: withoutNulls(stream) };
  });
  return { streams } as unknown as ConfiguredCatalog;
};
