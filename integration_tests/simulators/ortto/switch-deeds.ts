import { createActivities } from './activities.ts';
import { createCustomField } from './custom-fields.ts';
import { createDefinition } from './definitions.ts';
import type { Answer, Instance } from './instance.ts';
import { changeLife } from './lifecycle.ts';
import { mergeOrganizations, mergePeople } from './merge.ts';
import { Refusal } from './refusal.ts';
import { picture } from './snapshot.ts';

// What the deeds of the switches are made of.

export type Json = { readonly [key: string]: unknown };

export const NOW = Date.UTC(2026, 10, 24, 9);
export const DAY_MS = 86_400_000;
export const at = (ms: number): string => new Date(NOW + ms).toISOString();
export const ana = { 'str::email': 'ana@corp.test' };
export const ben = { 'str::email': 'ben@corp.test' };
export const keyed = { merge_by: ['str::ei', 'str::email'], find_strategy: 1 };

// A status of its own is an answer, a refusal another.
export const answer = (act: () => Answer): unknown => {
  try {
    return act().body;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.status, ...(error.details && { details: error.details.map(({ status }) => status) }) };
  }
};

export const merge = (instance: Instance, rows: readonly Json[], more: Json = {}): unknown =>
  answer(() =>
    mergePeople(instance, { people: rows.map((fields) => ({ fields })), merge_by: ['str::email'], ...more }),
  );
export const mergeAccounts = (instance: Instance, rows: readonly Json[], more: Json = {}): unknown =>
  answer(() => mergeOrganizations(instance, { accounts: rows, merge_by: ['str:o:name'], ...more }));
export const people = (instance: Instance): readonly Json[] =>
  Array.from(instance.people.all(), picture).map((one) => one.fields);
export const firsts = (instance: Instance): readonly unknown[] =>
  people(instance).map((fields) => fields['str::first']);
export const statuses = (given: unknown): unknown =>
  Object.values(given as Json)
    .flat()
    .map((row) => (row as Json)['status'] ?? row);
export const ids = (given: unknown): readonly boolean[] =>
  Object.values(given as { [key: string]: readonly Json[] })
    .flat()
    .map((row) => 'person_id' in row);
export const personId = (instance: Instance, index = 0): string => Array.from(instance.people.all())[index]?.id ?? '';
export const accountId = (instance: Instance, index = 0): string =>
  Array.from(instance.organizations.all())[index]?.id ?? '';
export const tell = (instance: Instance, ...rows: readonly Json[]): unknown => {
  answer(() => createDefinition(instance, { name: 'Seen' }));
  const activities = rows.map((row) => ({ activity_id: 'act:cm:seen', person_id: personId(instance), ...row }));
  return answer(() => createActivities(instance, instance.people, { activities }, (work) => work()));
};
export const told = (instance: Instance): number =>
  Array.from(instance.activities.all()).filter(({ activityId }) => activityId === 'act:cm:seen').length;
export const archive = (instance: Instance): unknown =>
  answer(() => changeLife(instance, instance.people, 'archive', { inclusion_ids: [personId(instance)] }));
export const field = (instance: Instance, name: string, type = 'text', more: Json = {}): unknown =>
  answer(() => createCustomField(instance, instance.people, { name, type, ...more }));

/** For every switch a deed, and what it comes to in each position, default first. */
export type Deeds = { readonly [name: string]: readonly [(instance: Instance) => unknown, ...outcomes: unknown[]] };
