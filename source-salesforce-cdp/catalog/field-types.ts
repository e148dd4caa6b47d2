import type { JSONSchema7 } from 'json-schema';
import type { FieldDescription } from '../salesforce/object-description.ts';

/** How a field's value is read and written. Dates and times are text, since both APIs spell them the same way. */
export type Kind = 'text' | 'boolean' | 'number' | 'datetime' | 'list';

interface FieldType {
  readonly kind: Kind;
  readonly schema: Readonly<Record<string, unknown>>;
}

const text: FieldType = { kind: 'text', schema: { type: ['null', 'string'] } };
const number: FieldType = { kind: 'number', schema: { type: ['null', 'number'] } };
const integer: FieldType = { kind: 'number', schema: { type: ['null', 'integer'] } };

/** Salesforce's field types, except compounds and base64, which `properties.ts` handles. */
const fieldTypes: ReadonlyMap<string, FieldType> = new Map([
  ...[
    'id',
    'reference',
    'string',
    'textarea',
    'phone',
    'url',
    'email',
    'picklist',
    'combobox',
    'encryptedstring',
    'anyType',
    'calculated',
    'complexvalue',
    'json',
    'datacategorygroupreference',
    'masterrecord',
    'byte',
    'time',
  ].map((name): [string, FieldType] => [name, text]),
  ...['double', 'currency', 'percent'].map((name): [string, FieldType] => [name, number]),
  ...['int', 'long'].map((name): [string, FieldType] => [name, integer]),
  ['boolean', { kind: 'boolean', schema: { type: ['null', 'boolean'] } }],
  ['date', { kind: 'text', schema: { type: ['null', 'string'], format: 'date' } }],
  [
    'datetime',
    {
      kind: 'datetime',
      schema: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
    },
  ],
  ['multipicklist', { kind: 'list', schema: { type: ['null', 'array'], items: { type: 'string' } } }],
]);

/** Salesforce adds types over time; one that is not in the table is read as text. */
export const isKnownType = (type: string): boolean => fieldTypes.has(type);

export const kindOf = (type: string): Kind => (fieldTypes.get(type) ?? text).kind;

/** For human readers; nothing depends on it. */
export const salesforceNote = ({ type, label, referenceTo }: FieldDescription): Readonly<Record<string, unknown>> => ({
  salesforce: { type, label, ...(referenceTo.length > 0 && { referenceTo }) },
});

/** The JSON schema of a field's value, always nullable: describe's `nillable` is only about saving. */
export const fieldSchema = (field: FieldDescription): JSONSchema7 => ({
  ...(fieldTypes.get(field.type) ?? text).schema,
  ...salesforceNote(field),
});
