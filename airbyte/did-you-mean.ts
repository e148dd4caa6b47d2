import leven from 'leven';

/** Edits that a slip of the hand takes: two letters swapped are two, and names are long enough for a third. */
const MOST_EDITS = 3;

/** Of its length, the share of a name that may differ; more would suggest names that have nothing to do with it. */
const MOST_DIFFERENT = 0.4;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}.]/gu, '');

/** How unlike two names are, as edits; spelling with other capitals, spaces or signs is the least of all. */
const distance = (written: string, name: string): number => {
  const [a, b] = [plain(written), plain(name)];
  const edits = leven(a, b);
  return edits <= MOST_EDITS && edits <= Math.max(a.length, b.length) * MOST_DIFFERENT ? edits : Infinity;
};

/** The name that was most likely meant, or undefined when none is close. A name that is there is not asked for. */
export const closestName = (written: string, names: Iterable<string>): string | undefined => {
  let closest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const edits = distance(written, name);
    if (edits < least) [closest, least] = [name, edits];
  }
  return closest;
};

/** ` Did you mean Email?`, to be put behind a sentence; empty when no name is close. */
export const didYouMean = (written: string, names: Iterable<string>): string => {
  const name = closestName(written, names);
  return name === undefined ? '' : ` Did you mean ${name}?`;
};
