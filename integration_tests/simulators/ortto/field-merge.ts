import type { MergeStrategy } from './merge-request.ts';

// What one row does to one person's or account's fields, by Ortto's page "Data source merge strategies" and, for sets, its page
// "Clearing and setting a person's field values".

export interface FieldMerge {
  /** The row's values by field id, null included. */
  readonly fields: ReadonlyMap<string, unknown>;
  readonly clear: ReadonlySet<string>;
  readonly strategy: MergeStrategy;
  readonly nullUnderAppend: 'ignored' | 'clears';
}

/** Email and SMS permission always have a value: they can be changed, not emptied. */
const permissions = new Set(['bol::p', 'bol::sp']);

const union = (before: unknown, added: unknown): unknown =>
  Array.isArray(before) && Array.isArray(added) ? [...new Set<unknown>([...before, ...added])] : added;

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/**
 * The fields an existing one ends with that the row touches: the new value, or undefined where it has none any more.
 * Multi-selects (lists) under strategy 2 take the new options in addition, unless they are cleared in the same row.
 */
export const mergeFields = (
  existing: ReadonlyMap<string, unknown>,
  { fields, clear, strategy, nullUnderAppend }: FieldMerge,
): ReadonlyMap<string, unknown> => {
  const changes = new Map<string, unknown>();
  if (strategy === 3) return changes;
  if (strategy === 2) {
    for (const fieldId of clear) {
      if (!permissions.has(fieldId)) changes.set(fieldId, undefined);
    }
  }
  for (const [fieldId, value] of fields) {
    const before = changes.has(fieldId) ? undefined : existing.get(fieldId);
    const clears = value === null && (strategy === 2 || nullUnderAppend === 'clears');
    if (value === null) {
      if (clears && !permissions.has(fieldId)) changes.set(fieldId, undefined);
    } else if (strategy === 2) {
      const merged = union(before, value);
      changes.set(fieldId, isEmptyList(merged) ? undefined : merged);
    } else if (before === undefined && !isEmptyList(value)) {
      changes.set(fieldId, value);
    }
  }
  return changes;
};

/** The fields of a new one: nulls are nothing, email permission is given unless refused, SMS permission the reverse. */
export const newFields = (
  noun: 'person' | 'organization',
  fields: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>(
    noun === 'person'
      ? [
          ['bol::p', true],
          ['bol::sp', false],
        ]
      : [],
  );
  for (const [fieldId, value] of fields) {
    if (value !== null && !isEmptyList(value)) values.set(fieldId, value);
  }
  return values;
};
