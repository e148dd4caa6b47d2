import type { FieldDefinition, FieldType } from './schema.ts';

// What may be done with a field, by its type: read off recorded describes.

const isLong = (field: FieldDefinition): boolean => field.type === 'textarea' && (field.length ?? 0) > 255;
/** An address or a location: a value made of other fields. */
export const isCompound = (field: FieldDefinition): boolean => field.type === 'address' || field.type === 'location';
const isOpaque = (field: FieldDefinition): boolean =>
  isLong(field) || field.type === 'base64' || field.type === 'anyType';

/** Whether the field may be used in a WHERE. */
export const isFilterable = (field: FieldDefinition): boolean => field.filterable ?? !isOpaque(field);

/** Whether the field may be used in an ORDER BY. */
export const isSortable = (field: FieldDefinition): boolean =>
  field.sortable ?? (!isOpaque(field) && !isCompound(field) && field.type !== 'multipicklist');

const UNGROUPED = new Set<FieldType>(['double', 'currency', 'percent', 'datetime', 'combobox', 'time']);

export const isGroupable = (field: FieldDefinition): boolean =>
  isSortable(field) && !UNGROUPED.has(field.type) && field.formula !== true;
