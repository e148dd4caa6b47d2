import type { FieldDefinition, FieldType } from './schema.ts';
import type { Comparison, Literal } from './soql-comparisons.ts';
import type { Condition } from './soql-where.ts';
import type { Stored } from './store.ts';
import { isFilterable } from './field-rules.ts';
import { dayOf, literalSpan } from './date-literals.ts';
import { Refusal } from './failure.ts';
import { isId, longId } from './ids.ts';
import { likePattern, literalText } from './literals.ts';

// WHERE -> SQL with SOQL's meaning: text without case, `!=` and NOT IN true of null, '' the same as null, NOT plain.

export interface Sql {
  readonly text: string;
  readonly values: readonly Stored[];
}

export interface ResolvedField {
  readonly sql: string;
  readonly field: FieldDefinition;
}

type Resolve = (path: readonly string[]) => ResolvedField;

type Class = 'text' | 'id' | 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'multi';

const CLASSES: Partial<Record<FieldType, Class>> = {
  id: 'id',
  reference: 'id',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  multipicklist: 'multi',
};

const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2})$/;

const wrongType = (field: FieldDefinition): Refusal => {
  const kind = CLASSES[field.type] ?? 'text';
  const wanted = field.type === 'datetime' ? 'dateTime' : kind === 'text' || kind === 'multi' ? 'string' : field.type;
  const quotes = kind === 'text' || kind === 'multi' || kind === 'id' ? 'should be' : 'should not be';
  return new Refusal(
    400,
    'INVALID_FIELD',
    `value of filter criterion for field '${field.name}' must be of type ${wanted} and ${quotes} enclosed in quotes`,
  );
};

