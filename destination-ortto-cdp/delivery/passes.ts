import type { JsonObject } from '../../airbyte/protocol.ts';
import type { FieldRule, FindStrategy } from '../config.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Write, WriteField } from '../records/mapped.ts';
import { RULES, strictest } from '../mapping/field-rules.ts';
import { PERSON_ID } from '../ortto/system-fields.ts';

// Ortto has one merge strategy per request; the mapping has one rule per field. So a batch goes out in passes. The first
// carries every field under the strictest rule among them: it creates new people complete and finds the existing ones. Each
// later pass carries, for those that existed, the fields of one freer rule.

/** One request of a batch. */
export interface Pass {
  readonly target: 'person' | 'organization';
  /** The rule that this pass applies to every field it carries. */
  readonly rule: FieldRule;
  /** The rule, of this pass or a later one, under which the batch fills the identity fields. */
  readonly identityRule: FieldRule;
  /** In the order of the body's rows. */
  readonly writes: readonly Write[];
  readonly body: JsonObject;
}

/** A write after the first pass of its batch, when its person or organization is known. */
export interface IdentifiedWrite {
  readonly write: Write;
  /** Whether it was in Ortto before this batch. */
  readonly existed: boolean;
  /**
   * What identifies it exactly. For a person, Ortto's person id. For an organization, the Salesforce id in its identity
   * field; undefined when that is empty, or can only be the write's own (see `mayCarryAnothersId`).
   */
  readonly address: string | undefined;
}

/** Ortto's numbers for rules and find strategies. */
export const MERGE_STRATEGY: { readonly [Rule in FieldRule]: 1 | 2 | 3 } = { overwrite: 2, if_empty: 1, on_create: 3 };
export const FIND_STRATEGY: { readonly [Strategy in FindStrategy]: 0 | 1 | 2 } = {
  any: 0,
  next_if_previous_empty: 1,
  all: 2,
};

/** The request that carries every write of a batch: one or more, all of one stream. */
export const firstPass = (writes: readonly Write[]): Pass => {
  const [some] = writes;
  if (some === undefined) throw new Error('A batch holds at least one write');
  const { mapping } = some;
  const present = new Set<FieldRule>();
  for (const { fields } of writes) for (const { rule } of fields) present.add(rule);
  const rules = RULES.filter((rule) => present.has(rule));
  const identity = identityRule(mapping, rules);
  const rule = strictest(identity, ...rules);
  const rows = writes.map((write) => row(mapping, rule, ownId(write), write.fields, 'replace'));
  const address = { mergeBy: mapping.keys, existingOnly: !mapping.createNew };
  return { target: mapping.target, rule, identityRule: identity, writes, body: body(mapping, rule, rows, address) };
};

/** Whether a write needs more than the first pass did; only then must its address be known. */
export const needsMore = (first: Pass, write: Write, existed: boolean): boolean =>
  (existed && mayLackId(first, write)) ||
  (existed && laterRules(first).some((rule) => fieldsUnder(first, write, rule).length > 0)) ||
  multiSelectsToAdd(first, write, existed).length > 0;

/**
 * Whether what these keys find may carry another record's Salesforce id, or none. Organizations are addressed by the id
 * they carry, so it must then be read from Ortto.
 */
export const mayCarryAnothersId = (mapping: EntityMapping): boolean => !foundById(mapping);

/**
 * The requests that follow, to be sent one after the other; none when no write needs more. No request holds two rows of
 * one person or organization. `found` are the writes of the first pass that Ortto accepted, in its order.
 */
export const laterPasses = (first: Pass, found: readonly IdentifiedWrite[]): Pass[] => {
  const needing = found.filter(({ write, existed }) => needsMore(first, write, existed));
  const passes = (
    rule: FieldRule,
    optionMode: OptionMode,
    fieldsOf: (each: IdentifiedWrite) => readonly SentField[],
  ): Pass[] =>
    withoutRepeats(needing.map((each) => ({ ...each, address: addressOf(each), fields: fieldsOf(each) }))).map((rows) =>
      laterPass(first, rule, optionMode, rows),
    );
  return [
    ...identityPasses(first, needing),
    ...laterRules(first).flatMap((rule) =>
      passes(rule, 'replace', ({ write, existed }) => (existed ? fieldsUnder(first, write, rule) : [])),
    ),
    ...passes('overwrite', 'add', ({ write, existed }) => multiSelectsToAdd(first, write, existed)),
  ];
};

export type SentField = Pick<WriteField, 'id' | 'type' | 'value'>;

/** What happens to the options that a multi-select already has. */
type OptionMode = 'replace' | 'add';

/** What is found already carries the record's id: it is the only key, or one that must match. */
const foundById = ({ keys, identity, findStrategy }: EntityMapping): boolean =>
  keys.includes(identity) && (keys.length === 1 || findStrategy === 'all');

/**
 * What is found carries the record's id or none, so writing it never replaces another's. With three keys that is not
 * certain: it is not documented what the third skips besides the second.
 */
const isExclusive = (mapping: EntityMapping): boolean =>
  foundById(mapping) ||
  (mapping.findStrategy === 'next_if_previous_empty' &&
    mapping.keys.length === 2 &&
    mapping.keys[0] === mapping.identity);

/** Identity is outside the chain of rules: always filled, never replaced. It joins a pass that is sent anyway, if possible. */
const identityRule = (mapping: EntityMapping, rules: readonly FieldRule[]): FieldRule => {
  if (foundById(mapping)) return rules.at(-1) ?? 'if_empty';
  return !rules.includes('if_empty') && rules.includes('overwrite') && isExclusive(mapping) ? 'overwrite' : 'if_empty';
};

