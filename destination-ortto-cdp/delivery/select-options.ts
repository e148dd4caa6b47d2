import type { Ortto } from '../ortto/api.ts';
import type { Entity } from '../ortto/paths.ts';
import type { DisplayType } from '../ortto/field-types.ts';
import type { Write } from '../records/mapped.ts';

/**
 * Gives custom select fields the options that writes are about to use. It is not documented whether Ortto accepts a value
 * outside a field's options, and only those options can be chosen in Ortto's filters.
 */
export type EnsureOptions = (writes: readonly Write[]) => Promise<void>;

export const createSelectOptions = (ortto: Ortto): EnsureOptions => {
  const known = new Map<Entity, Promise<Map<string, Set<string>>>>();
  /** Additions under way; a batch that uses options waits for all of them. */
  let adding: Promise<void> = Promise.resolve();

  const optionsOf = (entity: Entity) => {
    const options = known.get(entity) ?? ortto.selectOptions(entity).then(asSets);
    known.set(entity, options);
    return options;
  };

  return async (writes) => {
    const target = writes[0]?.mapping.target;
    const used = usedOptions(writes);
    if (target === undefined || used.size === 0) return;
    const options = await optionsOf(target);
    const missing = [...used].flatMap(([fieldId, values]) => {
      const existing = options.get(fieldId);
      const fresh = existing === undefined ? [] : [...values].filter((value) => !existing.has(value));
      for (const value of fresh) existing?.add(value);
      return fresh.length > 0 ? [{ fieldId, values: fresh }] : [];
    });
    const { stream } = writes[0]?.mapping ?? { stream: '' };
    const add = async (before: Promise<void>) => {
      await before;
      for (const { fieldId, values } of missing) await ortto.addOptions(stream, target, fieldId, values);
    };
    adding = add(adding);
    await adding;
  };
};

const usedOptions = (writes: readonly Write[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const used = new Map<string, Set<string>>();
  for (const { mapping, fields } of writes) {
    if (!mapping.fields.some(isSelect)) continue;
    for (const { id, value } of fields.filter(isSelect)) {
      const values = used.get(id) ?? new Set();
      used.set(id, values);
      for (const option of [value].flat()) if (typeof option === 'string') values.add(option);
    }
  }
  return used;
};

const isSelect = ({ type }: { readonly type: DisplayType }): boolean =>
  type === 'single_select' || type === 'multi_select';

const asSets = (options: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> =>
  new Map([...options].map(([fieldId, values]) => [fieldId, new Set(values)]));
