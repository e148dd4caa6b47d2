// Past 250 lines: data, one line a field.
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
import { SOURCES } from './people-objects.ts';

// What a sales team works with around its people: deals, campaigns, tasks, subscriptions.

/** Stages with their probability and forecast category. */
export const STAGES: readonly (readonly [string, number, string])[] = [
  ['Prospecting', 10, 'Pipeline'],
  ['Qualification', 10, 'Pipeline'],
  ['Needs Analysis', 20, 'Pipeline'],
  ['Proposal/Price Quote', 75, 'BestCase'],
  ['Negotiation/Review', 90, 'Forecast'],
  ['Closed Won', 100, 'Closed'],
  ['Closed Lost', 0, 'Omitted'],
];
export const ROLES = ['Business User', 'Decision Maker', 'Economic Buyer', 'Evaluator', 'Influencer', 'Other'];
export const CAMPAIGN_TYPES = ['Conference', 'Webinar', 'Trade Show', 'Email', 'Advertisement', 'Other'];
const MEMBER_STATUSES = ['Sent', 'Responded'];
export const TASK_STATUSES = ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'];
export const PLANS = ['Free', 'Team', 'Business'];

const byStage = (column: 1 | 2): string =>
  `(CASE {t}."StageName" ${STAGES.map((stage) => `WHEN '${stage[0]}' THEN ${column === 1 ? stage[1] : `'${stage[2]}'`}`).join(' ')} END)`;
const categories = [...new Set(STAGES.map((stage) => stage[2]))];

const opportunity: ObjectDefinition = {
  name: 'Opportunity',
  label: 'Opportunity',
  labelPlural: 'Opportunities',
  keyPrefix: '006',
  flags: { feedEnabled: true },
  fields: [
    idField('Opportunity ID'),
    isDeletedField,
    lookup('AccountId', 'Account ID', 'Account', 'Account', 'Opportunities', { cascadeDelete: true }),
    checkbox('IsPrivate', 'Private'),
    text('Name', 'Name', 120, { required: true, nameField: true, idLookup: true }),
    area('Description', 'Description', 32_000),
    picklist(
      'StageName',
      'Stage',
      255,
      STAGES.map((stage) => stage[0]),
      { required: true },
    ),
    number('currency', 'Amount', 'Amount', 18, 2),
    number('percent', 'Probability', 'Probability (%)', 3, 0, { derived: byStage(1), defaultedOnCreate: true }),
    number('currency', 'ExpectedRevenue', 'Expected Amount', 18, 2, {
      ...readOnlyField,
      derived: `(ROUND({t}."Amount" * ${byStage(1)} / 100.0, 2))`,
    }),
    number('double', 'TotalOpportunityQuantity', 'Quantity', 18, 2),
    field('date', 'CloseDate', 'Close Date', { required: true }),
    picklist('Type', 'Opportunity Type', 255, ['Existing Customer - Upgrade', 'Existing Customer', 'New Customer']),
    text('NextStep', 'Next Step', 255),
    picklist('LeadSource', 'Lead Source', 255, SOURCES),
    checkbox('IsClosed', 'Closed', { ...readOnlyField, derived: `({t}."StageName" LIKE 'Closed%')` }),
    checkbox('IsWon', 'Won', { ...readOnlyField, derived: `({t}."StageName" = 'Closed Won')` }),
    picklist('ForecastCategory', 'Forecast Category', 40, categories, {
      ...readOnlyField,
      required: true,
      restricted: true,
      derived: byStage(2),
    }),
    lookup('CampaignId', 'Campaign ID', 'Campaign', 'Campaign', 'Opportunities'),
    ownerField('Owner ID'),
    ...auditFields,
    field('date', 'LastActivityDate', 'Last Activity', readOnlyField),
    field('datetime', 'LastStageChangeDate', 'Last Stage Change Date', readOnlyField),
    field('int', 'FiscalQuarter', 'Fiscal Quarter', {
      ...readOnlyField,
      compound: 'Fiscal',
      derived: `((CAST(substr({t}."CloseDate", 6, 2) AS INTEGER) + 2) / 3)`,
    }),
    field('int', 'FiscalYear', 'Fiscal Year', {
      ...readOnlyField,
      compound: 'Fiscal',
      derived: `(CAST(substr({t}."CloseDate", 1, 4) AS INTEGER))`,
    }),
    text('Fiscal', 'Fiscal Period', 6, {
      ...readOnlyField,
      derived: `(substr({t}."CloseDate", 1, 4) || ' ' || ((CAST(substr({t}."CloseDate", 6, 2) AS INTEGER) + 2) / 3))`,
    }),
    field('reference', 'ContactId', 'Contact ID', {
      length: 18,
      referenceTo: ['Contact'],
      childRelationship: null,
      updateable: false,
    }),
    checkbox('Renewal__c', 'Renewal'),
    number('percent', 'Discount__c', 'Discount', 5, 2),
  ],
};

