import {
  auditFields,
  checkbox,
  field,
  idField,
  isDeletedField,
  lookup,
  ownerField,
  personNameFields,
  picklist,
  readOnlyField,
  text,
} from './schema.ts';
import type { ObjectDefinition } from './schema.ts';

// Users and queues, and the objects that are awkward to read: without SystemModstamp, without Id, with a base64 body,
// unknown to Bulk.

const user: ObjectDefinition = {
  name: 'User',
  label: 'User',
  labelPlural: 'Users',
  keyPrefix: '005',
  flags: { deletable: false, undeletable: false },
  fields: [
    idField('User ID'),
    text('Username', 'Username', 80, { required: true, unique: true, idLookup: true }),
    ...personNameFields,
    field('email', 'Email', 'Email', { length: 128, required: true }),
    text('Title', 'Title', 80),
    checkbox('IsActive', 'Active'),
    picklist('UserType', 'User Type', 40, ['Standard', 'Guest'], { ...readOnlyField, restricted: true }),
    ...auditFields,
  ],
};

const group: ObjectDefinition = {
  name: 'Group',
  label: 'Group',
  labelPlural: 'Group',
  keyPrefix: '00G',
  flags: { undeletable: false, replicateable: false, searchable: false },
  fields: [
    idField('Group ID'),
    text('Name', 'Name', 40, { required: true, nameField: true }),
    picklist('Type', 'Type', 40, ['Queue', 'Regular'], { required: true, restricted: true, defaultValue: 'Queue' }),
    ...auditFields,
  ],
};

const attachment: ObjectDefinition = {
  name: 'Attachment',
  label: 'Attachment',
  labelPlural: 'Attachments',
  keyPrefix: '00P',
  fields: [
    idField('Attachment ID'),
    isDeletedField,
    lookup('ParentId', 'Parent ID', ['Account', 'Contact', 'Lead'], 'Parent', 'Attachments', {
      required: true,
      cascadeDelete: true,
    }),
    text('Name', 'File Name', 255, { required: true, nameField: true }),
    field('int', 'BodyLength', 'Body Length', readOnlyField),
    field('base64', 'Body', 'Body', { required: true }),
    ownerField('Owner ID'),
    ...auditFields,
  ],
};

const accountHistory: ObjectDefinition = {
  name: 'AccountHistory',
  label: 'Account History',
  labelPlural: 'Account History',
  keyPrefix: '017',
  associateEntityType: 'History',
  associateParentEntity: 'Account',
  flags: { createable: false, updateable: false, deletable: false, undeletable: false, searchable: false },
  fields: [
    idField('Account History ID'),
    isDeletedField,
    lookup('AccountId', 'Account ID', 'Account', 'Account', 'Histories', { ...readOnlyField, cascadeDelete: true }),
    ...auditFields.filter((audit) => audit.name === 'CreatedDate' || audit.name === 'CreatedById'),
    picklist('Field', 'Changed Field', 255, ['created', 'Name', 'Rating', 'Owner'], readOnlyField),
    picklist('DataType', 'Datatype', 40, ['Text', 'EntityId', 'DynamicEnum'], readOnlyField),
    field('anyType', 'OldValue', 'Old Value', readOnlyField),
    field('anyType', 'NewValue', 'New Value', readOnlyField),
  ],
};

const taskStatus: ObjectDefinition = {
  name: 'TaskStatus',
  label: 'Task Status Value',
  labelPlural: 'Task Status Value',
  keyPrefix: '01T',
  flags: { createable: false, updateable: false, deletable: false, undeletable: false, searchable: false },
  fields: [
    idField('Task Status Value ID'),
    text('MasterLabel', 'Master Label', 255, readOnlyField),
    field('int', 'SortOrder', 'Sort Order', readOnlyField),
    checkbox('IsClosed', 'Closed', readOnlyField),
    ...auditFields,
  ],
};

const formulaFunction: ObjectDefinition = {
  name: 'FormulaFunction',
  label: 'Formula Function',
  labelPlural: 'Formula Functions',
  keyPrefix: null,
  flags: { createable: false, updateable: false, deletable: false, undeletable: false, replicateable: false },
  fields: [
    text('DurableId', 'Durable ID', 255, { ...readOnlyField, required: true }),
    text('Name', 'Name', 255, { ...readOnlyField, nameField: true }),
    text('ExampleString', 'Example', 255, readOnlyField),
    checkbox('IsAllowedInEntityContext', 'Allowed', readOnlyField),
  ],
};

export const systemObjects: readonly ObjectDefinition[] = [
  user,
  group,
  attachment,
  accountHistory,
  taskStatus,
  formulaFunction,
];
