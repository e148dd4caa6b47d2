import { Refusal } from './failure.ts';

// SOQL string literals: where they are in a query, and what their escapes mean.

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  N: '\n',
  r: '\r',
  R: '\r',
  t: '\t',
  T: '\t',
  b: '\b',
  B: '\b',
  f: '\f',
  F: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

const malformed = (message: string): Refusal => new Refusal(400, 'MALFORMED_QUERY', message);

export interface Lexed {
  /** The query with every literal replaced by 's0', 's1' …: no parser can trip over what is inside them. */
  readonly text: string;
  /** What was between the quotes, escapes included. */
  readonly literals: readonly string[];
}

export const lexLiterals = (soql: string): Lexed => {
  const literals: string[] = [];
  let text = '';
  let from = 0;
  for (;;) {
    const open = soql.indexOf("'", from);
    if (open === -1) return { text: text + soql.slice(from), literals };
    let close = open + 1;
    while (close < soql.length && soql[close] !== "'") close += soql[close] === '\\' ? 2 : 1;
    if (close >= soql.length) throw malformed(`line 1:${open} mismatched character '<EOF>' expecting '''`);
    text += `${soql.slice(from, open)}'s${literals.length}'`;
    literals.push(soql.slice(open + 1, close));
    from = close + 1;
  }
};

type Piece = { readonly text: string; readonly wildcard: boolean };

const pieces = (raw: string, isPattern: boolean): readonly Piece[] => {
  const found: Piece[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const character = raw.charAt(index);
    if (character !== '\\') {
      found.push({ text: character, wildcard: isPattern && (character === '%' || character === '_') });
      continue;
    }
    index += 1;
    const escape = raw.charAt(index);
    const simple = SIMPLE[escape];
    if (simple !== undefined) found.push({ text: simple, wildcard: false });
    else if (isPattern && (escape === '%' || escape === '_')) found.push({ text: escape, wildcard: false });
    else if (escape === 'u' && /^[0-9a-fA-F]{4}$/.test(raw.slice(index + 1, index + 5))) {
      found.push({ text: String.fromCharCode(Number.parseInt(raw.slice(index + 1, index + 5), 16)), wildcard: false });
      index += 4;
    } else throw malformed(`Illegal escape sequence '\\${escape}' in a string literal`);
  }
  return found;
};

/** The text of a literal. Throws MALFORMED_QUERY for an escape SOQL does not have; `\%` and `\_` are for LIKE only. */
export const literalText = (raw: string): string =>
  pieces(raw, false)
    .map((piece) => piece.text)
    .join('');

const escapeForRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** Source of the regular expression that a lower-cased text must match to be LIKE this literal. */
export const likePattern = (raw: string): string => {
  let pattern = '';
  let plain = '';
  const flush = (): void => {
    pattern += escapeForRegExp(plain.toLowerCase());
    plain = '';
  };
  for (const piece of pieces(raw, true)) {
    if (piece.wildcard) {
      flush();
      pattern += piece.text === '%' ? '.*' : '.';
    } else plain += piece.text;
  }
  flush();
  return `^${pattern}$`;
};
