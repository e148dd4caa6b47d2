import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { FieldRule, FindStrategy } from '../config.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Write, WriteField } from '../records/mapped.ts';
import { firstPass, handOverBody, laterPasses, mayCarryAnothersId, needsMore } from './passes.ts';
import type { Pass } from './passes.ts';

// A model of Ortto as small as can be: who is found, and what a request does to them. It shares no code with merge.ts.

type Entity = Map<string, unknown>;
interface Ortto {
  readonly target: 'person' | 'organization';
  readonly entities: Map<string, Entity>;
  /** Whether accounts know clear_fields. */
  readonly clears: 'people' | 'both';
}

const KEY_BY_ID = 'str::person_id';

const find = (entities: Map<string, Entity>, keys: readonly (readonly [string, unknown])[], strategy: number) => {
  const all = [...entities];
  const has = (entity: Entity, [key, value]: readonly [string, unknown]) => entity.get(key) === value;
  if (strategy === 2) return all.find(([, entity]) => keys.length > 0 && keys.every((key) => has(entity, key)))?.[0];
  for (const [place, key] of keys.entries()) {
    const earlier = strategy === 1 ? keys.slice(0, place) : [];
    const hit = all.find(([, entity]) => has(entity, key) && earlier.every(([name]) => !entity.has(name)));
    if (hit) return hit[0];
  }
  return undefined;
};

const put = (entity: Entity, id: string, value: unknown): void => {
  if (value === null) entity.delete(id);
  else entity.set(id, value);
};

const byText = (one: unknown, two: unknown): number => String(one).localeCompare(String(two));

const union = (old: unknown, more: unknown): unknown =>
  Array.isArray(old) && Array.isArray(more) ? [...new Set<unknown>([...old, ...more])].toSorted(byText) : more;

interface Row {
  readonly fields: JsonObject;
  readonly clear_fields?: JsonObject;
}

/** Carries out one request; says for each row who it was and whether they existed. */
const request = (ortto: Ortto, { body }: Pass): ({ id: string; existed: boolean } | undefined)[] => {
  const rows = (body['people'] ?? body['accounts']) as readonly Row[];
  const mergeBy = body['merge_by'] as readonly string[];
  return rows.map(({ fields, clear_fields: clear = {} }) => {
    const given = Object.entries(fields).filter(([id, value]) => id !== KEY_BY_ID && value !== undefined);
    const keys = mergeBy.flatMap((key) =>
      fields[key] === undefined || fields[key] === null ? [] : [[key, fields[key]] as const],
    );
    const id =
      mergeBy[0] === KEY_BY_ID ? String(fields[KEY_BY_ID]) : find(ortto.entities, keys, Number(body['find_strategy']));
    const entity = id === undefined ? undefined : ortto.entities.get(id);
    if (id === undefined || entity === undefined) {
      if (body['skip_non_existing'] === true) return undefined;
      const fresh = `new ${ortto.entities.size}`;
      ortto.entities.set(fresh, new Map(given.filter(([, value]) => value !== null)));
      return { id: fresh, existed: false };
    }
    const honoured = ortto.target === 'person' || ortto.clears === 'both';
    for (const [field, value] of given) {
      if (body['merge_strategy'] === 1 && !entity.has(field)) put(entity, field, value);
      if (body['merge_strategy'] === 2) {
        if (honoured && clear[field] === true) entity.delete(field);
        put(entity, field, union(entity.get(field), value));
      }
    }
    return { id, existed: true };
  });
};

/** All passes of a batch, as delivery sends them: addresses come from the verdicts, or are read where they must be. */
const deliver = (ortto: Ortto, writes: readonly Write[]): Pass[] => {
  const first = firstPass(writes);
  const verdicts = request(ortto, first);
  const found = writes.flatMap((write, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined || !needsMore(first, write, verdict.existed)) return [];
    const carried = ortto.entities.get(verdict.id)?.get(write.mapping.identity);
    const read = mayCarryAnothersId(write.mapping) && typeof carried === 'string' ? carried : undefined;
    return [{ write, existed: verdict.existed, address: ortto.target === 'person' ? verdict.id : read }];
  });
  const later = laterPasses(first, found);
  for (const pass of later) request(ortto, pass);
  return [first, ...later];
};

