import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { FieldType, Query, WhereClause } from '@jetstreamapp/soql-parser-js';
import { Refusal } from './failure.ts';
import { lexLiterals } from './literals.ts';

// The text of a query -> what it asks for, names not yet looked up. A library reads the grammar; what it is too
// lenient about (mixed AND and OR, a NOT without parentheses, quoted dates later on) is refused here as Salesforce does.

export type Literal =
  | { readonly kind: 'string'; readonly raw: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'datetime'; readonly text: string }
  | { readonly kind: 'date'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string }
  | { readonly kind: 'relative'; readonly text: string };

export interface Comparison {
  readonly kind: 'compare';
  readonly path: readonly string[];
  readonly operator: string;
  readonly values: readonly Literal[];
}

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison;

interface Order {
  readonly path: readonly string[];
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

export interface Soql {
  readonly text: string;
  readonly object: string;
  /** Paths of the SELECT list; undefined for COUNT(). */
  readonly paths: readonly (readonly string[])[] | undefined;
  readonly where: Condition | undefined;
  readonly orderBy: readonly Order[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  /** Constructs the query uses that Bulk has no answer to, in its words; nothing else is left of them. */
  readonly exotic: string | undefined;
}

const malformed = (message: string): Refusal => new Refusal(400, 'MALFORMED_QUERY', message);

const literal = (value: string, type: string | undefined, literals: readonly string[]): Literal => {
  switch (type) {
    case 'STRING':
      if (value.startsWith("'t")) return { kind: 'time', text: value.slice(2, -1) };
      return { kind: 'string', raw: literals[Number(value.slice(2, -1))] ?? '' };
    case 'INTEGER':
    case 'DECIMAL':
      return { kind: 'number', value: Number(value) };
    case 'INTEGER_WITH_CURRENCY_PREFIX':
    case 'DECIMAL_WITH_CURRENCY_PREFIX':
      return { kind: 'number', value: Number(value.slice(3)) };
    case 'BOOLEAN':
      return { kind: 'boolean', value: value.toUpperCase() === 'TRUE' };
    case 'NULL':
      return { kind: 'null' };
    case 'DATETIME':
      return { kind: 'datetime', text: value };
    case 'DATE':
      return { kind: 'date', text: value };
    case 'DATE_LITERAL':
    case 'DATE_N_LITERAL':
      return { kind: 'relative', text: value };
    default:
      throw malformed(`unexpected token: '${value}'`);
  }
};

/** Times of day, which the library does not know: it gets them as texts whose `t` tells them apart. */
const TIME = /(?<![\dT:])\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g;

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Comparison;

/** The comparisons of a WHERE in their order. */
const comparisonsOf = (
  where: WhereClause,
  literals: readonly string[],
  strip: (path: string) => string[],
): readonly Comparison[] => {
  const found: Comparison[] = [];
  let clause: WhereClause | undefined = where;
  while (clause !== undefined) {
    const left: WhereClause['left'] = clause.left;
    if (left !== null && 'operator' in left) {
      if (!('field' in left) || !('value' in left)) {
        throw malformed('Functions and subqueries in WHERE are outside what this org answers');
      }
      const values = Array.isArray(left.value) ? left.value : [left.value];
      const types = left.literalType;
      found.push({
        kind: 'compare',
        path: strip(left.field),
        operator: left.operator.toUpperCase(),
        values: values.map((value, index) => literal(value, Array.isArray(types) ? types[index] : types, literals)),
      });
    }
    clause = 'right' in clause ? clause.right : undefined;
  }
  return found;
};

const AFTER_WHERE = /\b(?:WITH|GROUP\s+BY|ORDER\s+BY|LIMIT|OFFSET|FOR\s+(?:VIEW|REFERENCE)|UPDATE)\b/i;

/**
 * The comparisons with what stands between them. The structure is read off the text, because the library loses
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
      if (comparison === undefined) throw malformed(`unexpected token: '${word}'`);
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
    return malformed(`unexpected token: '${typeof token === 'string' ? token : (token?.path.join('.') ?? '<EOF>')}'`);
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

const exoticPart = (query: Query): string | undefined => {
  if (query.groupBy !== undefined) return 'GROUP BY';
  if (query.having !== undefined) return 'HAVING';
  for (const field of query.fields ?? []) {
    if (field.type === 'FieldTypeof') return 'TYPEOF';
    if (field.type === 'FieldSubquery') return 'nested SELECT';
    if (field.type === 'FieldFunctionExpression') return `${field.functionName.toUpperCase()}()`;
  }
  return undefined;
};

const isCount = (fields: readonly FieldType[] | undefined): boolean => {
  const [field, ...others] = fields ?? [];
  return (
    others.length === 0 &&
    field?.type === 'FieldFunctionExpression' &&
    field.functionName.toUpperCase() === 'COUNT' &&
    field.parameters.length === 0
  );
};

const parsed = (text: string): Query => {
  try {
    return parseQuery(text);
  } catch (error) {
    throw malformed(error instanceof Error ? (error.message.split('\n')[0] ?? 'unexpected token') : String(error));
  }
};

/** Reads a query. Throws a Refusal (MALFORMED_QUERY) for what Salesforce would not parse. */
export const parseSoql = (soql: string): Soql => {
  if (soql.length > 100_000) throw malformed('SOQL statements cannot be longer than 100000 characters.');
  const { text: lexed, literals } = lexLiterals(soql);
  const text = lexed.replaceAll(TIME, "'t$&'");
  const query = parsed(text);
  const alias = query.sObjectAlias;
  const strip = (path: string): string[] => {
    const steps = path.split('.');
    const isAliased = steps.length > 1 && alias !== undefined && steps[0]?.toLowerCase() === alias.toLowerCase();
    return isAliased || (steps.length > 1 && steps[0] === query.sObject) ? steps.slice(1) : steps;
  };
  const pathOf = (field: FieldType): string[] => {
    if (field.type === 'Field') return strip(field.field);
    if (field.type === 'FieldRelationship') return strip([...field.relationships, field.field].join('.'));
    return [];
  };
  const orders = Array.isArray(query.orderBy) ? query.orderBy : query.orderBy === undefined ? [] : [query.orderBy];
  const exotic = exoticPart(query);
  return {
    text: soql,
    object: query.sObject ?? '',
    paths: exotic === undefined ? (query.fields ?? []).map(pathOf) : undefined,
    where:
      query.where === undefined || (exotic !== undefined && exotic !== 'COUNT()')
        ? undefined
        : conditionOf(tokensOf(text, comparisonsOf(query.where, literals, strip))),
    orderBy: orders.map((order) => {
      if (!('field' in order)) throw malformed('ORDER BY a function is outside what this org answers');
      return { path: strip(order.field), descending: order.order === 'DESC', nullsLast: order.nulls === 'LAST' };
    }),
    limit: query.limit,
    offset: query.offset,
    exotic: isCount(query.fields) && exotic === 'COUNT()' ? 'COUNT()' : exotic,
  };
};
