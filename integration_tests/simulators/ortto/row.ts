import { isObject, readStrings } from './json.ts';
import type { Instance } from './instance.ts';
import type { Store } from './store.ts';
import { readValue } from './values.ts';

// One row of a merge call, checked against the schema. Every row is judged alone.

export interface Row {
  /** By field id: the value in stored form, or null. */
  readonly fields: ReadonlyMap<string, unknown>;
  /** Ids given in place of match keys, by the key's spelling (str::person_id …). */
  readonly ids: ReadonlyMap<string, unknown>;
  readonly tags: readonly string[];
  readonly unsetTags: readonly string[];
  readonly clear: ReadonlySet<string>;
}

/** Keys that address a person or an account by Ortto id. Ortto's pages spell that of accounts in four ways. */
export const idKeys: { readonly [Noun in Store['noun']]: readonly string[] } = {
  person: ['str::person_id'],
  organization: ['accounts_id', 'account_id', 'organization_id', 'str:o:organization_id'],
};

const fieldProblem = (fieldId: string, problem: string): string =>
  `failed to validate field ${fieldId} in schema: ${fieldId}: ${problem}`;

export const readRow = (
  instance: Instance,
  store: Store,
  json: unknown,
): { readonly row: Row } | { readonly problem: string } => {
  if (!isObject(json) || !isObject(json['fields'])) return { problem: 'fields: an object is expected' };
  const tags = readStrings(json['tags']);
  const unsetTags = readStrings(json['unset_tags']);
  if (tags === undefined || unsetTags === undefined) return { problem: 'tags: a list of strings is expected' };
  const location = json['location'] ?? undefined;
  if (location !== undefined && !isObject(location)) return { problem: 'location: an object is expected' };

  const fields = new Map<string, unknown>();
  const ids = new Map<string, unknown>();
  for (const [fieldId, value] of Object.entries(json['fields'])) {
    if (idKeys[store.noun].includes(fieldId)) {
      ids.set(fieldId, value);
      continue;
    }
    const field = store.fields.get(fieldId);
    if (field === undefined) return { problem: fieldProblem(fieldId, 'Object not found') };
    if (field.readOnly) {
      if (instance.switches.readOnlyField === 'field-dropped') continue;
      return { problem: fieldProblem(fieldId, 'Field is read only') };
    }
    if (value === null) {
      fields.set(fieldId, null);
      continue;
    }
    const read = readValue(field, value, instance);
    if ('value' in read) fields.set(fieldId, read.value);
    else if (!read.wrongType || instance.switches.wrongType === 'invalid') {
      return { problem: fieldProblem(fieldId, read.problem) };
    }
  }

  const clearFields = json['clear_fields'] ?? {};
  if (!isObject(clearFields)) return { problem: 'clear_fields: an object is expected' };
  const clear = new Set(Object.keys(clearFields).filter((fieldId) => clearFields[fieldId] === true));
  for (const fieldId of clear) {
    const field = store.fields.get(fieldId);
    if (field === undefined) return { problem: fieldProblem(fieldId, 'Object not found') };
    if (field.readOnly) return { problem: fieldProblem(fieldId, 'Field is read only') };
  }
  return { row: { fields, ids, tags, unsetTags, clear } };
};
