import { expect, test } from 'vitest';
import { contact, field, object } from '../fixtures/example-org.ts';
import {
  cursorOf,
  DEFAULT_OBJECTS,
  discoveryOrder,
  isIdentityColumn,
  readOrder,
  relatedCustomObjects,
} from './objects.ts';

test('leads are read before contacts, and both before what refers to them', () => {
  expect(DEFAULT_OBJECTS).toEqual([
    'Account',
    'Lead',
    'Contact',
    'Campaign',
    'CampaignMember',
    'Opportunity',
    'OpportunityContactRole',
    'Task',
  ]);
});

test('discovery lists default objects, then related custom ones, then those the config names, each once', () => {
  expect(discoveryOrder(['A__c'], ['User', 'Contact', 'A__c']).slice(8)).toEqual(['A__c', 'User']);
});

test('streams are read in our order whatever the order of the catalog', () => {
  const names = ['Z__c', 'Task', 'Contact', 'A__c', 'Lead'];
  expect(readOrder(names)).toEqual(['Lead', 'Contact', 'Task', 'A__c', 'Z__c']);
  expect(readOrder(names.toReversed())).toEqual(readOrder(names));
});

test('custom objects are related by relationships that have a name and are not housekeeping', () => {
  const related = (childSObject: string, relationshipName: string | null = 'R') => ({
    childSObject,
    field: 'Contact__c',
    relationshipName,
  });
  const children = [
    related('Visit__c'),
    related('Visit__c', 'Other'),
    related('Hidden__c', null),
    related('Case'),
    related('Visit__History'),
    related('Visit__Feed'),
    related('Visit__Share'),
    related('Visit__ChangeEvent'),
  ];
  expect(
    relatedCustomObjects([
      { ...contact, childRelationships: children },
      { ...object('Account', []), childRelationships: [related('Asset__c')] },
    ]),
  ).toEqual(['Asset__c', 'Visit__c']);
});

test('the cursor is the first filterable one of four fields', () => {
  const created = field('CreatedDate', 'datetime');
  expect(cursorOf(contact)).toBe('SystemModstamp');
  expect(cursorOf(object('H', [created, field('LastModifiedDate', 'datetime')]))).toBe('LastModifiedDate');
  expect(cursorOf(object('H', [created, field('SystemModstamp', 'datetime', { filterable: false })]))).toBe(
    'CreatedDate',
  );
  expect(cursorOf(object('L', [field('LoginTime', 'datetime')]))).toBe('LoginTime');
  expect(cursorOf(object('X', [field('Id', 'id')]))).toBeUndefined();
});

test('the cursor is an identity column, whichever field it is', () => {
  expect(isIdentityColumn(contact, 'SystemModstamp')).toBe(true);
  expect(isIdentityColumn(contact, 'CreatedDate')).toBe(false);
  expect(isIdentityColumn(contact, 'HasOptedOutOfEmail')).toBe(true);
});
