import { expect, test } from 'vitest';
import { withoutBlanks } from './blank-options.ts';
import destination from './destination-config.json' with { type: 'json' };

test.each([[null], ['']])('options that are left empty with %j are taken out, at every depth', (blank) => {
  const people = { merge_strategy: blank, match_by: blank };
  const activity = { name: blank, occurred_at: blank, identified_by: blank };
  const objects = [{ stream: 'Task', target: blank, person: blank, activity, fields: blank }];
  const config = { api_key: 'key', region: blank, api_url: blank, people, objects, modify_system_fields: blank };
  const left = { api_key: 'key', people: {}, objects: [{ stream: 'Task', activity: {} }] };
  expect(withoutBlanks(config, destination)).toEqual(left);
});

test('what is required stays, and what the schema does not know', () => {
  const config = { api_key: '', later: '', objects: [{ stream: null, later: null }] };
  expect(withoutBlanks(config, destination)).toEqual(config);
});

test('an empty list stays: to tick no system field is not to tick all of them', () => {
  const config = { api_key: 'key', modify_system_fields: { mode: 'selected', fields: [] } };
  expect(withoutBlanks(config, destination)).toEqual(config);
});

test('what is not a config stays as it is', () => {
  expect([null, '', 'text', 5].map((config) => withoutBlanks(config, destination))).toEqual([null, '', 'text', 5]);
});
