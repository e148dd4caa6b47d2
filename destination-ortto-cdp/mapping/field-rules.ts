import { MODIFIABLE_FIELDS } from '../config.ts';
import type { FieldRule, MergeStrategy, ModifySystemFields } from '../config.ts';

// When a field may change on an existing person or organization. The rules form a chain, so several combine to the strictest.

/** From the strictest to the freest. */
export const RULES: readonly FieldRule[] = ['on_create', 'if_empty', 'overwrite'];

/** The strictest of the rules. */
export const strictest = (first: FieldRule, ...others: readonly FieldRule[]): FieldRule =>
  others.reduce((least, rule) => (RULES.indexOf(rule) < RULES.indexOf(least) ? rule : least), first);

/** The freest rule that a merge strategy allows any field. */
export const ceiling = (strategy: MergeStrategy): FieldRule => CEILINGS[strategy];

export const CEILINGS: { readonly [Strategy in MergeStrategy]: FieldRule } = {
  overwrite_existing: 'overwrite',
  append_only: 'if_empty',
  ignore: 'on_create',
};

/** What each mode of "Modify system CDP fields" allows a field; one that is not selected is stricter. */
export const MODES: { readonly [Mode in ModifySystemFields['mode']]: FieldRule } = {
  selected: 'overwrite',
  if_empty: 'if_empty',
  none: 'on_create',
};

/**
 * The freest rule that "Modify system CDP fields" allows a system field of a person. A field that is not listed there
 * (external_id, language …) is only mapped if the user's own mapping names it, so the mode `selected` does not restrict it.
 */
export const allowance = (modify: ModifySystemFields, systemField: string): FieldRule => {
  const isUnselected =
    modify.mode === 'selected' &&
    MODIFIABLE_FIELDS.some((field) => field === systemField) &&
    !modify.fields.some((field) => field === systemField);
  return isUnselected ? 'on_create' : MODES[modify.mode];
};
