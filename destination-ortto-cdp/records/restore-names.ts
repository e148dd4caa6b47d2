import type { JSONSchema7, JSONSchema7Definition } from 'json-schema';
import { exactNumber } from '../../airbyte/exact-numbers.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';

// Some hosts store records in SQL tables before they pass them on; PyAirbyte's cache does so by default. The catalog then
// keeps Salesforce's names, while the records have the tables' column names, and values as the tables store them.

/** Restores the names and values that a record has by its stream's schema; a record that has them is returned as it is. */
export type RestoreNames = (data: JsonObject) => JsonObject;

/** The column name of a field: lower case, with an underscore for each character that a column name cannot hold. */
const columnName = (field: string): string => field.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');

export const createRestoreNames = (schema: JSONSchema7): RestoreNames => {
  const properties = Object.entries(schema.properties ?? {});
  const names = new Set(properties.map(([name]) => name));
  const byColumn = new Map(properties.map(([name, property]) => [columnName(name), { name, property }]));
  return (data) => {
    // Every stream has Id, and its column is `id`: which of the two a record has shows where it comes from.
    if (Object.hasOwn(data, 'Id') || !Object.hasOwn(data, 'id') || names.has('id')) return data;
    const entries = Object.entries(data).flatMap(([column, value]): [string, unknown][] => {
      const field = byColumn.get(column);
      return field === undefined ? [] : [[field.name, original(field.property, value)]];
    });
    return Object.fromEntries(entries);
  };
};

const ZONELESS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?$/;

/** A table stores times as UTC without a zone, and numbers with all their decimals, which JSON then carries as text. */
const original = (property: JSONSchema7Definition, value: unknown): unknown => {
  if (typeof property === 'boolean' || typeof value !== 'string') return value;
  if (property.format === 'date-time' && ZONELESS.test(value)) return `${value}Z`;
  const isNumber = [property.type ?? []].flat().some((type) => type === 'number' || type === 'integer');
  return isNumber && value.trim() !== '' && Number.isFinite(Number(value)) ? exactNumber(value.trim()) : value;
};
