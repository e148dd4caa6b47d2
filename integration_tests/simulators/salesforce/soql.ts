import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { FieldType, Query } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from './failure.ts';
import { lexLiterals } from './literals.ts';
import { comparisonsOf } from './soql-comparisons.ts';
import { whereCondition, type Condition } from './soql-where.ts';

// The text of a query -> what it asks for, names not yet looked up. A library reads the grammar; what it is too
// lenient about (mixed AND and OR, a NOT without parentheses, quoted dates later on) is refused here as Salesforce does.

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

/** Times of day, which the library does not know: it gets them as texts, which a `t` distinguishes from others. */
const TIME = /(?<![\dT:])\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g;

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
    throw malformedQuery(error instanceof Error ? (error.message.split('\n')[0] ?? 'unexpected token') : String(error));
  }
};

/** Reads a query. Throws a Refusal (MALFORMED_QUERY) for what Salesforce would not parse. */
export const parseSoql = (soql: string): Soql => {
  if (soql.length > 100_000) throw malformedQuery('SOQL statements cannot be longer than 100000 characters.');
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
        : whereCondition(text, comparisonsOf(query.where, literals, strip)),
    orderBy: orders.map((order) => {
      if (!('field' in order)) throw malformedQuery('ORDER BY a function is outside what this org answers');
      return { path: strip(order.field), descending: order.order === 'DESC', nullsLast: order.nulls === 'LAST' };
    }),
    limit: query.limit,
    offset: query.offset,
    exotic: isCount(query.fields) && exotic === 'COUNT()' ? 'COUNT()' : exotic,
  };
};
