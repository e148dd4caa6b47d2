import { malformedQuery, type Refusal } from './failure.ts';
import type { Comparison } from './soql-comparisons.ts';

// How the comparisons of a WHERE are joined. Stricter than the library, as Salesforce is: no mixed AND and OR, no NOT
// without parentheses among them.

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison;

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Comparison;

const AFTER_WHERE = /\b(?:WITH|GROUP\s+BY|ORDER\s+BY|LIMIT|OFFSET|FOR\s+(?:VIEW|REFERENCE)|UPDATE)\b/i;

/**
 * The comparisons with what is between them. The structure is read off the text, because the library loses
 * parentheses around nested NOTs.
 */
const tokensOf = (text: string, comparisons: readonly Comparison[]): Token[] => {
  const [, ...rest] = text.split(/\bWHERE\b/i);
  const where = rest.join(' ').split(AFTER_WHERE)[0] ?? '';
  const words = where.match(/[()]|[^\s()]+/g) ?? [];
  const left = [...comparisons];
  const tokens: Token[] = [];
  let isInside = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = (words[index] ?? '').toUpperCase();
    if (word === '(' && isInside) {
      // The list of an IN, INCLUDES or EXCLUDES.
      while (index < words.length && words[index] !== ')') index += 1;
    } else if (word === '(' || word === ')' || word === 'AND' || word === 'OR' || (word === 'NOT' && !isInside)) {
      tokens.push(word);
      isInside = false;
    } else if (!isInside) {
      const comparison = left.shift();
      if (comparison === undefined) throw malformedQuery(`unexpected token: '${word}'`);
      tokens.push(comparison);
      isInside = true;
    }
  }
  return tokens;
};

const conditionOf = (tokens: readonly Token[]): Condition => {
  let at = 0;
  const unexpected = (): Refusal => {
    const token = tokens[at];
    return malformedQuery(
      `unexpected token: '${typeof token === 'string' ? token : (token?.path.join('.') ?? '<EOF>')}'`,
    );
  };
  const term = (): Condition => {
    const token = tokens[at];
    if (token === 'NOT') {
      at += 1;
      return { kind: 'not', part: term() };
    }
    if (token === '(') {
      at += 1;
      const inner = group();
      if (tokens[at] !== ')') throw unexpected();
      at += 1;
      return inner;
    }
    if (token === undefined || typeof token === 'string') throw unexpected();
    at += 1;
    return token;
  };
  const group = (): Condition => {
    const negated = tokens[at] === 'NOT';
    const parts = [term()];
    const operator = tokens[at];
    if (operator !== 'AND' && operator !== 'OR') return parts[0] ?? term();
    // A NOT among ANDs and ORs needs parentheses of its own.
    if (negated) throw unexpected();
    while (tokens[at] === operator) {
      at += 1;
      if (tokens[at] === 'NOT') throw unexpected();
      parts.push(term());
    }
    if (tokens[at] === 'AND' || tokens[at] === 'OR') throw unexpected();
    return { kind: operator === 'AND' ? 'and' : 'or', parts };
  };
  const condition = group();
  if (at < tokens.length) throw unexpected();
  return condition;
};

/** The condition of a query's WHERE, whose comparisons these are. Throws a Refusal where AND, OR and NOT do not fit. */
export const whereCondition = (text: string, comparisons: readonly Comparison[]): Condition =>
  conditionOf(tokensOf(text, comparisons));
