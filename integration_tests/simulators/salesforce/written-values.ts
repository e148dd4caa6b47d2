import type { OrgObject } from './catalog.ts';
import { dayOf } from './date-literals.ts';
import { longId } from './ids.ts';
import type { FieldDefinition } from './schema.ts';
import type { Stored } from './store.ts';
import { isStored } from './store.ts';

/** What a test writes: datetimes as Date or text, everything else as it is. */
export type WrittenValues = Readonly<Record<string, string | number | boolean | Date | null>>;

const fieldOf = (object: OrgObject, name: string): FieldDefinition => {
  const field = object.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`${object.name} has no field ${name}`);
  if (!isStored(field)) throw new Error(`${object.name}.${name} cannot be written`);
  return field;
};

const stored = (field: FieldDefinition, value: WrittenValues[string]): Stored => {
  if (value === null || value === '') return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (field.type === 'datetime') return Math.floor(new Date(value).getTime() / 1000) * 1000;
  if (value instanceof Date) return dayOf(value.getTime());
  if (typeof value === 'string') {
    if (field.type === 'reference') return longId(value);
    if (field.length !== undefined && value.length > field.length)
      throw new Error(`${field.name}: data value too large`);
  }
  return value;
};

/** The values as the store keeps them. Throws for a field that the object does not have or that cannot be written. */
export const storedValues = (object: OrgObject, values: WrittenValues): Record<string, Stored> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, stored(fieldOf(object, name), value)]));
