import { BOXES } from '../config.ts';
import type { FieldRule, MergeStrategy, ModifySystemFields } from '../config.ts';

// When a field of someone who exists may change. The rules form a chain, so any number of them combine to the smallest.

/** From the strictest to the freest. */
export const RULES: readonly FieldRule[] = ['on_create', 'if_empty', 'overwrite'];

/** The smallest of the rules. */
export const strictest = (first: FieldRule, ...others: readonly FieldRule[]): FieldRule =>
  others.reduce((least, rule) => (RULES.indexOf(rule) < RULES.indexOf(least) ? rule : least), first);

/** What a merge strategy lets any field of an existing person or organization do. */
export const ceiling = (strategy: MergeStrategy): FieldRule => CEILINGS[strategy];

export const CEILINGS: { readonly [Strategy in MergeStrategy]: FieldRule } = {
  overwrite_existing: 'overwrite',
  append_only: 'if_empty',
  ignore: 'on_create',
};

/** What each mode of "Modify system CDP fields" lets a field do; a box that is not ticked is stricter. */
export const MODES: { readonly [Mode in ModifySystemFields['mode']]: FieldRule } = {
  selected: 'overwrite',
  if_empty: 'if_empty',
  none: 'on_create',
};

/**
 * What "Modify system CDP fields" lets a system field of a person do. One without a box (external_id, language …) is
 * there only because the user's own mapping names it, so it is free in the mode `selected`.
 */
export const allowance = (modify: ModifySystemFields, systemField: string): FieldRule => {
  const isUnticked =
    modify.mode === 'selected' &&
    BOXES.some((box) => box === systemField) &&
    !modify.fields.some((field) => field === systemField);
  return isUnticked ? 'on_create' : MODES[modify.mode];
};
