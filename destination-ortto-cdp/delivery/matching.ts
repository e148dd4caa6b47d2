import type { Found } from '../ortto/look-up-calls.ts';
import type { FindStrategy } from '../config.ts';

// Who a row is about: Ortto tries its match keys in the order of the find strategy, and this reproduces it on the results of a
// look-up, since some verdicts omit the id. Two people with one email are kept apart in three places: the default strategy lets an
// email find only people whom no other record has claimed (`next_if_previous_empty`); rows that share a key's value are never under
// way together (queue/queue.ts); and no pass replaces an id that another record put there (passes.ts).

export interface MatchKey {
  readonly fieldId: string;
  readonly value: unknown;
}

/** Emails are compared case-insensitively everywhere; comparing other text keys by case would lose people. */
const comparable = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.trim().toLowerCase() : undefined;

const carries = ({ fields }: Found, { fieldId, value }: MatchKey): boolean =>
  comparable(value) !== undefined && comparable(fields[fieldId]) === comparable(value);

const isEmpty = ({ fields }: Found, { fieldId }: MatchKey): boolean => comparable(fields[fieldId]) === undefined;

/**
 * The candidate that the keys match, undefined if there is none; candidates must carry all key fields. The oldest wins among
 * several: Ortto's ids start with the time of creation.
 */
export const pickMatch = (
  candidates: readonly Found[],
  keys: readonly MatchKey[],
  strategy: FindStrategy,
): Found | undefined => {
  const oldest = (accept: (candidate: Found) => boolean): Found | undefined =>
    candidates.filter(accept).toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (strategy === 'all') return oldest((candidate) => keys.every((key) => carries(candidate, key)));
  for (const [place, key] of keys.entries()) {
    const earlier = strategy === 'any' ? [] : keys.slice(0, place);
    const found = oldest(
      (candidate) => carries(candidate, key) && earlier.every((previous) => isEmpty(candidate, previous)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The conditions of a look-up: the text keys, each once. Ortto documents no filter by phone number. */
export const conditionsOf = (keys: readonly MatchKey[]): { readonly fieldId: string; readonly value: string }[] => {
  const conditions = keys.flatMap(({ fieldId, value }) => (typeof value === 'string' ? [{ fieldId, value }] : []));
  return [...new Map(conditions.map((each) => [JSON.stringify([each.fieldId, each.value]), each])).values()];
};
