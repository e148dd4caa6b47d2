import type { JsonObject } from '../../airbyte/protocol.ts';
import type { FieldRule, FindStrategy } from '../config.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Write, WriteField } from '../records/mapped.ts';
import { RULES, strictest } from '../mapping/field-rules.ts';
import { PERSON_ID } from '../ortto/system-fields.ts';

// Ortto has one merge strategy a request; the mapping has a rule a field. So a batch goes out in passes. The first
// carries every field under the strictest rule among them: it creates whoever is new, whole, and finds the others. Each
// later pass carries, for those who existed, the fields of one freer rule.

/** One request of a batch. */
export interface Pass {
  readonly target: 'person' | 'organization';
  /** The rule that this pass applies to every field it carries. */
  readonly rule: FieldRule;
  /** Under which rule, of this pass or a later one, the batch fills the identity fields. */
  readonly identityRule: FieldRule;
  /** In the order of the body's rows. */
  readonly writes: readonly Write[];
  readonly body: JsonObject;
}

/** A write after the first pass of its batch, when it is known who it is about. */
export interface IdentifiedWrite {
  readonly write: Write;
  /** Whether Ortto had them before this batch. */
  readonly existed: boolean;
  /**
   * Who exactly it is. A person: Ortto's person id. An organization: the Salesforce id it carries in its identity field;
   * undefined when it carries none, or can only carry its own (see `mayCarryAnothersId`).
   */
  readonly address: string | undefined;
}

/** How Ortto spells rules and find strategies. */
const MERGE_STRATEGY: { readonly [Rule in FieldRule]: 1 | 2 | 3 } = { overwrite: 2, if_empty: 1, on_create: 3 };
const FIND_STRATEGY: { readonly [Strategy in FindStrategy]: 0 | 1 | 2 } = { any: 0, next_if_previous_empty: 1, all: 2 };

/** The request that all writes of a batch take part in; they are of one stream, and at least one. */
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

/** Whether a write needs more than the first pass did for it; only then must its address be known. */
export const needsMore = (first: Pass, write: Write, existed: boolean): boolean =>
  (existed && unclaimed(first, write)) ||
  (existed && laterRules(first).some((rule) => due(first, write, rule).length > 0)) ||
  refill(first, write, existed).length > 0;

/**
 * Whether those whom these keys find may carry another record's Salesforce id, or none. Organizations are addressed by
 * the id they carry, so then it must be read from Ortto.
 */
export const mayCarryAnothersId = (mapping: EntityMapping): boolean => !foundById(mapping);

/**
 * The requests that follow, to be sent one after the other; none when nobody needs more. No request holds two rows of
 * one person or organization. `found` are writes of the first pass that Ortto took, in its order.
 */
export const laterPasses = (first: Pass, found: readonly IdentifiedWrite[]): Pass[] => {
  const wanting = found.filter(({ write, existed }) => needsMore(first, write, existed));
  const passes = (rule: FieldRule, multi: Multi, fieldsOf: (each: IdentifiedWrite) => readonly Sent[]): Pass[] =>
    apart(wanting.map((each) => ({ ...each, address: addressOf(each), fields: fieldsOf(each) }))).map((rows) =>
      laterPass(first, rule, multi, rows),
    );
  return [
    ...claims(first, wanting),
    ...laterRules(first).flatMap((rule) =>
      passes(rule, 'replace', ({ write, existed }) => (existed ? due(first, write, rule) : [])),
    ),
    ...passes('overwrite', 'add', ({ write, existed }) => refill(first, write, existed)),
  ];
};

/** Gives the people of these leads the ids of the contacts they became; nobody is created or replaced. */
export const handOverBody = (
  handOvers: readonly { readonly mapping: EntityMapping; readonly personId: string; readonly contactId: string }[],
): JsonObject => ({
  people: handOvers.map(({ mapping, personId, contactId }) => ({
    fields: { [PERSON_ID]: personId, ...(mapping.handOver === undefined ? {} : { [mapping.handOver]: contactId }) },
  })),
  async: false,
  merge_by: [PERSON_ID],
  merge_strategy: MERGE_STRATEGY.if_empty,
  find_strategy: FIND_STRATEGY.any,
  skip_non_existing: true,
});

type Sent = Pick<WriteField, 'id' | 'type' | 'value'>;

/** What happens to the options a multi-select has. */
type Multi = 'replace' | 'add';

/** Whoever is found carries the record's id already: it is the only key, or one that must match. */
const foundById = ({ keys, identity, findStrategy }: EntityMapping): boolean =>
  keys.includes(identity) && (keys.length === 1 || findStrategy === 'all');

/**
 * Whoever is found carries the record's id or none, so writing it never replaces another's. With three keys that is not
 * certain: what the third looks past, besides the second, is not known.
 */