const contactRole: ObjectDefinition = {
  name: 'OpportunityContactRole',
  label: 'Opportunity Contact Role',
  labelPlural: 'Opportunity Contact Role',
  keyPrefix: '00K',
  flags: { mruEnabled: false, searchable: false, undeletable: false },
  fields: [
    idField('Contact Role ID'),
    lookup('OpportunityId', 'Opportunity ID', 'Opportunity', 'Opportunity', 'OpportunityContactRoles', {
      required: true,
      updateable: false,
      cascadeDelete: true,
    }),
    lookup('ContactId', 'Contact ID', 'Contact', 'Contact', 'OpportunityContactRoles', {
      required: true,
      cascadeDelete: true,
    }),
    picklist('Role', 'Role', 40, ROLES),
    checkbox('IsPrimary', 'Primary'),
    ...auditFields,
    isDeletedField,
  ],
};

const campaign: ObjectDefinition = {
  name: 'Campaign',
  label: 'Campaign',
  labelPlural: 'Campaigns',
  keyPrefix: '701',
  flags: { feedEnabled: true },
  fields: [
    idField('Campaign ID'),
    isDeletedField,
    text('Name', 'Name', 80, { required: true, nameField: true }),
    lookup('ParentId', 'Parent Campaign ID', 'Campaign', 'Parent', 'ChildCampaigns'),
    picklist('Type', 'Type', 255, CAMPAIGN_TYPES),
    picklist('Status', 'Status', 255, ['Planned', 'In Progress', 'Completed', 'Aborted']),
    field('date', 'StartDate', 'Start Date'),
    field('date', 'EndDate', 'End Date'),
    number('currency', 'ExpectedRevenue', 'Expected Revenue', 18, 0),
    number('currency', 'BudgetedCost', 'Budgeted Cost', 18, 0),
    number('percent', 'ExpectedResponse', 'Expected Response (%)', 10, 2),
    checkbox('IsActive', 'Active'),
    area('Description', 'Description', 32_000),
    ownerField('Owner ID'),
    ...auditFields,
  ],
};

const campaignMember: ObjectDefinition = {
  name: 'CampaignMember',
  label: 'Campaign Member',
  labelPlural: 'Campaign Members',
  keyPrefix: '00v',
  flags: { mruEnabled: false, searchable: false, undeletable: false },
  fields: [
    idField('Campaign Member ID'),
    isDeletedField,
    lookup('CampaignId', 'Campaign ID', 'Campaign', 'Campaign', 'CampaignMembers', {
      required: true,
      updateable: false,
      cascadeDelete: true,
    }),
    lookup('LeadId', 'Lead ID', 'Lead', 'Lead', 'CampaignMembers', { updateable: false, cascadeDelete: true }),
    lookup('ContactId', 'Contact ID', 'Contact', 'Contact', 'CampaignMembers', {
      updateable: false,
      cascadeDelete: true,
    }),
    picklist('Status', 'Status', 40, MEMBER_STATUSES),
    checkbox('HasResponded', 'Responded', { ...readOnlyField, derived: `(COALESCE({t}."Status", '') = 'Responded')` }),
    ...auditFields,
    field('date', 'FirstRespondedDate', 'First Responded Date', readOnlyField),
    field('reference', 'LeadOrContactId', 'Related Record ID', {
      ...readOnlyField,
      length: 18,
      referenceTo: ['Contact', 'Lead'],
      childRelationship: null,
      derived: '(COALESCE({t}."ContactId", {t}."LeadId"))',
    }),
  ],
};

const task: ObjectDefinition = {
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

const subscription: ObjectDefinition = {
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

export const salesObjects: readonly ObjectDefinition[] = [
  opportunity,
  contactRole,
  campaign,
  campaignMember,
  task,
  subscription,
];
