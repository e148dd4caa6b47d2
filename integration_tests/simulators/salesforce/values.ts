import type { FieldDefinition } from './schema.ts';
import type { Stored } from './store.ts';
import { isoTime } from './store.ts';

// Stored values -> the texts Salesforce writes. Decimals keep their ".0"; datetimes differ between the APIs.

const isDecimal = (field: FieldDefinition): boolean =>
  field.type === 'double' || field.type === 'currency' || field.type === 'percent';

/** 3 -> 3.0, 950000000 -> 950000000.0: REST's way. */
const plainDecimal = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);

/** 950000000 -> 9.5E8: the way of a Java double, which Bulk may use for what is large or small. */
const scientificDecimal = (value: number): string => {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return plainDecimal(value);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
};

/** A value as REST's JSON writes it. */
export const jsonText = (field: FieldDefinition, value: Stored | undefined): string => {
  if (value === null || value === undefined) return field.type === 'boolean' ? 'false' : 'null';
  if (typeof value === 'number') {
    if (field.type === 'boolean') return value === 0 ? 'false' : 'true';
    if (field.type === 'datetime') return `"${isoTime(value).slice(0, 23)}+0000"`;
    return isDecimal(field) ? plainDecimal(value) : String(value);
  }
  return JSON.stringify(value);
};

/** A value as Bulk's CSV writes it, without its quotes; empty for null. */
export const csvText = (field: FieldDefinition, value: Stored | undefined, isScientific: boolean): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') {
    if (field.type === 'boolean') return value === 0 ? 'false' : 'true';
    if (field.type === 'datetime') return isoTime(value);
    if (!isDecimal(field)) return String(value);
    return isScientific ? scientificDecimal(value) : plainDecimal(value);
  }
  return value.includes('"') ? value.replaceAll('"', '""') : value;
};

/** A value as tests want it: numbers, booleans, texts and null; datetimes as `2024-01-31T08:00:00.000Z`. */
export const plainValue = (field: FieldDefinition, value: Stored | undefined): string | number | boolean | null => {
  if (field.type === 'boolean') return value !== null && value !== undefined && value !== 0;
  if (value === null || value === undefined) return null;
  return field.type === 'datetime' && typeof value === 'number' ? isoTime(value) : value;
};