/** What the rules say, field by field. */
const applyRules = (ortto: Ortto, { mapping, id, fields, keys }: Write): void => {
  const strategies = { any: 0, next_if_previous_empty: 1, all: 2 };
  const known = find(
    ortto.entities,
    keys.map(({ fieldId, value }) => [fieldId, value] as const),
    keys.length === 1 ? 0 : strategies[mapping.findStrategy],
  );
  const entity = known === undefined ? undefined : ortto.entities.get(known);
  if (entity === undefined) {
    if (mapping.createNew) {
      const values = fields.filter(({ value }) => value !== null).map((field) => [field.id, field.value] as const);
      ortto.entities.set(`new ${ortto.entities.size}`, new Map([[mapping.identity, id], ...values]));
    }
    return;
  }
  if (!entity.has(mapping.identity)) entity.set(mapping.identity, id);
  for (const { id: field, value, rule } of fields) {
    if (rule === 'overwrite' || (rule === 'if_empty' && !entity.has(field))) put(entity, field, value);
  }
};

const RULES = ['on_create', 'if_empty', 'overwrite'] as const;
const rule = fc.constantFrom<FieldRule>(...RULES);
const options = fc.subarray(['a', 'b', 'c'], { minLength: 1 });

interface FieldPlan {
  readonly id: string;
  readonly type: WriteField['type'];
  readonly rule: FieldRule;
}

const worlds = (target: 'person' | 'organization') => {
  const identity = target === 'person' ? 'id' : 'oid';
  const keyField = target === 'person' ? 'str::email' : 'str:o:name';
  const value = (type: string): fc.Arbitrary<unknown> =>
    type === 'multi_select' ? options : fc.constantFrom('x', 'y', 'z');
  const plans = fc.tuple(rule, rule, rule, rule).map((rules): FieldPlan[] =>
    [keyField, 'str:cm:one', 'str:cm:two', 'sst:cm:many'].map((id, index) => ({
      id,
      type: id.startsWith('sst') ? 'multi_select' : 'text',
      rule: rules[index] ?? 'overwrite',
    })),
  );
  const keyLists: (readonly string[])[] = [[identity], [keyField], [identity, keyField], [keyField, identity]];
  const finds: FindStrategy[] =
    target === 'person' ? ['any', 'next_if_previous_empty', 'all'] : ['any', 'next_if_previous_empty'];
  return plans.chain((fields) => {
    const entity = fc.record({
      [identity]: fc.option(fc.constantFrom('I1', 'I2', 'I3', 'other'), { nil: null }),
      ...Object.fromEntries(
        fields.map(({ id, type }) => [
          id,
          fc.option(id === keyField ? fc.constantFrom('e1', 'e2', 'e3') : value(type), { nil: null }),
        ]),
      ),
    });
    const sent = (plan: FieldPlan) =>
      fc.option(plan.rule === 'overwrite' ? fc.option(value(plan.type), { nil: null }) : value(plan.type), {
        nil: undefined,
      });
    const write = fc.tuple(
      fc.option(fc.constantFrom('e1', 'e2', 'e3'), { nil: undefined }),
      ...fields.slice(1).map(sent),
    );
    return fc.record({
      keys: fc.constantFrom(...keyLists),
      findStrategy: fc.constantFrom(...finds),
      createNew: fc.boolean(),
      clears: fc.constantFrom<Ortto['clears']>('people', 'both'),
      // The connector keeps ids unique; so must a world it is let loose on.
      existing: fc.uniqueArray(entity, { maxLength: 3, selector: (each) => each[identity] ?? {} }),
      writes: fc.array(write, { minLength: 1, maxLength: 3 }),
      fields: fc.constant(fields),
      identity: fc.constant(identity),
      target: fc.constant(target),
    });
  });
};

type World = ReturnType<typeof worlds> extends fc.Arbitrary<infer W> ? W : never;

const mappingOf = (world: World): EntityMapping => ({
  kind: 'entity',
  stream: 'Contact',
  object: 'Contact',
  target: world.target,
  fields: [],
  identity: world.identity,
  account: undefined,
  keys: world.keys,
  findStrategy: world.findStrategy,
  // Nobody is created among organizations only because delivery looks them up first; the passes always may.
  createNew: world.target === 'organization' || world.createNew,
  handOver: undefined,
  archiveDeleted: false,
});