const isExclusive = (mapping: EntityMapping): boolean =>
  foundById(mapping) ||
  (mapping.findStrategy === 'next_if_previous_empty' &&
    mapping.keys.length === 2 &&
    mapping.keys[0] === mapping.identity);

/** The identity stands outside the lattice: always filled, never replaced. It rides on a pass there is anyhow, if one will do. */
const identityRule = (mapping: EntityMapping, rules: readonly FieldRule[]): FieldRule => {
  if (foundById(mapping)) return rules.at(-1) ?? 'if_empty';
  return !rules.includes('if_empty') && rules.includes('overwrite') && isExclusive(mapping) ? 'overwrite' : 'if_empty';
};

const ownId = ({ mapping, id }: Write): Sent => ({ id: mapping.identity, type: 'text', value: id });

const laterRules = ({ rule }: Pass): readonly FieldRule[] => RULES.slice(RULES.indexOf(rule) + 1);

/** What a later pass under `rule` has for someone who existed. An organization's id is its address there anyhow. */
const due = ({ identityRule: identity, target }: Pass, write: Write, rule: FieldRule): readonly Sent[] => {
  const fields = write.fields.filter((field) => field.rule === rule);
  const fills = target === 'person' && identity === rule && !foundById(write.mapping);
  return fills ? [ownId(write), ...fields] : fields;
};

/** An organization found by another key, in a pass that changes nothing, may not carry its Salesforce id yet. */
const unclaimed = ({ target, rule }: Pass, { mapping }: Write): boolean =>
  target === 'organization' && rule === 'on_create' && !foundById(mapping);

/** Fills the ids of organizations by the keys that found them, so that later passes can address them by it. */
const claims = (first: Pass, found: readonly IdentifiedWrite[]): Pass[] =>
  apart(
    found
      .filter(({ write, existed, address }) => existed && address === undefined && unclaimed(first, write))
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

const keyFields = ({ keys }: Write): Sent[] => keys.map(({ fieldId, value }) => ({ id: fieldId, type: 'text', value }));

/**
 * Multi-selects of organizations: whether accounts know clear_fields is not certain, and without it a set only grows. So
 * a pass that overwrites empties them, and this one, after it, fills them.
 */
const refill = ({ target, rule }: Pass, { fields }: Write, existed: boolean): readonly Sent[] =>
  target === 'organization' && (existed || rule === 'overwrite')
    ? fields.filter(({ type, value, rule: own }) => type === 'multi_select' && own === 'overwrite' && value !== null)
    : [];

interface Addressed {
  readonly write: Write;
  readonly address: string;
  readonly fields: readonly Sent[];
}

const addressOf = ({ write, existed, address }: IdentifiedWrite): string => {
  if (write.mapping.target === 'organization') return address ?? write.id;
  if (address === undefined && existed) throw new Error(`A person of ${write.mapping.stream} was found without an id`);
  return address ?? '';
};

/** Rows that have something to say, in as few groups as keep two rows of one address apart and in order. */
const apart = (rows: readonly Addressed[]): (readonly Addressed[])[] => {
  const turns = new Map<string, number>();
  const groups: Addressed[][] = [];
  for (const each of rows.filter(({ fields }) => fields.length > 0)) {
    const turn = turns.get(each.address) ?? 0;
    turns.set(each.address, turn + 1);
    const group = groups[turn];
    if (group === undefined) groups.push([each]);
    else group.push(each);
  }
  return groups;
};

const mappingOf = (rows: readonly Addressed[]): EntityMapping => {
  const [some] = rows;
  if (some === undefined) throw new Error('A pass holds at least one row');
  return some.write.mapping;
};

const laterPass = (first: Pass, rule: FieldRule, multi: Multi, rows: readonly Addressed[]): Pass => {
  const mapping = mappingOf(rows);
  const key = mapping.target === 'person' ? PERSON_ID : mapping.identity;
  const bodies = rows.map(({ address, fields }) => row(mapping, rule, { id: key, value: address }, fields, multi));
  const writes = rows.map(({ write }) => write);
  return { ...first, rule, writes, body: body(mapping, rule, bodies, { mergeBy: [key], existingOnly: true }) };
};

/** `key` tells whose row it is. Null under a stricter rule would say nothing at best, so it goes with overwrite alone. */
const row = (
  mapping: EntityMapping,
  rule: FieldRule,
  key: Pick<Sent, 'id' | 'value'>,
  sent: readonly Sent[],
  multi: Multi,
): JsonObject => {
  const overwrites = rule === 'overwrite';
  const fields: { [id: string]: unknown } = { [key.id]: key.value };
  let clear: { [id: string]: true } | undefined;
  for (const { id, type, value } of sent) {
    const replaced = overwrites && multi === 'replace' && type === 'multi_select';
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
  // Accounts are not known to have it; who must not be created there is looked up before.
  ...(mapping.target === 'person' ? { skip_non_existing: existingOnly } : {}),
});
