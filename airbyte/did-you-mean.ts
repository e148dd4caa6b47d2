import leven from 'leven';
import { listed } from './errors.ts';

/** The most edits a typo contains: two swapped letters count as two, and names are long enough to allow a third. */
const MOST_EDITS = 3;

/** Share of a name's length that may differ; more would suggest names that have nothing to do with it. */
const MOST_DIFFERENT = 0.5;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}.]/gu, '');

/** Swapped letters are two edits, which is most of a short name. */
const sorted = (name: string): string => Array.from(name).toSorted().join('');

/** How different two names are, in edits; capitals, spaces and punctuation do not count. */
const distance = (written: string, name: string): number => {
  const [a, b] = [plain(written), plain(name)];
  const edits = leven(a, b);
  const isClose = edits <= Math.max(a.length, b.length) * MOST_DIFFERENT || sorted(a) === sorted(b);
  return isClose && edits <= MOST_EDITS ? edits : Infinity;
};

/** The name that was most likely meant; the first of several equally close ones. Undefined when none is close; never `written` itself. */
export const closestName = (written: string, names: Iterable<string>): string | undefined => {
  let closest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    if (name === written) continue;
    const edits = distance(written, name);
    if (edits < least) [closest, least] = [name, edits];
  }
  return closest;
};

/** `. Did you mean Email?`, to follow what is wrong with a name or several; empty when no name is close. */
export const didYouMean = (written: string | readonly string[], names: Iterable<string>): string => {
  const known = [...names];
  const meant = [written].flat().flatMap((each) => closestName(each, known) ?? []);
  return meant.length === 0 ? '' : `. Did you mean ${listed(meant)}?`;
};