/** Undefined values are not on the wire: an opt-out may have no id, and an empty one must not become anybody's. */
const ownId = ({ mapping, id }: Write): SentField => ({
  id: mapping.identity,
  type: 'text',
  value: id === '' ? undefined : id,
});

const laterRules = ({ rule }: Pass): readonly FieldRule[] => RULES.slice(RULES.indexOf(rule) + 1);

/** What a later pass under `rule` carries for an existing one. An organization's id is its address there in any case. */
const fieldsUnder = ({ identityRule: identity, target }: Pass, write: Write, rule: FieldRule): readonly SentField[] => {
  const fields = write.fields.filter((field) => field.rule === rule);
  const fills = target === 'person' && identity === rule && !foundById(write.mapping);
  return fills ? [ownId(write), ...fields] : fields;
};

/** An organization found by another key, in a pass that changes nothing, may not carry its Salesforce id yet. */
const mayLackId = ({ target, rule }: Pass, { mapping }: Write): boolean =>
  target === 'organization' && rule === 'on_create' && !foundById(mapping);

/** Fills the ids of organizations by the keys that found them, so that later passes can address them by it. */
const identityPasses = (first: Pass, found: readonly IdentifiedWrite[]): Pass[] =>
  withoutRepeats(
    found
      .filter(({ write, existed, address }) => existed && address === undefined && mayLackId(first, write))
      .map((each) => ({ ...each, address: each.write.id, fields: keyFields(each.write) })),
  ).map((rows) => {
    const mapping = mappingOf(rows);
    const bodies = rows.map(({ write, fields }) => row(mapping, 'if_empty', ownId(write), fields, 'replace'));
    const address = { mergeBy: mapping.keys, existingOnly: true };
    return {
      ...first,
      rule: 'if_empty',
      writes: rows.map(({ write }) => write),
      body: body(mapping, 'if_empty', bodies, address),
    };
  });

const keyFields = ({ keys }: Write): SentField[] =>
  keys.map(({ fieldId, value }) => ({ id: fieldId, type: 'text', value }));

/**
 * Multi-selects of organizations: it is not certain that accounts support clear_fields, and without it a set only grows. So
 * a pass that overwrites empties them, and this one, after it, fills them.
 */
const multiSelectsToAdd = ({ target, rule }: Pass, { fields }: Write, existed: boolean): readonly SentField[] =>
  target === 'organization' && (existed || rule === 'overwrite')
    ? fields.filter(({ type, value, rule: own }) => type === 'multi_select' && own === 'overwrite' && value !== null)
    : [];

interface AddressedRow {
  readonly write: Write;
  readonly address: string;
  readonly fields: readonly SentField[];
}

const addressOf = ({ write, existed, address }: IdentifiedWrite): string => {
  if (write.mapping.target === 'organization') return address ?? write.id;
  if (address === undefined && existed) throw new Error(`A person of ${write.mapping.stream} was found without an id`);
  return address ?? '';
};

/** The rows that carry fields, in as few groups as possible such that no group repeats an address, in order. */
const withoutRepeats = (rows: readonly AddressedRow[]): (readonly AddressedRow[])[] => {
  const counts = new Map<string, number>();
  const groups: AddressedRow[][] = [];
  for (const each of rows.filter(({ fields }) => fields.length > 0)) {
    const count = counts.get(each.address) ?? 0;
    counts.set(each.address, count + 1);
    const group = groups[count];
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
};

const mappingOf = (rows: readonly AddressedRow[]): EntityMapping => {
  const [some] = rows;
  if (some === undefined) throw new Error('A pass holds at least one row');
  return some.write.mapping;
};

const laterPass = (first: Pass, rule: FieldRule, optionMode: OptionMode, rows: readonly AddressedRow[]): Pass => {
  const mapping = mappingOf(rows);
  const key = mapping.target === 'person' ? PERSON_ID : mapping.identity;
  const bodies = rows.map(({ address, fields }) => row(mapping, rule, { id: key, value: address }, fields, optionMode));
  const writes = rows.map(({ write }) => write);
  return { ...first, rule, writes, body: body(mapping, rule, bodies, { mergeBy: [key], existingOnly: true }) };
};

/** `key` identifies the row. Null under a stricter rule would at best have no effect, so it is sent under overwrite alone. */
const row = (
  mapping: EntityMapping,
  rule: FieldRule,
  key: Pick<SentField, 'id' | 'value'>,
  sent: readonly SentField[],
  optionMode: OptionMode,
): JsonObject => {
  const overwrites = rule === 'overwrite';
  const fields: { [id: string]: unknown } = { [key.id]: key.value };
  let clear: { [id: string]: true } | undefined;
  for (const { id, type, value } of sent) {
    const replaced = overwrites && optionMode === 'replace' && type === 'multi_select';
    if (value === null && !overwrites) continue;
    fields[id] = replaced && mapping.target === 'organization' ? null : value;
    if (replaced && mapping.target === 'person') (clear ??= {})[id] = true;
  }
  return clear === undefined ? { fields } : { fields, clear_fields: clear };
};

const body = (
  mapping: EntityMapping,
  rule: FieldRule,
  rows: readonly JsonObject[],
  { mergeBy, existingOnly }: { readonly mergeBy: readonly string[]; readonly existingOnly: boolean },
): JsonObject => ({
  ...(mapping.target === 'person' ? { people: rows } : { accounts: rows }),
  async: false,
  merge_by: mergeBy,
  merge_strategy: MERGE_STRATEGY[rule],
  find_strategy: mergeBy.length === 1 ? FIND_STRATEGY.any : FIND_STRATEGY[mapping.findStrategy],
  // Not documented for accounts; those that must not be created are looked up beforehand.
  ...(mapping.target === 'person' ? { skip_non_existing: existingOnly } : {}),
});
