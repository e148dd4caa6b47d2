import type { StateStats } from './protocol.ts';

// A state belongs to the source that wrote it. Parsed and printed again it may be another: 1.0 becomes 1, and an integer past
// 2^53 a different integer. So its own text goes back, and the counts are put into that.

/** A key of an object with the place of its value, from `start` up to `end`, in a text that is JSON. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** Where the string that opens at `open` ends. */
const endOfString = (text: string, open: number): number => {
  for (let at = open + 1; ; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"' || character === undefined) return at + 1;
  }
};

const endOfValue = (text: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === '{' || character === '[') {
      depth += 1;
      at += 1;
    } else if (depth > 0) {
      if (character === '}' || character === ']') depth -= 1;
      at += 1;
    } else {
      // A number, true, false or null, or what follows a value that is complete.
      if (/[\s,}\]]/.test(character)) return at;
      at += 1;
      continue;
    }
    if (depth === 0) return at;
  }
  return text.length;
};

const skipSpace = (text: string, from: number): number => {
  let at = from;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
};

/** The members of the object that opens at `open`, and where it closes. */
const readObject = (text: string, open: number): { readonly members: readonly Member[]; readonly close: number } => {
  const members: Member[] = [];
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return { members, close: at };
};

/**
 * The line of a STATE message with these `destinationStats` in its state; those that it came with give way. Everything else
 * stays to the byte: order, spacing, spelling of numbers and escapes. `text` must be such a line.
 */
export const withDestinationStats = (text: string, stats: StateStats): string => {
  // Of keys that occur twice, the last one counts, as it does for JSON.parse.
  const state = readObject(text, skipSpace(text, 0)).members.findLast(({ key }) => key === 'state');
  if (state === undefined || text[state.start] !== '{') throw new Error('The line is not a STATE message');
  const { members, close } = readObject(text, state.start);
  const said = JSON.stringify(stats);
  const earlier = members.filter(({ key }) => key === 'destinationStats');
  if (earlier.length === 0) {
    const comma = members.length === 0 ? '' : ',';
    return `${text.slice(0, close)}${comma}"destinationStats":${said}${text.slice(close)}`;
  }
  let rest = text;
  for (const { start, end } of earlier.toReversed()) rest = rest.slice(0, start) + said + rest.slice(end);
  return rest;
};
