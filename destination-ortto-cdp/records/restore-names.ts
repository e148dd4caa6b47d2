import type { JSONSchema7, JSONSchema7Definition } from 'json-schema';
import type { JsonObject } from '../../airbyte/protocol.ts';

// Some hosts put records into SQL tables before they hand them on; PyAirbyte's cache does so by default. The catalog
// then keeps Salesforce's names, while the records come with the tables' columns and what those make of values.

/** Gives a record the names and values back that its stream's schema speaks of; one that has them stays as it is. */
export type RestoreNames = (data: JsonObject) => JsonObject;

/** A column's name: lower case, and an underscore for whatever a column's name may not hold. */
const columnName = (field: string): string => field.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');

export const createRestoreNames = (schema: JSONSchema7): RestoreNames => {
  const properties = Object.entries(schema.properties ?? {});
  const names = new Set(properties.map(([name]) => name));
  const byColumn = new Map(properties.map(([name, property]) => [columnName(name), { name, property }]));
  return (data) => {
    // Every stream has Id, and its column is `id`: which of the two a record has tells where it comes from.
    if (Object.hasOwn(data, 'Id') || !Object.hasOwn(data, 'id') || names.has('id')) return data;
    const entries = Object.entries(data).flatMap(([column, value]): [string, unknown][] => {
      const field = byColumn.get(column);
      return field === undefined ? [] : [[field.name, original(field.property, value)]];
    });
    return Object.fromEntries(entries);
  };
};

const ZONELESS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?$/;

/** A table keeps a time in UTC without saying so, and a number with all its decimals, which JSON then holds as text. */
const original = (property: JSONSchema7Definition, value: unknown): unknown => {
  if (typeof property === 'boolean' || typeof value !== 'string') return value;
  if (property.format === 'date-time' && ZONELESS.test(value)) return `${value}Z`;
  const isNumber = [property.type ?? []].flat().some((type) => type === 'number' || type === 'integer');
  return isNumber && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
};
