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

export const CAMPAIGN_TYPES = ['Conference', 'Webinar', 'Trade Show', 'Email', 'Advertisement', 'Other'];
const MEMBER_STATUSES = ['Sent', 'Responded'];

export const campaign: ObjectDefinition = {
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

export const campaignMember: ObjectDefinition = {
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
