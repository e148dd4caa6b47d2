import type { Found } from '../ortto/look-up-calls.ts';
import type { FindStrategy } from '../config.ts';

// Ortto's way of finding who a row is about, repeated on what a look-up returned: some verdicts leave the id out.

export interface MatchKey {
  readonly fieldId: string;
  readonly value: unknown;
}

/** Emails are compared without regard to case everywhere; taking another text key's case seriously would lose people. */
const comparable = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.trim().toLowerCase() : undefined;

const carries = ({ fields }: Found, { fieldId, value }: MatchKey): boolean =>
  comparable(value) !== undefined && comparable(fields[fieldId]) === comparable(value);

const isEmpty = ({ fields }: Found, { fieldId }: MatchKey): boolean => comparable(fields[fieldId]) === undefined;

/**
 * Who the keys mean among the candidates, which must have all key fields; undefined for nobody. Of several the oldest:
 * Ortto's ids begin with the time of creation.
 */
export const pick = (
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

/** The conditions of a look-up: keys that are text, each once. Ortto documents no filter by phone number. */
export const conditionsOf = (keys: readonly MatchKey[]): { readonly fieldId: string; readonly value: string }[] => {
  const conditions = keys.flatMap(({ fieldId, value }) => (typeof value === 'string' ? [{ fieldId, value }] : []));
  return [...new Map(conditions.map((each) => [JSON.stringify([each.fieldId, each.value]), each])).values()];
};
