import { expect, test } from 'vitest';
import { parseConfig as parseDestination } from '../destination-ortto-cdp/config.ts';
import { parseConfig as parseSource } from '../source-salesforce-cdp/config.ts';
import { withoutBlanks } from './blank-options.ts';
import destination from './destination-config.json' with { type: 'json' };

const login = { auth_type: 'refresh_token', client_id: 'id', client_secret: 'secret', refresh_token: 'token' };

test('options that are left empty are as if they were not there, at every depth', () => {
  for (const blank of [null, '']) {
    const people = { merge_strategy: blank, match_by: blank };
    const activity = { name: blank, occurred_at: blank, identified_by: blank };
    const objects = [{ stream: 'Task', target: blank, person: blank, activity, fields: blank }];
    const config = { api_key: 'key', region: blank, api_url: blank, people, objects, modify_system_fields: blank };
    const left = { api_key: 'key', people: {}, objects: [{ stream: 'Task', activity: {} }] };
    expect(withoutBlanks(config, destination)).toEqual(left);
    expect(parseDestination(config)).toEqual(parseDestination(left));

    const object = {
      name: 'Contact',
      fields: blank,
      conditions: [{ field: 'Email', operator: 'empty', value: blank }],
    };
    expect(
      parseSource({
        credentials: login,
        login_url: blank,
        start_date: blank,
        lookback_window: blank,
        objects: [object],
      }),
    ).toEqual(
      parseSource({
        credentials: login,
        objects: [{ name: 'Contact', conditions: [{ field: 'Email', operator: 'empty' }] }],
      }),
    );
  }
});

test('what is required stays and is told, and what the schema does not know stays', () => {
  expect(() => parseDestination({ api_key: '' })).toThrow('api_key: must not be empty');
  expect(() => parseSource({ credentials: { ...login, refresh_token: '' } })).toThrow(
    'credentials.refresh_token: must not be empty',
  );
  expect(withoutBlanks({ api_key: 'key', later: '', objects: [{ stream: 'A', later: null }] }, destination)).toEqual({
    api_key: 'key',
    later: '',
    objects: [{ stream: 'A', later: null }],
  });
});

test('an empty list stays one: to tick no system field is not to tick all of them', () => {
  const config = { api_key: 'key', modify_system_fields: { mode: 'selected', fields: [] } };
  expect(withoutBlanks(config, destination)).toEqual(config);
  expect(parseDestination(config).modifySystemFields).toEqual({ mode: 'selected', fields: [] });
});
