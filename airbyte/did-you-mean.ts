import leven from 'leven';

/** Edits in a slip of the hand: two swapped letters count as two, and names are long enough for a third. */
const MOST_EDITS = 3;

/** Share of a name's length that may differ; more would suggest names that have nothing to do with it. */
const MOST_DIFFERENT = 0.5;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}.]/gu, '');

/** How different two names are, in edits; capitals, spaces and punctuation do not count. */
const distance = (written: string, name: string): number => {
  const [a, b] = [plain(written), plain(name)];
  const edits = leven(a, b);
  return edits <= MOST_EDITS && edits <= Math.max(a.length, b.length) * MOST_DIFFERENT ? edits : Infinity;
};

/** The name that was most likely meant; of equally close ones the first. Undefined when none is close; never `written` itself. */
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

/** `; did you mean Email?`, to follow what is wrong with a name; empty when no name is close. */
export const didYouMean = (written: string, names: Iterable<string>): string => {
  const name = closestName(written, names);
  return name === undefined ? '' : `; did you mean ${name}?`;
};
