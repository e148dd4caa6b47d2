import { didYouMean } from '../../airbyte/did-you-mean.ts';
import type { ObjectMapping } from '../config.ts';
import type { CatalogFields } from './catalog-fields.ts';
import type { MappingRow } from './defaults.ts';
import type { Findings } from './findings.ts';
import { SYSTEM_FIELDS } from '../ortto/system-fields.ts';

// Names in the user's mapping that do not exist. Ignoring them would do the opposite of what was meant: a field to be left
// out would be sent, or a misspelled name would become a custom field that no call can rename.

const simplified = (name: string): string => name.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}.]/gu, '');

/** The name that differs from the one written only in case, spaces and underscores; undefined if that one exists. */
const similarName = (written: string, names: Iterable<string>): string | undefined => {
  const alike = [...names].filter((name) => simplified(name) === simplified(written));
  return alike.includes(written) ? undefined : alike[0];
};

/** Notes the entries of `objects` whose stream is not in the connection. */
export const noteUnknownStreams = (
  entries: readonly ObjectMapping[],
  streams: readonly string[],
  { problems, warnings }: Findings,
): void => {
  for (const [index, { stream }] of entries.entries()) {
    if (streams.includes(stream)) continue;
    const similar = similarName(stream, streams);
    if (similar !== undefined)
      problems.push(`objects[${index}].stream: the connection has no stream ${stream}. Did you mean ${similar}?`);
    else
      warnings.push(
        `objects[${index}].stream: the connection has no stream ${stream}, so the entry has no effect${didYouMean(stream, streams)}`,
      );
  }
};

/** Notes a user's row whose field the stream does not have; default rows may lack theirs. */
export const noteUnknownField = (
  stream: string,
  { from, to, origin }: Pick<MappingRow, 'from' | 'to' | 'origin'>,
  fields: CatalogFields,
  { problems, warnings, notes }: Findings,
): void => {
  if (origin === 'default' || fields.has(from)) return;
  const similar = similarName(from, fields.keys());
  const suggestion = didYouMean(from, fields.keys());
  if (similar !== undefined)
    problems.push(`${stream}.${from}: the stream has no field ${from}. Did you mean ${similar}?`);
  else if (to !== 'none')
    problems.push(
      `${stream}.${from}: the stream has no such field; select it or remove the row from objects${suggestion}`,
    );
  else if (suggestion === '')
    notes.push(`${stream}.${from}: the stream has no such field, so there is nothing to leave out`);
  // A similar name exists, so the user probably meant to leave that field out.
  else warnings.push(`${stream}.${from}: the stream has no such field, so there is nothing to leave out${suggestion}`);
};

/**
 * What is wrong with `to` as the name of a custom field to be created; undefined if nothing is. Ortto's own fields are named
 * in snake case, so such a name that is not one of them is misspelled, or a field that cannot be written.
 */
export const nameProblem = (target: 'person' | 'organization', to: string): string | undefined => {
  const own = SYSTEM_FIELDS[target].map(({ name }) => name);
  const similar = similarName(to, own);
  if (similar !== undefined) return `"${to}" is one of Ortto's own fields; write it as ${similar}`;
  return /^[a-z]+(?:_[a-z0-9]+)+$/.test(to) && !own.includes(to)
    ? `"${to}" is not one of Ortto's own fields (${own.join(', ')}); write the name of a custom field as people read it, with spaces${didYouMean(to, own)}`
    : undefined;
};
