import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import destinationConfig from './destination-config.json' with { type: 'json' };
import sourceConfig from './source-config.json' with { type: 'json' };
import sourceState from './source-state.json' with { type: 'json' };
import { validator } from './validator.ts';

test.each([
  ['source-config', sourceConfig],
  ['source-state', sourceState],
  ['destination-config', destinationConfig],
])('%s.json is a JSON schema, so that no start needs to check it', (_, schemaFile) => {
  expect(new Ajv({ strict: false }).validateSchema(schemaFile)).toBe(true);
});

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['credentials', 'region'],
  properties: {
    credentials: {
      type: 'object',
      title: 'Credentials',
      oneOf: [
        {
          title: 'Token',
          required: ['auth_type', 'token'],
          properties: {
            auth_type: { type: 'string', const: 'token' },
            token: { type: 'string', airbyte_secret: true, minLength: 8 },
          },
        },
        {
          title: 'Key',
          required: ['auth_type', 'user', 'key'],
          properties: {
            auth_type: { type: 'string', const: 'key' },
            user: { type: 'string' },
            key: { type: 'string', airbyte_secret: true, pattern: '^-----BEGIN', pattern_descriptor: 'PEM' },
          },
        },
      ],
    },
    region: { type: 'string', enum: ['au', 'eu'] },
    start_date: { type: 'string', format: 'date-time' },
    requests: { type: 'integer', minimum: 1, maximum: 30 },
    objects: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          fields: { type: 'array', maxItems: 2, uniqueItems: true, items: { type: 'string' } },
          value: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        },
      },
    },
  },
};
const problemsOf = validator(schema);
const good = { credentials: { auth_type: 'token', token: 'abcdefgh' }, region: 'eu' };

test('a valid input has no problems', () => {
  expect(problemsOf(good)).toEqual([]);
  expect(problemsOf({ ...good, credentials: { auth_type: 'key', user: 'u', key: '-----BEGIN X' } })).toEqual([]);
});

test.each([
  ['a missing option', { credentials: good.credentials }, ['region: is required']],
  ['a value outside an enum', { ...good, region: 'us' }, ['region: must be one of "au", "eu"']],
  ['a wrong type', { ...good, requests: '3' }, ['requests: must be a whole number']],
  ['a number too large', { ...good, requests: 31 }, ['requests: must be at most 30']],
  ['a bad date', { ...good, start_date: 'yesterday' }, ['start_date: must be a valid date-time']],
  [
    'a list too long',
    { ...good, objects: [{ name: 'A', fields: ['a', 'b', 'c'] }] },
    ['objects[0].fields: must have at most 2 items'],
  ],
  [
    'a repeated item',
    { ...good, objects: [{ name: 'A', fields: ['a', 'a'] }] },
    ['objects[0].fields: items 0 and 1 are the same'],
  ],
  ['an item without its key', { ...good, objects: [{ name: 'A' }, {}] }, ['objects[1].name: is required']],
  [
    'no form of a union',
    { ...good, objects: [{ name: 'A', value: true }] },
    ['objects[0].value: does not match any of the allowed forms'],
  ],
  ['a root that is not an object', 'text', ['must be an object']],
])('names the path and the problem of %s', (_, input, problems) => {
  expect(problemsOf(input)).toEqual(problems);
});

test('every problem is listed at once', () => {
  expect(problemsOf({ credentials: good.credentials, requests: 0, objects: [{}] }).sort()).toEqual([
    'objects[0].name: is required',
    'region: is required',
    'requests: must be at least 1',
  ]);
});

test('only the problems of the chosen branch are reported', () => {
  expect(problemsOf({ ...good, credentials: { auth_type: 'key', user: 'u' } })).toEqual([
    'credentials.key: is required',
  ]);
  expect(problemsOf({ ...good, credentials: { auth_type: 'token', token: 'short' } })).toEqual([
    'credentials.token: must have at least 8 characters',
  ]);
});

test('an unknown or missing choice lists what may be chosen', () => {
  expect(problemsOf({ ...good, credentials: { auth_type: 'password' } })).toEqual([
    'credentials.auth_type: must be one of "token", "key"',
  ]);
  expect(problemsOf({ ...good, credentials: {} })).toEqual(['credentials.auth_type: is required']);
  expect(problemsOf({ ...good, credentials: 'token' })).toEqual(['credentials: must be an object']);
});

test('a value of the input is never quoted', () => {
  const planted = 'planted-secret';
  const problems = problemsOf({
    credentials: { auth_type: 'key', user: 7, key: planted },
    region: planted,
    requests: planted,
    start_date: planted,
    objects: planted,
  });
  expect(problems).toHaveLength(6);
  expect(problems.join('\n')).not.toContain(planted);
  expect(problems).toContain('credentials.key: must have the form PEM');
});
