import { FLAG, readConsent, valueText } from '../mapping/consent-reading.ts';
import type { MappedField } from '../mapping/entity.ts';
import type { UnlistedValue, WriteField } from './mapped.ts';

interface Permission {
  readonly optOut?: WriteField;
  readonly unlisted?: UnlistedValue;
}

const NOT_OUT: Permission = {};

/**
 * A permission is an opt-out or nothing: no other value of it exists. An opt-out that is only implied goes with the creation
 * of new people; for those who exist it waits until it is clear that not too many lose their permission.
 */
export const permissionOf = ({ id, type, rule, from, consent = FLAG }: MappedField, value: unknown): Permission => {
  const said = readConsent(consent, value);
  if (said === 'nothing') return NOT_OUT;
  if (said === 'out') return { optOut: { id, type, value: false, rule } };
  const isImplied = said === 'implied';
  const optOut = isImplied && rule === 'overwrite' ? id : undefined;
  const unlisted = { from, kind: consent.kind, text: valueText(value), optOut };
  return isImplied ? { optOut: { id, type, value: false, rule: 'on_create' }, unlisted } : { unlisted };
};