const idValue = (text: string): string => {
  if (!isId(text)) throw new Refusal(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`);
  return text.length === 15 ? longId(text) : text;
};

const instant = (text: string, field: FieldDefinition): number => {
  const ms = DATETIME.test(text) ? Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(ms)) throw wrongType(field);
  return ms;
};

/** The value a literal compares with, null for null and for ''. Throws where Salesforce refuses the literal for the type. */
const valueOf = (literal: Literal, field: FieldDefinition): Stored => {
  if (literal.kind === 'null') return null;
  const kind = CLASSES[field.type] ?? 'text';
  if (literal.kind === 'string' && (kind === 'text' || kind === 'multi')) {
    const text = literalText(literal.raw);
    return text === '' ? null : text.toLowerCase();
  }
  if (literal.kind === 'string' && kind === 'id') return literal.raw === '' ? null : idValue(literalText(literal.raw));
  if (literal.kind === 'number' && kind === 'number') return literal.value;
  if (literal.kind === 'boolean' && kind === 'boolean') return literal.value ? 1 : 0;
  if (literal.kind === 'date' && kind === 'date') return literal.text;
  if (literal.kind === 'time' && kind === 'time') {
    const [clock = '', fraction = ''] = literal.text.slice(0, -1).split('.');
    return `${clock}.${fraction.padEnd(3, '0')}Z`;
  }
  if (literal.kind === 'datetime' && kind === 'datetime') return instant(literal.text, field);
  throw wrongType(field);
};

const comparable = ({ sql, field }: ResolvedField): string => {
  const kind = CLASSES[field.type] ?? 'text';
  if (kind === 'text' || kind === 'multi') return `soql_fold(${sql})`;
  return kind === 'boolean' ? `COALESCE(${sql}, 0)` : sql;
};

const spanSql = (resolved: ResolvedField, operator: string, literal: string, now: number): Sql => {
  const { sql, field } = resolved;
  const span = literalSpan(literal, now);
  if (span === undefined || (field.type !== 'date' && field.type !== 'datetime')) throw wrongType(field);
  const from = field.type === 'date' ? dayOf(span.from) : span.from;
  const to = field.type === 'date' ? dayOf(span.to) : span.to;
  const texts: Readonly<Record<string, Sql>> = {
    '=': { text: `(${sql} >= ? AND ${sql} < ?)`, values: [from, to] },
    '!=': { text: `(${sql} IS NULL OR ${sql} < ? OR ${sql} >= ?)`, values: [from, to] },
    '<': { text: `${sql} < ?`, values: [from] },
    '<=': { text: `${sql} < ?`, values: [to] },
    '>': { text: `${sql} >= ?`, values: [to] },
    '>=': { text: `${sql} >= ?`, values: [from] },
  };
  const found = texts[operator];
  if (found === undefined) throw wrongType(field);
  return found;
};

const badOperator = (field: FieldDefinition): Refusal =>
  new Refusal(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid operator on ${field.type} field: ${field.name}`);

const setSql = (resolved: ResolvedField, literals: readonly Literal[], isNegated: boolean): Sql => {
  const values = literals.map((literal) => valueOf(literal, resolved.field));
  const given = values.filter((value) => value !== null);
  const left = comparable(resolved);
  const inList = given.length === 0 ? '0' : `${left} IN (${given.map(() => '?').join(', ')})`;
  const hasNull = given.length < values.length;
  if (!isNegated) return { text: hasNull ? `(${inList} OR ${left} IS NULL)` : inList, values: given };
  const outside = `(${left} IS NULL OR NOT ${inList})`;
  return { text: hasNull ? `(${left} IS NOT NULL AND ${outside})` : outside, values: given };
};

const optionsSql = (resolved: ResolvedField, literals: readonly Literal[], isNegated: boolean): Sql => {
  if (resolved.field.type !== 'multipicklist') throw badOperator(resolved.field);
  const values = literals.map((literal) => valueOf(literal, resolved.field));
  const any = values.map((value) => (value === null ? `${resolved.sql} IS NULL` : `soql_includes(${resolved.sql}, ?)`));
  const text = `(${any.join(' OR ')})`;
  return { text: isNegated ? `NOT ${text}` : text, values: values.filter((value) => value !== null) };
};

const likeSql = (resolved: ResolvedField, literal: Literal | undefined): Sql => {
  const kind = CLASSES[resolved.field.type] ?? 'text';
  if (kind !== 'text') throw badOperator(resolved.field);
  if (literal?.kind !== 'string') throw wrongType(resolved.field);
  return { text: `soql_like(${resolved.sql}, ?)`, values: [likePattern(literal.raw)] };
};

const UNORDERED = new Set<Class>(['boolean', 'multi']);

const comparisonSql = (comparison: Comparison, resolve: Resolve, now: number): Sql => {
  const resolved = resolve(comparison.path);
  const { field } = resolved;
  if (!isFilterable(field)) {
    throw new Refusal(400, 'INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`);
  }
  const operator = comparison.operator === '<>' ? '!=' : comparison.operator;
  const [literal] = comparison.values;
  if (operator === 'IN' || operator === 'NOT IN') return setSql(resolved, comparison.values, operator === 'NOT IN');
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') {
    return optionsSql(resolved, comparison.values, operator === 'EXCLUDES');
  }
  if (operator === 'LIKE') return likeSql(resolved, literal);
  if (literal === undefined) throw badOperator(field);
  if (literal.kind === 'relative') return spanSql(resolved, operator, literal.text, now);
  const value = valueOf(literal, field);
  const left = comparable(resolved);
  if (operator === '=')
    return value === null ? { text: `${left} IS NULL`, values: [] } : { text: `${left} = ?`, values: [value] };
  if (operator === '!=') {
    return value === null
      ? { text: `${left} IS NOT NULL`, values: [] }
      : { text: `(${left} IS NULL OR ${left} <> ?)`, values: [value] };
  }
  if (value === null || UNORDERED.has(CLASSES[field.type] ?? 'text')) throw badOperator(field);
  return { text: `${left} ${operator} ?`, values: [value] };
};

/** SQL that is true of exactly the rows the condition selects; not true may be 0 or NULL. */
export const conditionSql = (condition: Condition, resolve: Resolve, now: number): Sql => {
  if (condition.kind === 'compare') return comparisonSql(condition, resolve, now);
  if (condition.kind === 'not') {
    const inner = conditionSql(condition.part, resolve, now);
    return { text: `NOT COALESCE(${inner.text}, 0)`, values: inner.values };
  }
  const parts = condition.parts.map((part) => conditionSql(part, resolve, now));
  const glue = condition.kind === 'and' ? ' AND ' : ' OR ';
  return { text: `(${parts.map((part) => part.text).join(glue)})`, values: parts.flatMap((part) => part.values) };
};