const writesOf = (world: World): Write[] => {
  const mapping = mappingOf(world);
  return world.writes.flatMap((values, index) => {
    const id = `I${index + 1}`;
    const fields = world.fields.flatMap((plan, place): WriteField[] =>
      values[place] === undefined ? [] : [{ ...plan, value: values[place] }],
    );
    const keys = mapping.keys.flatMap((fieldId) => {
      const value = fieldId === mapping.identity ? id : fields.find((field) => field.id === fieldId)?.value;
      return value === undefined ? [] : [{ fieldId, value }];
    });
    return keys.length === 0
      ? []
      : [{ mapping, id, fields, keys, tokens: [], accountId: undefined, bytes: 0, cut: [] }];
  });
};

const orttoOf = (world: World): Ortto => ({
  target: world.target,
  clears: world.clears,
  entities: new Map(
    world.existing.map((each, index) => [
      `old ${index}`,
      new Map(Object.entries(each).filter(([, value]) => value !== null)),
    ]),
  ),
});

/** A batch never holds two writes that share a key; nor, here, two that mean one entity: those have a test of their own. */
const isBatch = (world: World, writes: readonly Write[]): boolean => {
  const keys = writes.flatMap((write) => write.keys.map(({ fieldId, value }) => `${fieldId} ${String(value)}`));
  const ortto = orttoOf(world);
  const probe = firstPass(writes);
  const hits = request(ortto, { ...probe, body: { ...probe.body, merge_strategy: 3, skip_non_existing: true } });
  const ids = hits.flatMap((hit) => (hit === undefined ? [] : [hit.id]));
  // An organization is addressed by the id it carries. Where a name finds one while another carries the record's id,
  // the id would come to stand in two, and no address tells them apart.
  const torn = writes.some(({ mapping: { identity }, id }, index) =>
    [...ortto.entities].some(([other, entity]) => entity.get(identity) === id && other !== hits[index]?.id),
  );
  if (world.target === 'organization' && torn) return false;
  return new Set(keys).size === keys.length && new Set(ids).size === ids.length;
};

const plain = (ortto: Ortto): JsonObject =>
  Object.fromEntries([...ortto.entities].map(([id, entity]) => [id, Object.fromEntries([...entity].toSorted(byText))]));

test.each(['person', 'organization'] as const)(
  'the passes of a batch do to each %s what the rules say field by field',
  (target) => {
    let batches = 0;
    fc.assert(
      fc.property(worlds(target), (world) => {
        const writes = writesOf(world);
        fc.pre(writes.length > 0 && isBatch(world, writes));
        batches += 1;
        const [actual, expected] = [orttoOf(world), orttoOf(world)];
        deliver(actual, writes);
        for (const write of writes) applyRules(expected, write);
        expect(plain(actual)).toEqual(plain(expected));
      }),
      { numRuns: 10_000 },
    );
    expect(batches).toBeGreaterThanOrEqual(10_000);
  },
);

test.each(['person', 'organization'] as const)('sending a batch of %s writes twice changes nothing', (target) => {
  fc.assert(
    fc.property(worlds(target), (world) => {
      const writes = writesOf(world);
      // A write whose own keys change whom it finds is not one write sent twice.
      fc.pre(writes.length > 0 && isBatch(world, writes) && world.keys[0] === world.identity);
      const ortto = orttoOf(world);
      deliver(ortto, writes);
      const once = plain(ortto);
      deliver(ortto, writes);
      expect(plain(ortto)).toEqual(once);
    }),
    { numRuns: 2_000 },
  );
});

const mapping: EntityMapping = {
  kind: 'entity',
  stream: 'Contact',
  object: 'Contact',
  target: 'person',
  fields: [],
  identity: 'str:cm:salesforce-contact-id',
  account: undefined,
  keys: ['str:cm:salesforce-contact-id', 'str::email'],
  findStrategy: 'next_if_previous_empty',
  createNew: true,
  handOver: undefined,
  archiveDeleted: false,
};

