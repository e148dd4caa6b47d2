import type { JSONSchema7, JSONSchema7Definition } from 'json-schema';

/** The fields of a configured stream, by path (`Email`, `Account.Name`), each with its schema, in catalog order. */
export type CatalogFields = ReadonlyMap<string, JSONSchema7Definition>;

/**
 * Reads the paths of a stream's schema. A parent (an object that is not itself a field) counts by its fields; an address or
 * location counts both as a whole and by its parts.
 */
export const catalogFields = (schema: JSONSchema7): CatalogFields => new Map(entries(schema, ''));

const entries = (schema: JSONSchema7, prefix: string): [string, JSONSchema7Definition][] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    const parts = typeof property === 'boolean' ? [] : entries(property, `${path}.`);
    return [[path, property], ...parts] satisfies [string, JSONSchema7Definition][];
  });

/** Fields that every org has and that need no mention in the note about fields that are not sent. */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  'Id',
  'IsDeleted',
  'MasterRecordId',
  'IsConverted',
  'ConvertedContactId',
  'AccountId',
  'HasOptedOutOfEmail',
  'SystemModstamp',
  'LastModifiedDate',
  'CreatedDate',
]);

/** The fields of a stream that no mapping row names: custom fields, and standard ones worth a line in the log. */
export const unmappedFields = (
  fields: CatalogFields,
  named: ReadonlySet<string>,
): { readonly custom: readonly string[]; readonly standard: readonly string[] } => {
  const rest = [...fields.keys()].filter(
    (path) => !named.has(path) && !isPart(path, fields) && !isParent(path, fields),
  );
  return {
    custom: rest.filter((path) => path.endsWith('__c')),
    standard: rest.filter((path) => !path.endsWith('__c') && !HOUSEKEEPING.has(path)),
  };
};

/** A parent's key ends in `__r` or is the parent object's name; an address ends in `Address`, a custom one in `__c`. */
const isParent = (path: string, fields: CatalogFields): boolean =>
  !isCompound(path) && [...fields.keys()].some((other) => other.startsWith(`${path}.`));

const isPart = (path: string, fields: CatalogFields): boolean => {
  const owner = path.slice(0, Math.max(path.lastIndexOf('.'), 0));
  return owner !== '' && fields.has(owner) && isCompound(owner);
};

const isCompound = (path: string): boolean => path.endsWith('__c') || path.endsWith('Address');
