import {
  area,
  auditFields,
  checkbox,
  field,
  idField,
  isDeletedField,
  lookup,
  ownerField,
  picklist,
  readOnlyField,
} from './schema.ts';
import type { ObjectDefinition } from './schema.ts';

export const TASK_STATUSES = ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'];

export const task: ObjectDefinition = {
  name: 'Task',
  label: 'Task',
  labelPlural: 'Tasks',
  keyPrefix: '00T',
  fields: [
    idField('Activity ID'),
    lookup('WhoId', 'Name ID', ['Contact', 'Lead'], 'Who', 'Tasks'),
    lookup('WhatId', 'Related To ID', ['Account', 'Campaign', 'Opportunity', 'Subscription__c'], 'What', 'Tasks'),
    field('combobox', 'Subject', 'Subject', { length: 255, values: ['Call', 'Email', 'Send Letter', 'Other'] }),
    field('date', 'ActivityDate', 'Due Date Only'),
    picklist('Status', 'Status', 255, TASK_STATUSES, {
      required: true,
      defaultedOnCreate: true,
      defaultValue: 'Not Started',
    }),
    picklist('Priority', 'Priority', 255, ['High', 'Normal', 'Low'], {
      required: true,
      defaultedOnCreate: true,
      defaultValue: 'Normal',
    }),
    checkbox('IsHighPriority', 'High Priority', { ...readOnlyField, derived: `({t}."Priority" = 'High')` }),
    ownerField('Assigned To ID', ['Group', 'User']),
    area('Description', 'Description', 32_000),
    isDeletedField,
    lookup('AccountId', 'Account ID', 'Account', 'Account', 'Tasks', readOnlyField),
    checkbox('IsClosed', 'Closed', { ...readOnlyField, derived: `({t}."Status" = 'Completed')` }),
    ...auditFields,
    checkbox('IsArchived', 'Archived', readOnlyField),
    field('int', 'CallDurationInSeconds', 'Call Duration'),
    picklist('CallType', 'Call Type', 40, ['Internal', 'Inbound', 'Outbound']),
    picklist('TaskSubtype', 'Task Subtype', 40, ['Task', 'Email', 'Call'], { restricted: true, updateable: false }),
    checkbox('IsRecurrence', 'Create Recurring Series of Tasks', { updateable: false }),
    field('datetime', 'CompletedDateTime', 'Completed Date', readOnlyField),
  ],
};
