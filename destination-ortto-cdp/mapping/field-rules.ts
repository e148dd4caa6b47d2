import schema from '../../schemas/destination-config.json' with { type: 'json' };
import type { FieldRule, MergeStrategy, ModifySystemFields } from '../config.ts';

// When a field may change on an existing person or organization. The rules form a chain, so several combine to the strictest.

/** From the strictest to the freest. */
export const RULES: readonly FieldRule[] = ['on_create', 'if_empty', 'overwrite'];

/** The strictest of the rules. */
export const strictest = (first: FieldRule, ...others: readonly FieldRule[]): FieldRule =>
  others.reduce((least, rule) => (RULES.indexOf(rule) < RULES.indexOf(least) ? rule : least), first);

/** The freest rule that a merge strategy allows any field. */
export const ceiling = (strategy: MergeStrategy): FieldRule => CEILINGS[strategy];

const CEILINGS: { readonly [Strategy in MergeStrategy]: FieldRule } = {
  overwrite_existing: 'overwrite',
  append_only: 'if_empty',
  ignore: 'on_create',
};

/** The fields listed in modify_system_fields. */
const LISTED_FIELDS: readonly string[] = schema.properties.modify_system_fields.default.fields;

/**
 * The freest rule that "Modify system CDP fields" allows a system field of a person. A field that is not listed there
 * (external_id, language …) is only mapped if the user's own mapping names it, so the mode `selected` does not restrict it.
 */
export const allowance = (modify: ModifySystemFields, systemField: string): FieldRule => {
  if (modify.mode === 'none') return 'on_create';
  if (modify.mode === 'if_empty') return 'if_empty';
  return !LISTED_FIELDS.includes(systemField) || modify.fields.some((field) => field === systemField)
    ? 'overwrite'
    : 'on_create';
};
