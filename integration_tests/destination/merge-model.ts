import type { JsonObject } from '../../airbyte/protocol.ts';
import type { FieldRule } from '../../destination-ortto-cdp/config.ts';
import { RULES, SHAPES } from './merge-scenarios.ts';
import type { Target, Scenario } from './merge-scenarios.ts';

// A model of a CDP that knows no passes, no batches and no wire: it finds the entity a record is about, and applies the rule of each
// field as the settings spell it.

type Value = string | readonly string[] | boolean;
/** Values by the name of the Salesforce field; one that is not there is empty. */
type Entity = Map<string, Value>;

/** The entity a record is about, among these, oldest first. */
const meant = (entities: readonly Entity[], { target, settings }: Scenario, record: JsonObject): Entity | undefined => {
  const keys = settings.matchBy.map((key) => SHAPES[target].keys[key] ?? '');
  const present = keys.filter((key) => typeof record[key] === 'string' && record[key] !== '');
  if (settings.findStrategy === 'all') {
    return entities.find((entity) => present.length > 0 && present.every((key) => entity.get(key) === record[key]));
  }
  for (const key of present) {
    const before = settings.findStrategy === 'any' ? [] : keys.slice(0, keys.indexOf(key));
    const hit = entities.find((entity) => entity.get(key) === record[key] && before.every((one) => !entity.has(one)));
    if (hit !== undefined) return hit;
  }
  return undefined;
};

export const hasKey = ({ target, settings }: Scenario, record: JsonObject): boolean =>
  settings.matchBy.some((key) => Boolean(record[SHAPES[target].keys[key] ?? '']));

/** The rule of one field, read off the settings. */
const ruleIn = ({ target, settings }: Scenario, place: number, from: string): FieldRule => {
  const box = SHAPES[target].boxes[from];
  const limits: FieldRule[] = [settings.rows[place]?.rule ?? 'overwrite'];
  if (settings.mergeStrategy === 'append_only') limits.push('if_empty');
  if (settings.mergeStrategy === 'ignore') limits.push('on_create');
  if (box !== undefined && settings.modify.mode === 'none') limits.push('on_create');
  if (box !== undefined && settings.modify.mode === 'if_empty') limits.push('if_empty');
  if (box !== undefined && settings.modify.mode === 'selected' && !settings.modify.fields.includes(box)) {
    limits.push('on_create');
  }
  return RULES.find((rule) => limits.includes(rule)) ?? 'overwrite';
};

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

const put = (entity: Entity, field: string, value: unknown): void => {
  if (isEmpty(value)) entity.delete(field);
  else entity.set(field, Array.isArray(value) ? value.map(String).toSorted() : (value as Value));
};

export const applyToModel = (entities: Entity[], scenario: Scenario, record: JsonObject): void => {
  const { target, settings } = scenario;
  const shape = SHAPES[target];
  const known = meant(entities, scenario, record);
  if (known === undefined) {
    if (!settings.createNew) return;
    const fresh: Entity = new Map();
    for (const [from] of shape.fields) if (from in record) put(fresh, from, record[from]);
    put(fresh, 'Id', record['Id']);
    if (target === 'person') {
      put(fresh, 'AccountId', record['AccountId']);
      fresh.set('subscribed', record['HasOptedOutOfEmail'] !== true);
    }
    entities.push(fresh);
    return;
  }
  for (const [place, [from]] of shape.fields.entries()) {
    const rule = ruleIn(scenario, place, from);
    const nulls =
      settings.rows[place]?.nulls ?? (from === 'Title' || from === 'Type' || from === 'Topics__c' ? 'clear' : 'ignore');
    if (!(from in record) || (isEmpty(record[from]) && nulls === 'ignore')) continue;
    if (rule === 'overwrite' || (rule === 'if_empty' && !known.has(from))) put(known, from, record[from]);
  }
  if (!known.has('Id')) put(known, 'Id', record['Id']);
  if (target === 'organization' || settings.mergeStrategy === 'ignore') return;
  put(known, 'AccountId', record['AccountId']);
  const { modify } = settings;
  const ticked = modify.mode === 'selected' && modify.fields.includes('email_permission');
  if (ticked && record['HasOptedOutOfEmail'] === true) known.set('subscribed', false);
};

/**
 * Records in arrival order, in batches in which no two share a key, as the queue makes them, or mean one entity. The key
 * values an entity had before count too: a record that takes one away from it and a record that has it are a race, whose
 * outcome depends on what Ortto holds.
 */
export const batches = (
  scenario: Scenario,
  entities: readonly Entity[],
  records: readonly JsonObject[],
): JsonObject[][] => {
  const model = entities.map((entity) => new Map(entity));
  const keys = Object.values(SHAPES[scenario.target].keys);
  const done: JsonObject[][] = [[]];
  let taken = new Set<unknown>();
  for (const record of records) {
    const known = meant(model, scenario, record);
    const own = [
      ...(known === undefined ? [] : [known, ...keys.map((key) => `${key} ${String(known.get(key))}`)]),
      ...keys.map((key) => `${key} ${String(record[key])}`),
    ];
    if (own.some((each) => taken.has(each))) {
      done.push([]);
      taken = new Set();
    }
    for (const each of own) taken.add(each);
    done.at(-1)?.push(record);
    applyToModel(model, scenario, record);
  }
  return done;
};

/** What the model knows, of one whose fields are read by Ortto's id: the same picture as of an entity of the model. */
export const pictureOf = (target: Target, read: (id: string) => unknown): object => {
  const shape = SHAPES[target];
  const ids = [
    ...shape.fields.map(([from, , id]) => [from, id] as const),
    ['Id', shape.identity] as const,
    ...(target === 'person'
      ? [['AccountId', 'str:cm:salesforce-account-id'] as const, ['subscribed', 'bol::p'] as const]
      : []),
  ];
  return Object.fromEntries(
    ids.flatMap(([from, id]) => {
      const value = read(id);
      if (value === undefined) return [];
      return [[from, Array.isArray(value) ? value.map(String).toSorted() : value]];
    }),
  );
};

/** Puts the others into both scenarios, without a Salesforce id; `merge` sends one body to Ortto. */
export const settle = (scenario: Scenario, merge: (body: JsonObject) => void): Entity[] => {
  const shape = SHAPES[scenario.target];
  const entities: Entity[] = [];
  for (const other of scenario.others) {
    const entity: Entity = new Map();
    for (const [from] of shape.fields) if (!isEmpty(other[from] ?? null)) put(entity, from, other[from]);
    const key = shape.fields[0]?.[0] ?? '';
    if (!entity.has(key) || entities.some((one) => one.get(key) === entity.get(key))) continue;
    const fields = Object.fromEntries(
      shape.fields.flatMap(([from, , id]) => (entity.has(from) ? [[id, entity.get(from)]] : [])),
    );
    const rows = [{ fields }];
    const mergeBy = { merge_by: [shape.fields[0]?.[2]], merge_strategy: 2, find_strategy: 0 };
    merge({ [scenario.target === 'person' ? 'people' : 'accounts']: rows, ...mergeBy });
    if (scenario.target === 'person') entity.set('subscribed', true);
    entities.push(entity);
  }
  return entities;
};
