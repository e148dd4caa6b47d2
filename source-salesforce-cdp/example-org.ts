import type { ConfiguredStream } from '../airbyte/protocol.ts';
import type { Condition, ObjectRefinement } from './config.ts';
import type { FieldDescription, ObjectDescription } from './describe.ts';
import { discoverStream } from './discovery.ts';

// Descriptions for the unit tests: small ones, with everything in them that a decision looks at.

export const field = (name: string, type = 'string', more: Partial<FieldDescription> = {}): FieldDescription => ({
  name,
  label: name,
  type,
  custom: name.endsWith('__c'),
  calculated: false,
  filterable: true,
  compoundFieldName: null,
  relationshipName: null,
  referenceTo: [],
  nillable: true,
  ...more,
});

export const object = (name: string, fields: readonly FieldDescription[]): ObjectDescription => ({
  name,
  label: name,
  custom: name.endsWith('__c'),
  queryable: true,
  replicateable: true,
  keyPrefix: null,
  fields,
  childRelationships: [],
});

const mailing = (part: string, type = 'string'): FieldDescription =>
  field(`Mailing${part}`, type, { compoundFieldName: 'MailingAddress' });

export const contact = object('Contact', [
  field('Name', 'string', { compoundFieldName: null }),
  field('FirstName', 'string', { compoundFieldName: 'Name' }),
  field('Id', 'id'),
  field('IsDeleted', 'boolean'),
  field('AccountId', 'reference', { relationshipName: 'Account', referenceTo: ['Account'] }),
  field('OwnerId', 'reference', { relationshipName: 'Owner', referenceTo: ['Group', 'User'] }),
  field('Email', 'email'),
  field('HasOptedOutOfEmail', 'boolean'),
  mailing('Street', 'textarea'),
  mailing('City'),
  mailing('StateCode', 'picklist'),
  mailing('Latitude', 'double'),
  field('MailingAddress', 'address'),
  field('Place__Latitude__s', 'double', { compoundFieldName: 'Place__c' }),
  field('Place__Longitude__s', 'double', { compoundFieldName: 'Place__c' }),
  field('Place__c', 'location'),
  field('Notes__c', 'textarea', { filterable: false }),
  field('Tags__c', 'multipicklist'),
  field('Score__c', 'double', { calculated: true }),
  field('Amount__c', 'currency'),
  field('Visits__c', 'int'),
  field('Photo__c', 'base64'),
  field('Odd__c', 'hologram'),
  field('Birthdate', 'date'),
  field('Alarm__c', 'time'),
  field('CreatedDate', 'datetime'),
  field('SystemModstamp', 'datetime'),
]);

const account = object('Account', [
  field('Id', 'id'),
  field('Name'),
  field('AnnualRevenue', 'currency'),
  field('BillingAddress', 'address'),
  field('SystemModstamp', 'datetime'),
]);

const user = object('User', [field('Id', 'id'), field('Name'), field('Department')]);

export const parents: ReadonlyMap<string, ObjectDescription> = new Map([
  ['Account', account],
  ['User', user],
]);

export const refinement = (
  fields: readonly string[] | undefined,
  conditions: readonly Condition[] = [],
): ObjectRefinement => ({ name: 'Contact', fields, match: 'all', conditions });

/** A stream of Contact as a user has selected it: only the given properties, all of them when none are given. */
export const configured = (properties?: Readonly<Record<string, object>>): ConfiguredStream => {
  const { stream } = discoverStream(contact, undefined, parents);
  return {
    stream: properties === undefined ? stream : { ...stream, json_schema: { type: 'object', properties } },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  };
};
