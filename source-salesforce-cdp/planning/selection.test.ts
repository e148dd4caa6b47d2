import { expect, test } from 'vitest';
import { configured, contact, object, parents, refinement } from '../fixtures/example-org.ts';
import { select } from './selection.ts';

const paths = (properties: Readonly<Record<string, object>>): string[] =>
  select(contact, configured(properties), undefined, parents).selection.columns.map(({ path }) => path);

test('only selected properties are read, Id and the cursor always, Id first', () => {
  expect(paths({ Email: {} })).toEqual(['Id', 'Email', 'SystemModstamp']);
});

test('a compound is read by its parts, which are emitted only where they are selected themselves', () => {
  const { selection } = select(contact, configured({ MailingCity: {}, MailingAddress: {} }), undefined, parents);
  expect(selection.columns.map(({ path }) => path)).toEqual([
    'Id',
    'MailingCity',
    'SystemModstamp',
    'MailingStreet',
    'MailingStateCode',
    'MailingLatitude',
  ]);
  expect(selection.properties).toEqual([
    { name: 'Id', column: 0 },
    { name: 'MailingCity', column: 1 },
    { name: 'SystemModstamp', column: 2 },
    {
      name: 'MailingAddress',
      members: [
        { name: 'street', column: 3 },
        { name: 'city', column: 1 },
        { name: 'stateCode', column: 4 },
        { name: 'latitude', column: 5 },
      ],
    },
  ]);
});

test('a column knows how it is spelled and whether it can be filtered', () => {
  const { selection } = select(contact, configured({ Notes__c: {}, Visits__c: {} }), undefined, parents);
  expect(selection.columns.slice(1, 3)).toEqual([
    { path: 'Notes__c', kind: 'text', filterable: false },
    { path: 'Visits__c', kind: 'number', filterable: true },
  ]);
});

test('inside an object only its selected keys are read', () => {
  expect(paths({ MailingAddress: { properties: { city: {} } }, Account: { properties: { Name: {} } } })).toEqual([
    'Id',
    'SystemModstamp',
    'MailingCity',
    'Account.Name',
  ]);
});

test('a property that the object no longer has is reported and left out', () => {
  const schema = {
    Email: {},
    Fax: {},
    MailingAddress: { properties: { city: {}, country: {} } },
    Account: { properties: { Name: {} } },
  };
  const { selection, gone } = select(contact, configured(schema), undefined, new Map());
  expect(selection.properties.map(({ name }) => name)).toEqual(['Id', 'Email', 'SystemModstamp', 'MailingAddress']);
  expect(gone).toEqual(['Fax', 'MailingAddress.country', 'Account.Name']);
});

test('what the config leaves out is not read, and not reported as gone', () => {
  const { selection, gone } = select(
    contact,
    configured({ Email: {}, Birthdate: {}, Account: {} }),
    refinement(['Email']),
    parents,
  );
  expect(selection.properties.map(({ name }) => name)).toEqual(['Id', 'Email', 'SystemModstamp']);
  expect(gone).toEqual([]);
});

test('a selection knows whether deleted rows can be recognized', () => {
  const of = (properties: Readonly<Record<string, object>>) =>
    select(contact, configured(properties), undefined, parents).selection.isDeleted;
  expect(of({ IsDeleted: {} })).toBe('selected');
  expect(of({})).toBe('unselected');
  const user = object(
    'User',
    contact.fields.filter(({ name }) => name !== 'IsDeleted'),
  );
  expect(select(user, configured({}), undefined, parents).selection.isDeleted).toBe('absent');
});

test('everything discovered can be selected', () => {
  const { selection, gone } = select(contact, configured(), undefined, parents);
  expect(gone).toEqual([]);
  expect(
    selection.columns.every((_, column) => JSON.stringify(selection.properties).includes(`"column":${column}`)),
  ).toBe(true);
  expect(JSON.stringify(selection)).not.toContain('"column":-1');
});
