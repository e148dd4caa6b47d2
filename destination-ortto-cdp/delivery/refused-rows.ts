import { isOptOut } from '../records/opt-out.ts';
import type { LeftOut, Write } from '../records/mapped.ts';
import { rowBytes } from '../ortto/row-size.ts';
import { salesforceField } from './writes.ts';
import type { Attempt } from './writes.ts';

// Ortto refuses a row and names a field: the row goes again without that field, so that nobody is lost for one bad value.

/** Fields of a row, or attributes of an activity, that it may be refused for before it is given up. */
export const MAX_REFUSED = 3;

/** A write on its way, with what has been left out of it because Ortto refused it. */
export interface Trial {
  readonly write: Write;
  readonly refused: readonly LeftOut[];
  /** Whether an earlier attempt created it. */
  readonly isNew: boolean;
}

/**
 * The write without the field that Ortto refuses; undefined if nothing more is to be tried. What a row must not go without: its
 * own id, its last match key, and the permission it takes away, since without that it would subscribe somebody who is out. An
 * address on the suppression list is not a bad value.
 */
export const withoutRefused = ({ write, refused, isNew }: Trial, attempt: Attempt): Trial | undefined => {
  const { fate, refusedField } = attempt;
  if (fate.kind !== 'rejected' || fate.reason === 'suppressed' || refused.length >= MAX_REFUSED) return undefined;
  const field = write.fields.find(({ id }) => id === refusedField);
  if (field === undefined || isOptOut(field)) return undefined;
  const keys = write.keys.filter(({ fieldId }) => fieldId !== refusedField);
  if (keys.length === 0) return undefined;
  const fields = write.fields.filter((each) => each !== field);
  const leftOut: LeftOut = { field: salesforceField(write, refusedField) ?? field.id, reason: 'refused' };
  return {
    write: { ...write, fields, keys, bytes: rowBytes(fields) },
    refused: [...refused, leftOut],
    isNew: isNew || attempt.isNew === true,
  };
};
