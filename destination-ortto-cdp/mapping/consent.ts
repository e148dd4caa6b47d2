import type { DestinationConfig, FieldRule } from '../config.ts';
import { FLAG, isOptOutFlag, listReading } from './consent-reading.ts';
import type { ConsentReading } from './consent-reading.ts';
import type { MappingRow } from './defaults.ts';
import { allowance } from './field-rules.ts';
import type { DisplayType } from '../ortto/field-types.ts';

// Permission goes one way. Salesforce may withdraw it; only the person can give it back, in Ortto. So `true` is never sent,
// whatever a record contains, and a permission field has just two meanings: an opt-out, or nothing.

/** The system fields that hold a permission, by Ortto's field id. */
export const PERMISSIONS: ReadonlyMap<string, 'email_permission' | 'sms_permission'> = new Map([
  ['bol::p', 'email_permission'],
  ['bol::sp', 'sms_permission'],
]);

/**
 * Whether an opt-out reaches people who exist. It is outside the chain of rules: a permission is never empty, so under
 * append_only it must overwrite or it would never arrive; under ignore, existing people are never changed.
 */
export const consentRule = (
  { modifySystemFields, people }: Pick<DestinationConfig, 'modifySystemFields' | 'people'>,
  permission: 'email_permission' | 'sms_permission',
): FieldRule =>
  people.mergeStrategy !== 'ignore' && allowance(modifySystemFields, permission) === 'overwrite'
    ? 'overwrite'
    : 'on_create';

/** How the values of a permission's field are read; a problem when neither its row nor its name says what they mean. */
export const consentReading = (
  { from, consent }: Pick<MappingRow, 'from' | 'consent'>,
  type: DisplayType,
  permission: 'email_permission' | 'sms_permission',
): ConsentReading | { readonly problem: string } => {
  if (consent !== undefined) return listReading(consent, type === 'multi_select');
  if (isOptOutFlag(from, type === 'bool')) return FLAG;
  const [out, optedIn] = type === 'bool' ? ['true', 'true'] : ['Opted out', 'Opted in'];
  return {
    problem: `it goes to ${permission}, but nothing says which of its values mean "opted out"; add them to its row in objects, for example {"from": "${from}", "to": "${permission}", "opted_out_when": ["${out}"]}, or "opted_in_when": ["${optedIn}"] if those values mean "opted in" and any other an opt-out`,
  };
};

/** How a list has been read, for the user to check. */
export const consentNote = (
  from: string,
  { kind, values }: ConsentReading,
  permission: 'email_permission' | 'sms_permission',
): string | undefined => {
  if (kind === 'flag') return undefined;
  const list = [...values].map((value) => JSON.stringify(value)).join(', ');
  return kind === 'opted_out_when'
    ? `${from}: opted_out_when is read as ${list} (${permission}); any other value changes nothing`
    : `${from}: opted_in_when is read as ${list} (${permission}); any other value, and none, takes the permission away`;
};
