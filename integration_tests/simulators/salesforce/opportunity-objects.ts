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

// Deals and the contacts who have a part in them.

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

const byStage = (column: 1 | 2): string =>
  `(CASE {t}."StageName" ${STAGES.map((stage) => `WHEN '${stage[0]}' THEN ${column === 1 ? stage[1] : `'${stage[2]}'`}`).join(' ')} END)`;
const categories = [...new Set(STAGES.map((stage) => stage[2]))];

export const opportunity: ObjectDefinition = {
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

export const contactRole: ObjectDefinition = {
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
