import type { DestinationConfig, FieldRule } from '../config.ts';
import { allowance } from './field-rules.ts';

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
