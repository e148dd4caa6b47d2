import { expect, test } from 'vitest';
import { createRestoreNames } from './restore-names.ts';

const respell = createRestoreNames({
  properties: {
    Id: { type: ['null', 'string'] },
    LastName: { type: ['null', 'string'] },
    'Office.Hours__c': { type: ['null', 'string'] },
    CreatedDate: { type: ['null', 'string'], format: 'date-time' },
    Birthdate: { type: ['null', 'string'], format: 'date' },
    Points__c: { type: ['null', 'number'] },
    Interests__c: { type: ['null', 'array'] },
    Account: { type: ['null', 'object'] },
  },
});

test('restores the names and values of a record that went through a table', () => {
  const record = {
    id: '0035g0000000001AAA',
    lastname: '007',
    office_hours__c: '9-5',
    createddate: '2026-06-08T22:55:11',
    birthdate: '1980-02-29',
    points__c: '8162.700000000',
    interests__c: ['Baking'],
    account: { Name: 'Acme' },
    _airbyte_raw_id: '06b0598c',
    _airbyte_extracted_at: '2026-11-24T14:01:51.519000',
    _airbyte_meta: {},
  };
  expect(respell(record)).toEqual({
    Id: '0035g0000000001AAA',
    LastName: '007',
    'Office.Hours__c': '9-5',
    CreatedDate: '2026-06-08T22:55:11Z',
    Birthdate: '1980-02-29',
    Points__c: 8162.7,
    Interests__c: ['Baking'],
    Account: { Name: 'Acme' },
  });
});

test.each([
  ['a time with a zone', { createddate: '2026-06-08T22:55:11+02:00' }, { CreatedDate: '2026-06-08T22:55:11+02:00' }],
  [
    'a time with fractions',
    { createddate: '2026-06-08T22:55:11.500000' },
    { CreatedDate: '2026-06-08T22:55:11.500000Z' },
  ],
  ['nothing', { createddate: null, points__c: null }, { CreatedDate: null, Points__c: null }],
  [
    'a number of more digits than a double carries',
    { points__c: '123456789012345678.000' },
    { Points__c: '123456789012345678' },
  ],
  ['a number field that holds no number', { points__c: 'NaN' }, { Points__c: 'NaN' }],
  ['a number field that holds blank text', { points__c: ' ' }, { Points__c: ' ' }],
])('leaves %s unchanged', (_, columns, fields) => {
  expect(respell({ id: 'x', ...columns })).toEqual({ Id: 'x', ...fields });
});

test('returns a record that has its Salesforce names as the same object', () => {
  const records = [{ Id: 'x', lastname: 'y', Points__c: '5' }, { LastName: 'no id at all' }];
  for (const record of records) expect(respell(record)).toBe(record);
});

test('does not touch a stream that has a field called id', () => {
  const record = { id: 'x' };
  expect(createRestoreNames({ properties: { id: { type: 'string' } } })(record)).toBe(record);
});
