import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import type { Instance } from './instance.ts';
import { fieldExists, fieldValue, plainText } from './reading.ts';
import { Refusal } from './refusal.ts';
import type { Entity, Store } from './store.ts';
import { keyText, readTime } from './values.ts';

// Filters of person/get, accounts/get and the calls that take one in place of ids: the operators on Ortto's page of
// person/get that a sync may use. An unknown one is a 400.

export interface Filter {
  readonly accepts: (entity: Entity) => boolean;
  /** Everybody the filter can accept, found by index; undefined when all must be looked at. */
  readonly candidates: Iterable<Entity> | undefined;
}

type Compare = (actual: unknown, operand: unknown, fieldId: string, instance: Instance) => boolean;

const lower = (value: unknown): string => plainText(value).toLowerCase();

const dayOf = (value: unknown): number | undefined => {
  if (!isObject(value)) return typeof value === 'string' ? readTime(value) : undefined;
  return Date.UTC(Number(value['year']), Number(value['month']) - 1, Number(value['day']));
};

const isText: Compare = (actual, operand, fieldId, { switches }) =>
  actual === operand ||
  (actual !== undefined && keyText(fieldId, actual, switches) === keyText(fieldId, operand, switches));

const numeric =
  (test: (actual: number, operand: number) => boolean): Compare =>
  (actual, operand) =>
    typeof actual === 'number' && test(actual, Number(operand));

const ranged =
  (
    read: (value: unknown) => number | undefined,
    test: (actual: number, from: number, to: number) => boolean,
  ): Compare =>
  (actual, operand) => {
    const bounds = isObject(operand) ? [operand['from'], operand['to']] : [operand, operand];
    const [at, from, to] = [read(actual), read(bounds[0]), read(bounds[1])];
    return at !== undefined && from !== undefined && to !== undefined && test(at, from, to);
  };

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const times = {
  absolute_after: ranged(dayOf, (at, from) => at > from),
  absolute_before: ranged(dayOf, (at, from) => at < from),
  absolute_between: ranged(dayOf, (at, from, to) => at >= from && at <= to),
  absolute_on: ranged(dayOf, (at, from) => Math.floor(at / 86_400_000) === Math.floor(from / 86_400_000)),
};

const comparisons: { readonly [operation: string]: Compare } = {
  '$str::is': isText,
  '$str::is_not': (...operands) => !isText(...operands),
  '$str::contains': (actual, operand) => actual !== undefined && lower(actual).includes(lower(operand)),
  '$str::starts': (actual, operand) => actual !== undefined && lower(actual).startsWith(lower(operand)),
  '$str::ends': (actual, operand) => actual !== undefined && lower(actual).endsWith(lower(operand)),
  '$bol::is': (actual, operand) => actual === operand,
  '$int::is': numeric((actual, operand) => actual === operand),
  '$int::greater_than': numeric((actual, operand) => actual > operand),
  '$int::less_than': numeric((actual, operand) => actual < operand),
  '$int::between': ranged(number, (at, from, to) => at >= from && at <= to),
  '$phn::is': isText,
  '$geo::is': (actual, operand) => actual !== undefined && lower(actual) === lower(operand),
  '$str::set_contains': (actual, operand) => Array.isArray(actual) && actual.includes(operand),
  '$str::set_is': (actual, operand) =>
    Array.isArray(actual) &&
    Array.isArray(operand) &&
    actual.length === operand.length &&
    actual.every((one) => operand.includes(one)),
  $id_is: (actual, operand) => actual === operand,
  ...Object.fromEntries(Object.entries(times).map(([name, compare]) => [`$dtz::${name}`, compare])),
  ...Object.fromEntries(Object.entries(times).map(([name, compare]) => [`$tme::${name}`, compare])),
};

const refuse = (json: unknown, problem: string): never => {
  throw new Refusal(400, `Failed to decode filter ${JSON.stringify(json)}: ${problem} (Invalid value)`);
};

const union = (filters: readonly Filter[]): Iterable<Entity> | undefined => {
  const all = new Set<Entity>();
  for (const { candidates } of filters) {
    if (candidates === undefined) return undefined;
    for (const entity of candidates) all.add(entity);
  }
  return all;
};

const readField = (store: Store, operand: unknown, json: unknown): string => {
  const fieldId = isObject(operand) ? operand['field_id'] : undefined;
  return typeof fieldId === 'string' && fieldExists(store, fieldId)
    ? fieldId
    : refuse(json, `${String(fieldId)}: Object not found`);
};

const indexed = (instance: Instance, store: Store, operation: string, fieldId: string, value: unknown) => {
  if (operation !== '$str::is' || typeof value !== 'string' || fieldId === 'str::person_id') return undefined;
  const text = keyText(fieldId, value, instance.switches);
  return text === undefined ? undefined : store.holders(fieldId, text);
};

const readCondition = (instance: Instance, store: Store, json: JsonObject, operation: string): Filter => {
  const operand = json[operation];
  if (operation === '$has_any_value' || operation === '$has_no_value') {
    const fieldId = readField(store, operand, json);
    const wanted = operation === '$has_any_value';
    return { accepts: (entity) => (fieldValue(entity, fieldId) !== undefined) === wanted, candidates: undefined };
  }
  const compare = comparisons[operation] ?? refuse(json, `Unknown operation ${operation}: ${JSON.stringify(operand)}`);
  const fieldId = readField(store, operand, json);
  const value = isObject(operand) ? operand['value'] : undefined;
  return {
    accepts: (entity) => compare(fieldValue(entity, fieldId), value, fieldId, instance),
    candidates: indexed(instance, store, operation, fieldId, value),
  };
};

const read = (instance: Instance, store: Store, json: unknown, counted: { clauses: number }): Filter => {
  const operations = isObject(json) ? Object.keys(json) : [];
  const [operation] = operations;
  if (!isObject(json) || operation === undefined || operations.length !== 1)
    return refuse(json, 'one operation expected');
  if (operation === '$and' || operation === '$or') {
    const list = json[operation];
    if (!Array.isArray(list)) return refuse(json, `${operation} takes a list`);
    const parts = list.map((part: unknown) => read(instance, store, part, counted));
    return operation === '$or'
      ? { accepts: (entity) => parts.some((part) => part.accepts(entity)), candidates: union(parts) }
      : {
          accepts: (entity) => parts.every((part) => part.accepts(entity)),
          candidates: parts.find((part) => part.candidates !== undefined)?.candidates,
        };
  }
  counted.clauses += 1;
  return readCondition(instance, store, json, operation);
};

/** Throws a Refusal for an unknown operation or field, or for more conditions than a filter may hold. */
export const readFilter = (instance: Instance, store: Store, json: unknown): Filter => {
  if (json === undefined || json === null || (isObject(json) && Object.keys(json).length === 0)) {
    return { accepts: () => true, candidates: undefined };
  }
  const counted = { clauses: 0 };
  const filter = read(instance, store, json, counted);
  if (counted.clauses > instance.switches.filterClauses) {
    throw new Refusal(400, `A filter holds up to ${instance.switches.filterClauses} conditions`);
  }
  return filter;
};
