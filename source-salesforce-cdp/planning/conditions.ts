import { didYouMean } from '../../airbyte/did-you-mean.ts';
import type { Condition, ObjectRefinement, Operator } from '../config.ts';
import type { FieldDescription, ObjectDescription } from '../salesforce/object-description.ts';
import { kindOf } from '../catalog/field-types.ts';
import { sameName } from '../catalog/properties.ts';
import { dateTimeLiteral, likeLiteral, textLiteral } from './soql.ts';

export interface CompiledConditions {
  /** A condition in SOQL; undefined when there are none. */
  readonly where: string | undefined;
  /** A sentence for every condition that cannot be compiled, naming object, field and operator. */
  readonly problems: readonly string[];
}

/**
 * The conditions of an object in SOQL, with SOQL's semantics: text is compared case-insensitively, and "not equal" includes
 * empty values. The result does not depend on the time of the call.
 */
export const compileConditions = (
  description: ObjectDescription,
  refinement: ObjectRefinement | undefined,
): CompiledConditions => {
  const compiled = (refinement?.conditions ?? []).map((condition) => compile(description, condition));
  const texts = compiled.flatMap(({ where }) => (where === undefined ? [] : [where]));
  return {
    where: texts.length === 0 ? undefined : texts.join(JUNCTIONS[refinement?.match ?? 'all']),
    problems: compiled.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
};

/** How a record must meet the conditions. */
export const JUNCTIONS: { readonly [Match in ObjectRefinement['match']]: string } = { all: ' AND ', any: ' OR ' };

type CompiledCondition =
  | { readonly where: string; readonly problem?: never }
  | { readonly where?: never; readonly problem: string };

const compile = (
  description: ObjectDescription,
  { field: name, operator, value = '' }: Condition,
): CompiledCondition => {
  const refuse = (reason: string): CompiledCondition => ({
    problem: `${description.name}.${name} ${operator}: ${reason}`,
  });
  if (name.includes('.')) {
    return refuse(
      "fields of a parent cannot be used, because a change to them does not mark this object's records as changed",
    );
  }
  const field = description.fields.find((candidate) => sameName(candidate.name, name));
  if (field === undefined) {
    const suggestion = didYouMean(
      name,
      description.fields.map((each) => each.name),
    );
    return refuse(`the field does not exist or is hidden from the connected user${suggestion}`);
  }
  if (field.calculated)
    return refuse(
      'a formula or roll-up field cannot be used, because a change to its value does not mark the record as changed',
    );
  const literals = literalsOf(field);
  if (!field.filterable || literals === undefined)
    return refuse(`Salesforce cannot filter by this field (${field.type})`);
  const format = literals.operators[operator];
  if (format === undefined) {
    return refuse(
      `is not available for ${field.type} fields; use one of: ${Object.keys(literals.operators).join(', ')}`,
    );
  }
  const values =
    operator === 'in' || operator === 'not_in'
      ? value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean)
      : [value];
  if (values.length === 0) return refuse('needs at least one value');
  if (VALUELESS.has(operator)) return { where: format(field.name, []) };
  if (operator === 'in_last_days') {
    const days = /^\s*0*([1-9]\d{0,4})\s*$/.exec(value)?.[1];
    return days === undefined
      ? refuse('the value must be a number of days from 1 to 99999')
      : { where: format(field.name, [days]) };
  }
  const parsed = values.map((item) => literals.parse(item, operator));
  const wrong = parsed.includes(undefined);
  return wrong
    ? refuse(`the value is not ${literals.expected}`)
    : {
        where: format(
          field.name,
          parsed.flatMap((literal) => literal ?? []),
        ),
      };
};

const VALUELESS: ReadonlySet<Operator> = new Set(['empty', 'not_empty']);

/** The text of a condition on a field. */
type Format = (field: string, literals: readonly string[]) => string;

interface Literals {
  /** Fits "the value is not …". */
  readonly expected: string;
  /** A value in SOQL; undefined when it does not fit the type. */
  parse(value: string, operator: Operator): string | undefined;
  readonly operators: Partial<Readonly<Record<Operator, Format>>>;
}

const list = (literals: readonly string[]): string => `(${literals.join(', ')})`;

const emptiness: Literals['operators'] = {
  empty: (field) => `${field} = null`,
  not_empty: (field) => `${field} != null`,
};
const equality: Literals['operators'] = {
  is: (field, [literal]) => `${field} = ${literal}`,
  is_not: (field, [literal]) => `${field} != ${literal}`,
};
const membership: Literals['operators'] = {
  in: (field, literals) => `${field} IN ${list(literals)}`,
  // Explicit, so that it holds whatever NOT IN does with an empty field.
  not_in: (field, literals) => `(${field} NOT IN ${list(literals)} OR ${field} = null)`,
};
const order: Literals['operators'] = {
  greater_than: (field, [literal]) => `${field} > ${literal}`,
  less_than: (field, [literal]) => `${field} < ${literal}`,
};
const recency: Literals['operators'] = {
  // Salesforce counts days in the user's time zone, including today; the text stays the same from day to day.
  in_last_days: (field, [days]) => `${field} = LAST_N_DAYS:${days}`,
};
const pattern: Literals['operators'] = {
  contains: (field, [literal]) => `${field} LIKE ${literal}`,
  starts_with: (field, [literal]) => `${field} LIKE ${literal}`,
};

