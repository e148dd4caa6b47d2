const NAMED = 20;

/** Names in a sentence: all of a few, the first of many. */
export const listed = (names: readonly string[]): string =>
  names.length <= NAMED ? names.join(', ') : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
