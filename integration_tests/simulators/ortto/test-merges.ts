import { expect } from 'vitest';
import { createCustomField } from './custom-fields.ts';
import { createInstance } from './instance.ts';
import type { Instance, InstanceOptions } from './instance.ts';
import { mergePeople } from './merge.ts';
import { picture } from './snapshot.ts';

// Merges into an instance, without a server.

type Json = { readonly [key: string]: unknown };

export const instanceWith = (options: InstanceOptions = {}): Instance => {
  const instance = createInstance(options);
  createCustomField(instance, instance.people, { name: 'Contact id', type: 'text' });
  createCustomField(instance, instance.people, { name: 'Topics', type: 'multi_select', values: ['a', 'b', 'c'] });
  createCustomField(instance, instance.people, { name: 'Tier', type: 'single_select', values: ['gold'] });
  createCustomField(instance, instance.organizations, { name: 'Salesforce account id', type: 'text' });
  createCustomField(instance, instance.organizations, { name: 'Regions', type: 'multi_select' });
  return instance;
};

export const rowsOf = (answer: { readonly body: unknown }, key = 'people'): readonly Json[] =>
  (answer.body as { readonly [key: string]: readonly Json[] })[key] ?? [];

export const merge = (instance: Instance, people: readonly Json[], more: Json = {}): readonly Json[] =>
  rowsOf(mergePeople(instance, { people, merge_by: ['str::email'], ...more }));

export const ana = { 'str::email': 'ana@corp.test' };
export const only = (instance: Instance) => {
  const [person, ...others] = Array.from(instance.people.all(), picture);
  expect(others).toEqual([]);
  return person;
};
