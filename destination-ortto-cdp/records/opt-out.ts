import { PERMISSIONS } from '../mapping/consent.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import { rowBytes } from '../ortto/row-size.ts';
import { EMAIL } from '../ortto/system-fields.ts';
import type { Write, WriteField } from './mapped.ts';

/** Whether the field takes a permission away. */
export const isOptOut = ({ id, value }: Pick<WriteField, 'id' | 'value'>): boolean =>
  PERMISSIONS.has(id) && value === false;

/**
 * What remains of a record that cannot be written: its Salesforce id, its email and the permissions it takes away. Undefined if it
 * takes none away, or has neither id nor email. It creates somebody only if its record could have: by an id that is no match key,
 * or an email without an id, it reaches existing people only.
 */
export const optOutOf = (write: Write): Write | undefined => {
  if (!write.fields.some(isOptOut)) return undefined;
  const { id } = write;
  const fields = write.fields.filter((field) => isOptOut(field) || (field.id === EMAIL && field.value !== null));
  const email = fields.find((field) => field.id === EMAIL)?.value;
  const mapping = addressed(write.mapping, id !== '', email !== undefined);
  if (mapping === undefined) return undefined;
  const keys = mapping.keys.flatMap((fieldId) => {
    if (fieldId === mapping.identity) return id === '' ? [] : [{ fieldId, value: id }];
    return fieldId === EMAIL && email !== undefined ? [{ fieldId, value: email }] : [];
  });
  return { ...write, mapping, fields, keys, accountId: undefined, bytes: rowBytes(fields), cut: [], leftOut: [] };
};

/** By which keys the opt-out finds its person. An email beside an empty id would find only people without an id. */
const addressed = (mapping: EntityMapping, hasId: boolean, hasEmail: boolean): EntityMapping | undefined => {
  const { keys, identity } = mapping;
  if (!hasId) return hasEmail ? { ...mapping, keys: [EMAIL], createNew: false } : undefined;
  const isMatched = keys.includes(identity) || (hasEmail && keys.includes(EMAIL));
  return isMatched ? mapping : { ...mapping, keys: [identity], createNew: false };
};
