import { isObject, readStrings } from './json.ts';
import type { JsonObject } from './json.ts';
import type { Instance } from './instance.ts';
import type { FindStrategy } from './match.ts';
import { Refusal } from './refusal.ts';
import { idKeys } from './row.ts';
import type { Store } from './store.ts';
import { isKeyType } from './values.ts';

// What a merge call has beside its rows: keys, strategies, flags (docs/vendors.md, Matching).

export type MergeStrategy = 1 | 2 | 3;

export interface MergeRequest {
  readonly rows: readonly unknown[];
  readonly queued: boolean;
  /** Field ids in order, or exactly one id key. */
  readonly mergeBy: readonly string[];
  readonly byId: boolean;
  readonly alternatives: ReadonlyMap<string, readonly string[]>;
  readonly mergeStrategy: MergeStrategy;
  readonly findStrategy: FindStrategy;
  readonly skipNonExisting: boolean;
  readonly suppressionField: string | undefined;
}

const MAX_PERSON_KEYS = 3;
const DEFAULT_PERSON_KEYS = ['str::email'];

const refuse = (problem: string): never => {
  throw new Refusal(400, `Failed to parse request: ${problem}`);
};

const readRows = ({ limits, switches }: Instance, store: Store, body: JsonObject): readonly unknown[] => {
  const rows: unknown =
    store.noun === 'person' ? body['people'] : (body['accounts'] ?? body['organizations'] ?? undefined);
  if (!Array.isArray(rows) || rows.length === 0) return refuse('1 or more rows are expected');
  if (rows.length > limits.rowsPerCall) throw new Refusal(switches.oversized, `More than ${limits.rowsPerCall} rows`);
  return rows;
};

const readMergeBy = ({ switches }: Instance, store: Store, body: JsonObject): readonly string[] => {
  const given = readStrings(body['merge_by']);
  if (given === undefined) return refuse('merge_by is a list of field ids');
  if (given.length === 0) {
    return store.noun === 'person' ? DEFAULT_PERSON_KEYS : refuse('merge_by is required');
  }
  const most = store.noun === 'person' ? MAX_PERSON_KEYS : switches.organizationKeys;
  if (given.length > most) return refuse(`merge_by takes up to ${most} fields`);
  if (given.some((fieldId) => idKeys[store.noun].includes(fieldId))) {
    return given.length === 1 ? given : refuse('an id must be the only key of merge_by');
  }
  for (const fieldId of given) {
    const field = store.fields.get(fieldId);
    if (field === undefined) return refuse(`merge_by: ${fieldId}: Object not found`);
    if (!isKeyType(field.displayType)) return refuse(`merge_by: ${fieldId} is neither a text nor a phone field`);
  }
  return given;
};

const readChoice = <Choice extends number>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
  byDefault: Choice,
): Choice => {
  if (value === undefined || value === null) return byDefault;
  return choices.find((choice) => choice === value) ?? refuse(`${name} is one of ${choices.join(', ')}`);
};

const readFlag = (value: unknown, name: string): boolean => {
  if (value === undefined || value === null) return false;
  return typeof value === 'boolean' ? value : refuse(`${name} is true or false`);
};

const readAlternatives = (store: Store, value: unknown): ReadonlyMap<string, readonly string[]> => {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) return refuse('merge_by_alt_fields is an object');
  return new Map(
    Object.entries(value).map(([fieldId, json]) => {
      const list = readStrings(json);
      if (list === undefined || list.some((other) => !store.fields.has(other))) {
        return refuse(`merge_by_alt_fields: ${fieldId}: Object not found`);
      }
      return [fieldId, list];
    }),
  );
};

/** Throws a Refusal when the call as a whole makes no sense. */
export const readMergeRequest = (instance: Instance, store: Store, body: unknown): MergeRequest => {
  if (!isObject(body)) return refuse('an object is expected');
  const { switches } = instance;
  const isPerson = store.noun === 'person';
  const mergeBy = readMergeBy(instance, store, body);
  const suppressionField = body['suppression_list_field_id'];
  const knowsSkip = isPerson || switches.organizationSkipNonExisting === 'honoured';
  const knowsFindAll = isPerson || switches.organizationFindAll === 'honoured';
  return {
    rows: readRows(instance, store, body),
    queued: readFlag(body['async'], 'async'),
    mergeBy,
    byId: idKeys[store.noun].includes(mergeBy[0] ?? ''),
    alternatives: readAlternatives(store, isPerson ? body['merge_by_alt_fields'] : undefined),
    mergeStrategy: readChoice<MergeStrategy>(body['merge_strategy'], 'merge_strategy', [1, 2, 3], 2),
    findStrategy: readChoice<FindStrategy>(
      body['find_strategy'],
      'find_strategy',
      knowsFindAll ? [0, 1, 2] : [0, 1],
      0,
    ),
    skipNonExisting: knowsSkip && readFlag(body['skip_non_existing'], 'skip_non_existing'),
    suppressionField: isPerson && typeof suppressionField === 'string' ? suppressionField : undefined,
  };
};
