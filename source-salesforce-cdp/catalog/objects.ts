import type { ObjectDescription } from '../salesforce/object-description.ts';

/**
 * Objects that are always discovered, in the order in which they are read. Leads come before contacts so that a conversion is
 * handed over before its contact arrives; people come before the objects that refer to them.
 */
export const DEFAULT_OBJECTS: readonly string[] = [
  'Account',
  'Lead',
  'Contact',
  'Campaign',
  'CampaignMember',
  'Opportunity',
  'OpportunityContactRole',
  'Task',
];

/** Custom objects that refer to one of these are discovered too. */
export const RELATED_TO: readonly string[] = ['Account', 'Contact', 'Lead'];

/** Parent fields that are discovered unless `objects[].fields` lists others. */
const DEFAULT_PARENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Contact', ['Account.Name']],
  ['CampaignMember', ['Campaign.Name', 'Campaign.Type', 'Campaign.Status']],
]);

export const defaultParents = (object: string): readonly string[] => DEFAULT_PARENTS.get(object) ?? [];

/** Where they exist they are part of every discovered schema, and do not count towards the 50 fields of an object. */
const IDENTITY_COLUMNS: ReadonlySet<string> = new Set([
  'Id',
  'IsDeleted',
  'MasterRecordId',
  'IsConverted',
  'ConvertedContactId',
  'AccountId',
  'HasOptedOutOfEmail',
]);

/** In order of preference: SystemModstamp moves with every change, including those made by automated processes. */
const CURSORS: readonly string[] = ['SystemModstamp', 'LastModifiedDate', 'CreatedDate', 'LoginTime'];

/** The field that shows when a row last changed; undefined means that only a full refresh is possible. */
export const cursorOf = (description: ObjectDescription): string | undefined =>
  CURSORS.find((name) => description.fields.some((field) => field.name === name && field.filterable));

export const isIdentityColumn = (description: ObjectDescription, field: string): boolean =>
  IDENTITY_COLUMNS.has(field) || field === cursorOf(description);

const isHousekeeping = (object: string): boolean => /(__History|__Feed|__Share|ChangeEvent)$/.test(object);

/** Custom objects that refer to one of the described objects, sorted by name, without duplicates. */
export const relatedCustomObjects = (descriptions: readonly ObjectDescription[]): string[] => {
  const related = descriptions
    .flatMap(({ childRelationships }) => childRelationships)
    .filter(({ childSObject, relationshipName }) => relationshipName !== null && !isHousekeeping(childSObject))
    .map(({ childSObject }) => childSObject)
    .filter((name) => name.endsWith('__c'));
  return [...new Set(related)].sort();
};

/** The objects that discovery publishes, in order: default ones, related custom ones, then those that the config names. */
export const discoveryOrder = (related: readonly string[], named: readonly string[]): string[] => [
  ...new Set([...DEFAULT_OBJECTS, ...related, ...named]),
];

/** The order in which streams are read, regardless of the catalog's: default objects first, then the others by name. */
export const readOrder = (objects: readonly string[]): string[] => [
  ...DEFAULT_OBJECTS.filter((name) => objects.includes(name)),
  ...objects.filter((name) => !DEFAULT_OBJECTS.includes(name)).sort(),
];