const write = (rules: readonly FieldRule[], changes: Partial<EntityMapping> = {}, id = '003'): Write => {
  const fields = rules.map((own, index): WriteField => ({
    id: `str:cm:f${index}`,
    type: 'text',
    value: 'v',
    rule: own,
  }));
  const email: WriteField = { id: 'str::email', type: 'text', value: `${id}@b.co`, rule: rules[0] ?? 'overwrite' };
  return {
    mapping: { ...mapping, ...changes },
    id,
    fields: [email, ...fields],
    keys: [
      { fieldId: mapping.identity, value: id },
      { fieldId: email.id, value: email.value },
    ],
    tokens: [],
    bytes: 0,
    accountId: undefined,
    cut: [],
  };
};

const strategies = (each: Write): unknown[] => {
  const first = firstPass([each]);
  const later = laterPasses(first, [{ write: each, existed: true, address: 'p1' }]);
  return [first, ...later].map(({ body }) => body['merge_strategy']);
};

test.each([
  ['overwrite alone', ['overwrite'], [2]],
  ['if_empty alone', ['if_empty'], [1]],
  ['on_create alone, and the id that is always filled', ['on_create'], [3, 1]],
  ['on_create and overwrite', ['on_create', 'overwrite'], [3, 2]],
  ['if_empty and overwrite', ['if_empty', 'overwrite'], [1, 2]],
  ['all three', ['on_create', 'if_empty', 'overwrite'], [3, 1, 2]],
] as const)('a batch takes no more requests than its rules need: %s', (_, rules, expected) => {
  expect(strategies(write(rules))).toEqual(expected);
});

test('someone found by the Salesforce id alone needs no pass to carry it', () => {
  expect(strategies(write(['on_create'], { keys: [mapping.identity] }))).toEqual([3]);
});

test('under any the id is only ever filled, so overwriting takes a second pass', () => {
  expect(strategies(write(['overwrite'], { findStrategy: 'any' }))).toEqual([1, 2]);
});

test('whoever was just created is left out of later passes', () => {
  const each = write(['on_create', 'overwrite']);
  const first = firstPass([each]);
  expect(needsMore(first, each, false)).toBe(false);
  expect(laterPasses(first, [{ write: each, existed: false, address: 'p1' }])).toEqual([]);
});

test('later passes address a person by Ortto id alone and create nobody', () => {
  const each = write(['on_create', 'overwrite']);
  const [later] = laterPasses(firstPass([each]), [{ write: each, existed: true, address: 'p1' }]);
  expect(later?.body).toEqual({
    people: [{ fields: { 'str::person_id': 'p1', 'str:cm:salesforce-contact-id': '003', 'str:cm:f1': 'v' } }],
    async: false,
    merge_by: ['str::person_id'],
    merge_strategy: 2,
    find_strategy: 0,
    skip_non_existing: true,
  });
});

test('two rows of one person go in different later requests, in their order', () => {
  const [one, two] = [write(['if_empty', 'overwrite'], {}, '003A'), write(['if_empty', 'overwrite'], {}, '003B')];
  const found = [one, two].map((each) => ({ write: each, existed: true, address: 'p1' }));
  const later = laterPasses(firstPass([one, two]), found);
  expect(later.map(({ writes }) => writes.map(({ id }) => id))).toEqual([['003A'], ['003B']]);
});

test('create_new false creates nobody', () => {
  expect(firstPass([write(['overwrite'], { createNew: false })]).body['skip_non_existing']).toBe(true);
});

test('a person without an address is a bug, not a guess', () => {
  const each = write(['on_create', 'overwrite']);
  expect(() => laterPasses(firstPass([each]), [{ write: each, existed: true, address: undefined }])).toThrow(
    /without an id/,
  );
});

test('a hand-over fills the contact id of the person the lead had, and creates nobody', () => {
  const lead = { ...mapping, identity: 'str:cm:salesforce-lead-id', handOver: 'str:cm:salesforce-contact-id' };
  expect(handOverBody([{ mapping: lead, personId: '00ab', contactId: '0031' }])).toEqual({
    people: [{ fields: { 'str::person_id': '00ab', 'str:cm:salesforce-contact-id': '0031' } }],
    async: false,
    merge_by: ['str::person_id'],
    merge_strategy: 1,
    find_strategy: 0,
    skip_non_existing: true,
  });
});
