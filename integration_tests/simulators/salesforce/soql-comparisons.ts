import type { WhereClause } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from './failure.ts';

// The comparisons of a WHERE and the literals in them, as the library has read them.

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
      throw malformedQuery(`unexpected token: '${value}'`);
  }
};

/** The comparisons of a WHERE in their order; `strip` takes an alias off a path. */
export const comparisonsOf = (
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
        throw malformedQuery('Functions and subqueries in WHERE are outside what this org answers');
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