const reference: Literals = {
  expected: 'a Salesforce Id of 15 or 18 characters',
  parse: (value) => (/^([a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$/.test(value.trim()) ? textLiteral(value.trim()) : undefined),
  operators: { ...equality, ...membership, ...emptiness },
};
const text: Literals = {
  expected: 'text of at most 4000 characters',
  parse: (value, operator) => {
    if (value.length > 4_000) return undefined;
    if (operator === 'contains') return likeLiteral(value, 'anywhere');
    return operator === 'starts_with' ? likeLiteral(value, 'start') : textLiteral(value);
  },
  operators: { ...equality, ...membership, ...pattern, ...emptiness },
};
const options: Literals = {
  expected: 'text of at most 4000 characters',
  parse: (value) => (value.length > 4_000 ? undefined : textLiteral(value)),
  operators: {
    is: (field, literals) => `${field} INCLUDES ${list(literals)}`,
    is_not: (field, literals) => `(${field} EXCLUDES ${list(literals)} OR ${field} = null)`,
    in: (field, literals) => `${field} INCLUDES ${list(literals)}`,
    not_in: (field, literals) => `(${field} EXCLUDES ${list(literals)} OR ${field} = null)`,
    ...emptiness,
  },
};
const boolean: Literals = {
  expected: 'true or false',
  parse: (value) => /^\s*(true|false)\s*$/i.exec(value)?.[1]?.toLowerCase(),
  operators: equality,
};
const number: Literals = {
  expected: 'a number such as 1200 or 0.5',
  parse: (value) => /^\s*\+?(-?\d+(?:\.\d+)?)\s*$/.exec(value)?.[1],
  operators: { ...equality, ...membership, ...order, ...emptiness },
};
/** Salesforce's int has 32 bits, its long 64. */
const integer = (bits: number): Literals => ({
  ...number,
  expected: `a whole number of at most ${bits} bits`,
  parse: (value) => {
    const digits = /^\s*\+?(-?\d+)\s*$/.exec(value)?.[1];
    return digits !== undefined && BigInt.asIntN(bits, BigInt(digits)) === BigInt(digits) ? digits : undefined;
  },
});
const date: Literals = {
  expected: 'a date such as 2024-01-31',
  parse: (value) => {
    const day = value.trim();
    return /^\d{4}-\d\d-\d\d$/.test(day) && isDay(day) ? day : undefined;
  },
  operators: { ...equality, ...membership, ...order, ...recency, ...emptiness },
};
const dateTime: Literals = {
  expected: 'a time such as 2024-01-31T09:30:00Z (for greater_than and less_than a date is enough: midnight UTC)',
  parse: (value, operator) => {
    const [, day = '', clock] =
      /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(value.trim()) ?? [];
    if (!isDay(day) || (clock === undefined && operator !== 'greater_than' && operator !== 'less_than'))
      return undefined;
    const instant = new Date(`${day}${clock ?? 'T00:00:00Z'}`);
    return Number.isNaN(instant.getTime()) ? undefined : dateTimeLiteral(instant);
  },
  operators: { ...equality, ...membership, ...order, ...recency, ...emptiness },
};
const time: Literals = {
  expected: 'a time of day such as 09:30:00',
  parse: (value) => {
    const match = /^((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?Z?$/.exec(value.trim());
    return match === null ? undefined : `${match[1]}:${match[2] ?? '00'}.${(match[3] ?? '').padEnd(3, '0')}Z`;
  },
  operators: { ...equality, ...membership, ...order, ...emptiness },
};

/** Date accepts the 31st of February and turns it into a day in March, which is not what the user meant. */
const isDay = (day: string): boolean => {
  const parsed = new Date(day);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
};

const byType: ReadonlyMap<string, Literals> = new Map([
  ['id', reference],
  ['reference', reference],
  ['multipicklist', options],
  ['boolean', boolean],
  ['int', integer(32)],
  ['long', integer(64)],
  ['double', number],
  ['currency', number],
  ['percent', number],
  ['date', date],
  ['datetime', dateTime],
  ['time', time],
]);

/** Undefined for compounds and files, which have no literals. */
const literalsOf = ({ type }: FieldDescription): Literals | undefined =>
  byType.get(type) ?? (kindOf(type) === 'text' && !['address', 'location', 'base64'].includes(type) ? text : undefined);

/** Every operator that fields of some type have. */
export const OPERATORS: ReadonlySet<string> = new Set(
  [text, ...byType.values()].flatMap(({ operators }) => Object.keys(operators)),
);
