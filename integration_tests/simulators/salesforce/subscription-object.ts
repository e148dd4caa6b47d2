import {
  area,
  auditFields,
  checkbox,
  field,
  idField,
  isDeletedField,
  lookup,
  number,
  ownerField,
  picklist,
  readOnlyField,
  text,
} from './schema.ts';
import type { ObjectDefinition } from './schema.ts';

// The custom object: what an org has added to Salesforce's own.

export const PLANS = ['Free', 'Team', 'Business'];

export const subscription: ObjectDefinition = {
  name: 'Subscription__c',
  label: 'Subscription',
  labelPlural: 'Subscriptions',
  keyPrefix: 'a01',
  flags: { feedEnabled: false },
  fields: [
    idField('Record ID'),
    ownerField('Owner ID', ['Group', 'User']),
    isDeletedField,
    text('Name', 'Subscription Number', 80, {
      ...readOnlyField,
      required: true,
      nameField: true,
      idLookup: true,
      autoNumber: 'SUB-',
      defaultedOnCreate: true,
    }),
    ...auditFields,
    lookup('Contact__c', 'Contact', 'Contact', 'Contact__r', 'Subscriptions__r'),
    lookup('Account__c', 'Account', 'Account', 'Account__r', 'Subscriptions__r'),
    picklist('Plan__c', 'Plan', 255, PLANS),
    number('currency', 'Monthly_Fee__c', 'Monthly Fee', 10, 2),
    number('double', 'Seats__c', 'Seats', 6, 0),
    field('date', 'Started__c', 'Started'),
    field('datetime', 'Renews_At__c', 'Renews At'),
    checkbox('Active__c', 'Active'),
    area('Remarks__c', 'Remarks', 32_768),
    text('Account_Name__c', 'Account Name', 1300, {
      ...readOnlyField,
      formula: true,
      derived: '(SELECT f."Name" FROM "Account" f WHERE f."Id" = {t}."Account__c")',
    }),
  ],
};
