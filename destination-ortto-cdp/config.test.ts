import { expect, test } from 'vitest';
import { ConfigError } from '../airbyte/errors.ts';
import schema from '../schemas/destination-config.json' with { type: 'json' };
import { parseConfig } from './config.ts';

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const problemsOf = (config: unknown): string => {
  try {
    parseConfig(config);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

test('a key alone is a whole configuration, and the defaults are those the form shows', () => {
  const config = parseConfig({ api_key: ' key\n' });
  const { people, organizations, modify_system_fields: modify } = schema.properties;
  expect(config).toMatchObject({
    apiKey: 'key',
    apiUrl: new URL('https://api.ap3api.com'),
    modifySystemFields: modify.default,
    people: {
      mergeStrategy: people.properties.merge_strategy.default,
      createNew: people.properties.create_new.default,
      matchBy: people.properties.match_by.default,
      findStrategy: people.properties.find_strategy.default,
    },
    organizations: {
      mergeStrategy: organizations.properties.merge_strategy.default,
      createNew: organizations.properties.create_new.default,
      matchBy: organizations.properties.match_by.default,
      findStrategy: organizations.properties.find_strategy.default,
    },
    objects: [],
    mergeConvertedLeads: schema.properties.merge_converted_leads.default,
    deletedRecords: schema.properties.deleted_records.default,
    linkPeopleToOrganizations: schema.properties.link_people_to_organizations.default,
    limits: {
      optedInWhen: {
        records: schema.properties.limits.properties.opted_in_when.properties.records.default,
        percent: schema.properties.limits.properties.opted_in_when.properties.percent.default,
      },
    },
    requestsPerSecond: schema.properties.requests_per_second.default,
    streamPrefix: schema.properties.stream_prefix.default,
  });
});

test('every option of the schema is read, and no other', () => {
  const read = Object.keys(parseConfig({ api_key: 'key' })).map(snakeCase);
  // The region determines only the address.
  expect(new Set([...read, 'region'])).toEqual(new Set(Object.keys(schema.properties)));
});

test.each([
  ['au', 'https://api.au.ap3api.com'],
  ['eu', 'https://api.eu.ap3api.com'],
  ['default', 'https://api.ap3api.com'],
])('the region %s has its own address', (region, address) => {
  expect(parseConfig({ api_key: 'key', region }).apiUrl).toEqual(new URL(address));
});

test.each([
  ['no ticked box', { mode: 'selected', fields: [] }, { mode: 'selected', fields: [] }],
  ['all boxes, when none are given', { mode: 'selected' }, schema.properties.modify_system_fields.default],
  ['only empty fields', { mode: 'if_empty' }, { mode: 'if_empty' }],
  ['none', { mode: 'none' }, { mode: 'none' }],
])('modify_system_fields may be %s', (_, given, read) => {
  expect(parseConfig({ api_key: 'key', modify_system_fields: given }).modifySystemFields).toEqual(read);
});

test('an object keeps what it says and leaves the rest to the default mapping', () => {
  const objects = [
    {
      stream: 'Visit__c',
      target: 'person_activity',
      activity: { occurred_at: 'Date__c' },
      fields: [{ from: 'A', to: 'a' }],
    },
  ];
  expect(parseConfig({ api_key: 'key', objects }).objects).toEqual([
    {
      stream: 'Visit__c',
      target: 'person_activity',
      person: undefined,
      activity: { name: undefined, occurredAt: 'Date__c', identifiedBy: undefined },
      fields: [{ from: 'A', to: 'a', type: undefined, rule: undefined, nulls: undefined }],
    },
  ]);
});

test('all problems of a shape are reported at once, by their place', () => {
  const problems = problemsOf({
    api_key: '',
    region: 'mars',
    people: { match_by: ['email', 'email'], merge_strategy: 'sometimes' },
    modify_system_fields: { mode: 'perhaps' },
    requests_per_second: 0,
    objects: [{ target: 'person' }],
  });
  for (const place of [
    'api_key',
    'region',
    'people.match_by',
    'people.merge_strategy',
    'modify_system_fields',
    'requests_per_second',
    'objects[0]',
  ]) {
    expect(problems).toContain(place);
  }
});

test.each([
  ['http://api.ap3api.com', /https/],
  ['https://user:secret@api.ap3api.com', /user name/],
  ['https://api.ap3api.com/?x=1', /must not contain a query/],
  ['https://', /address/],
])('%s is not an address to send a key to', (apiUrl, problem) => {
  const problems = problemsOf({ api_key: 'key', api_url: apiUrl });
  expect(problems).toMatch(problem);
  expect(problems).not.toContain('secret');
});

test.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:2', 'https://gateway.test/ortto'])(
  '%s is an address',
  (apiUrl) => {
    expect(parseConfig({ api_key: 'key', api_url: apiUrl }).apiUrl).toEqual(new URL(apiUrl));
  },
);

test('a key with a line break inside, an object and a field named twice are problems', () => {
  const problems = problemsOf({
    api_key: 'one\ntwo',
    objects: [
      {
        stream: 'Contact',
        fields: [
          { from: 'A', to: 'a' },
          { from: 'A', to: 'b' },
        ],
      },
      { stream: 'Contact' },
    ],
  });
  expect(problems).toMatch(/3 problem/);
  expect(problems).toMatch(/api_key[^]*objects\[0\]\.fields\[1\]\.from[^]*objects\[1\]\.stream/);
  expect(problems).not.toContain('two');
});

test('options that are left empty mean what they mean when they are left out, but an empty list is one', () => {
  const activity = { name: '', occurred_at: null, identified_by: [] };
  const blank = { api_key: 'key', region: null, api_url: '', people: { match_by: null }, modify_system_fields: '' };
  expect(parseConfig({ ...blank, objects: [{ stream: 'Task', person: '', activity }] })).toEqual(
    parseConfig({ api_key: 'key', objects: [{ stream: 'Task', activity: {} }] }),
  );
  const none = { mode: 'selected', fields: [] };
  expect(parseConfig({ api_key: 'key', modify_system_fields: none }).modifySystemFields).toEqual(none);
  expect(problemsOf({ api_key: '' })).toContain('api_key: must not be empty');
});

const consentField = (field: object): object => ({
  api_key: 'key',
  objects: [{ stream: 'Contact', fields: [{ from: 'Consent__c', to: 'email_permission', ...field }] }],
});

test.each([
  [{ opted_out_when: ['No'], opted_in_when: ['Yes'] }, /fields\[0\]: keep one of opted_out_when and opted_in_when/],
  [{ opted_out_when: [] }, /fields\[0\]\.opted_out_when: must name at least one value, for example \["Opted out"\]/],
  [{ opted_in_when: [] }, /fields\[0\]\.opted_in_when: must name at least one value, for example \["Opted in"\]/],
  [{ opted_in_when: ['Yes', ' '] }, /opted_in_when: must not contain an empty value/],
  [
    { to: 'Consent', opted_out_when: ['No'] },
    /opted_out_when: only email_permission and sms_permission .* goes to Consent/,
  ],
  [{ to: 'none', opted_in_when: ['No'] }, /opted_in_when: only email_permission and sms_permission/],
  [{ opted_out_when: [true] }, /opted_out_when\[0\]: must be text/],
])('a permission with %j is told what to change', (field, problem) => {
  expect(problemsOf(consentField(field))).toMatch(problem);
});

test.each(['email_permission', 'sms_permission', 'bol::p', 'bol::sp'])('the values of %s may be listed', (to) => {
  const [object] = parseConfig(consentField({ to, opted_in_when: ['Yes'] })).objects;
  expect(object?.fields[0]?.consent).toEqual({ kind: 'opted_in_when', values: ['Yes'] });
});

test('of a limit either number may be given alone', () => {
  const limits = { opted_in_when: { records: 5 } };
  expect(parseConfig({ api_key: 'key', limits }).limits.optedInWhen).toEqual({ records: 5, percent: 20 });
});
