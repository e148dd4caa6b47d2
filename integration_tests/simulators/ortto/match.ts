import type { Entity, Store } from './store.ts';
import type { Switches } from './switches.ts';
import { keyText } from './values.ts';

// How Ortto finds the person or account a row is about: its find strategies (docs/vendors.md, Matching).

export type FindStrategy = 0 | 1 | 2;

export interface MatchKey {
  readonly fieldId: string;
  /** The row's value in stored form; undefined or null when it has none. */
  readonly value: unknown;
  /** Fields whose value counts as this key's as well (merge_by_alt_fields). */
  readonly alternatives: readonly string[];
}

type Accept = (entity: Entity) => boolean;

const winner = (candidates: Iterable<Entity>, switches: Switches): Entity | undefined => {
  let best: Entity | undefined;
  for (const entity of candidates) {
    const older = best === undefined || entity.serial < best.serial;
    if (best === undefined || older === (switches.keyWinner === 'oldest')) best = entity;
  }
  return best;
};

// The living come before the archived, the key's own field before its alternatives.
const findByKey = (store: Store, key: MatchKey, switches: Switches, accept: Accept): Entity | undefined => {
  const text = keyText(key.fieldId, key.value, switches);
  if (text === undefined) return undefined;
  for (const archived of switches.archivedMatch === 'unseen' ? [false] : [false, true]) {
    for (const fieldId of [key.fieldId, ...key.alternatives]) {
      const candidates: Entity[] = [];
      for (const entity of store.holders(fieldId, text)) {
        if ((entity.archivedAt !== undefined) === archived && accept(entity)) candidates.push(entity);
      }
      const found = winner(candidates, switches);
      if (found !== undefined) return found;
    }
  }
  return undefined;
};

const holds = (entity: Entity, key: MatchKey, switches: Switches): boolean => {
  const text = keyText(key.fieldId, key.value, switches);
  return [key.fieldId, ...key.alternatives].some(
    (fieldId) => keyText(fieldId, entity.fields.get(fieldId), switches) === text,
  );
};

const isPresent = (key: MatchKey, switches: Switches): boolean =>
  keyText(key.fieldId, key.value, switches) !== undefined;

/** Keys in the order of merge_by, those without a value included: find strategy 1 minds their place. */
export const findMatch = (
  store: Store,
  keys: readonly MatchKey[],
  strategy: FindStrategy,
  switches: Switches,
): Entity | undefined => {
  const present = keys.filter((key) => isPresent(key, switches));
  if (strategy === 2) {
    const [first, ...rest] = present;
    return first === undefined
      ? undefined
      : findByKey(store, first, switches, (entity) => rest.every((key) => holds(entity, key, switches)));
  }
  for (const key of present) {
    const before = keys.slice(0, keys.indexOf(key));
    const unclaimed = before
      .slice(switches.previousKeys === 'all-empty' ? 0 : -1)
      .filter((earlier) => switches.missingFirstKey === 'unclaimed' || isPresent(earlier, switches));
    const found = findByKey(
      store,
      key,
      switches,
      (entity) => strategy === 0 || unclaimed.every((earlier) => !entity.fields.has(earlier.fieldId)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Whether any key has a value to look for. */
export const hasKey = (keys: readonly MatchKey[], switches: Switches): boolean =>
  keys.some((key) => isPresent(key, switches));
