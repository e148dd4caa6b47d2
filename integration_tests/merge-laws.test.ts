import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConfiguredCatalog, JsonObject } from '../airbyte/protocol.ts';
import { parseConfig } from '../destination-ortto-cdp/config.ts';
import type { DestinationConfig, FieldRule, FindStrategy, NullRule } from '../destination-ortto-cdp/config.ts';
import type { Write } from '../destination-ortto-cdp/mapped.ts';
import { planMapping } from '../destination-ortto-cdp/mapping.ts';
import type { StreamMapping } from '../destination-ortto-cdp/mapping.ts';
import { firstPass, laterPasses, mayCarryAnothersId, needsMore } from '../destination-ortto-cdp/merge.ts';
import type { Pass } from '../destination-ortto-cdp/merge.ts';
import { mapRecord } from '../destination-ortto-cdp/record.ts';
import { createCustomField } from './simulators/ortto/custom-fields.ts';
import { createInstance } from './simulators/ortto/instance.ts';
import type { Instance } from './simulators/ortto/instance.ts';
import { mergeOrganizations, mergePeople } from './simulators/ortto/merge.ts';
import type { Switches } from './simulators/ortto/switches.ts';

// Records go through the real mapping and the real passes into the embedded Ortto; beside it stands a model that knows
// no passes: it finds whom a record means, and applies the rule of each field as the settings spell it.

type Target = 'person' | 'organization';
type Value = string | readonly string[] | boolean;
/** Values by the name of the Salesforce field; one that is not there is empty. */
type Entity = Map<string, Value>;

interface Shape {
  readonly stream: string;
  readonly id: (serial: number) => string;
  /** Field, its `to` in Ortto, and the id under which the embedded Ortto shows it. */
  readonly fields: readonly (readonly [from: string, to: string, id: string])[];
  readonly identity: string;
  /** The field behind each match key, `Id` for the record's own id. */
  readonly keys: { readonly [key: string]: string };
  readonly boxes: { readonly [from: string]: string };
}

const SHAPES: { readonly [T in Target]: Shape } = {
  person: {
    stream: 'Contact',
    id: (serial) => `0035g0000000${serial}aaAAA`,
    fields: [
      ['Email', 'email', 'str::email'],
      ['FirstName', 'first_name', 'str::first'],
      ['Title', 'Job title', 'str:cm:job-title'],
      ['Topics__c', 'Topics', 'sst:cm:topics'],
    ],
    identity: 'str:cm:salesforce-contact-id',
    keys: { salesforce_id: 'Id', email: 'Email' },
    boxes: { Email: 'email', FirstName: 'first_name' },
  },
  organization: {
    stream: 'Account',
    id: (serial) => `0015g0000000${serial}aaAAA`,
    fields: [
      ['Name', 'name', 'str:o:name'],
      ['Industry', 'industry', 'str:o:industry'],
      ['Type', 'Account type', 'str:oc:account-type'],
      ['Topics__c', 'Topics', 'sst:oc:topics'],
    ],
    identity: 'str:oc:salesforce-account-id',
    keys: { salesforce_id: 'Id', name: 'Name' },
    boxes: {},
  },
};

const RULES = ['on_create', 'if_empty', 'overwrite'] as const;
const WORDS = ['ada', 'bo', 'cy'];

interface Settings {
  readonly mergeStrategy: 'append_only' | 'overwrite_existing' | 'ignore';
  readonly findStrategy: FindStrategy;
  readonly createNew: boolean;
  readonly matchBy: readonly string[];
  readonly modify:
    | { readonly mode: 'selected'; readonly fields: readonly string[] }
    | { readonly mode: 'if_empty' | 'none' };
  readonly rows: readonly { readonly rule: FieldRule | undefined; readonly nulls: NullRule | undefined }[];
}

const settingsOf = (target: Target): fc.Arbitrary<Settings> => {
  const shape = SHAPES[target];
  const own = Object.keys(shape.keys).filter((key) => key !== 'salesforce_id');
  return fc.record({
    mergeStrategy: fc.constantFrom('append_only', 'overwrite_existing', 'ignore'),
    findStrategy: fc.constantFrom<FindStrategy>(
      'next_if_previous_empty',
      'any',
      ...(target === 'person' ? (['all'] as const) : []),
    ),
    // Organizations that must not be created are looked up by delivery, before the passes.
    createNew: target === 'person' ? fc.boolean() : fc.constant(true),
    matchBy: fc.constantFrom(
      ['salesforce_id'],
      ['salesforce_id', ...own],
      ...(target === 'person' ? [own, [...own, 'salesforce_id']] : []),
    ),
    modify: fc.oneof(
      fc.record({
        mode: fc.constant('selected' as const),
        fields: fc.subarray(['email', 'first_name', 'email_permission']),
      }),
      fc.record({ mode: fc.constantFrom('if_empty' as const, 'none' as const) }),
    ),
    rows: fc.array(
      fc.record({
        rule: fc.option(fc.constantFrom(...RULES), { nil: undefined }),
        nulls: fc.option(fc.constantFrom<NullRule>('ignore', 'clear'), { nil: undefined }),
      }),
      { minLength: shape.fields.length, maxLength: shape.fields.length },
    ),
  });
};

const valueOf = (from: string): fc.Arbitrary<string | readonly string[] | null | undefined> => {
  if (from === 'Topics__c') return fc.option(fc.subarray(WORDS), { nil: null });
  const email = from === 'Email';
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...WORDS.map((word) => (email ? `${word}@corp.test` : word))) },
    { weight: 2, arbitrary: fc.constantFrom(null, '') },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
};

const recordOf = (target: Target): fc.Arbitrary<JsonObject> => {
  const shape = SHAPES[target];
  return fc
    .record({
      Id: fc.nat(3).map(shape.id),
      HasOptedOutOfEmail: fc.constantFrom(true, false, false, null),
      AccountId: fc.constantFrom(null, ...[1, 2].map(SHAPES.organization.id)),
      ...Object.fromEntries(shape.fields.map(([from]) => [from, valueOf(from)])),
    })
    .map((record: JsonObject) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
};

const switchesOf: fc.Arbitrary<Partial<Switches>> = fc.record({
  nullUnderAppend: fc.constantFrom('ignored', 'clears'),
  organizationClearFields: fc.constantFrom('honoured', 'ignored'),
  textMatch: fc.constantFrom('sensitive', 'insensitive'),
  duplicatesInRequest: fc.constantFrom('sequential', 'race'),
});

interface World {
  readonly target: Target;
  readonly settings: Settings;
  readonly switches: Partial<Switches>;
  /** Who is there before Salesforce comes: nobody of them carries a Salesforce id. */
  readonly others: readonly JsonObject[];
  readonly records: readonly JsonObject[];
}

const worldOf = (target: Target): fc.Arbitrary<World> =>
  fc.record({
    target: fc.constant(target),
    settings: settingsOf(target),
    switches: switchesOf,
    others: fc.array(recordOf(target), { maxLength: 2 }),
    records: fc.array(recordOf(target), { minLength: 1, maxLength: 6 }),
  });

const configOf = ({ target, settings }: World): DestinationConfig =>
  parseConfig({
    api_key: 'key',
    modify_system_fields: settings.modify,
    [target === 'person' ? 'people' : 'organizations']: {
      merge_strategy: settings.mergeStrategy,
      find_strategy: settings.findStrategy,
      create_new: settings.createNew,
      match_by: settings.matchBy,
    },
    objects: [
      {
        stream: SHAPES[target].stream,
        fields: SHAPES[target].fields.map(([from, to], index) => ({ from, to, ...settings.rows[index] })),
      },
    ],
  });

const catalogOf = (target: Target): ConfiguredCatalog => {
  const shape = SHAPES[target];
  const names = ['Id', ...shape.fields.map(([from]) => from), ...(target === 'person' ? ['AccountId'] : [])];
  const properties = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    Topics__c: { type: 'array' as const },
    ...(target === 'person' ? { HasOptedOutOfEmail: { type: 'boolean' as const } } : {}),
  };
  return {
    streams: [
      {
        stream: {
          name: shape.stream,
          json_schema: { type: 'object', properties },
          supported_sync_modes: ['incremental'],
        },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      },
    ],
  };
};

/** The mapping, with the custom fields it needs created in the embedded Ortto. */
const prepare = (instance: Instance, world: World): StreamMapping => {
  const none = { person: [], organization: [], personActivities: [], organizationActivities: [] };
  const plan = planMapping(configOf(world), catalogOf(world.target), none);
  expect(plan.problems).toEqual([]);
  for (const field of plan.missing.person) createCustomField(instance, instance.people, field);
  for (const field of plan.missing.organization) createCustomField(instance, instance.organizations, field);
  const [mapping] = plan.streams;
  if (mapping === undefined) throw new Error('The plan has a stream');
  return mapping;
};

const send = (
  instance: Instance,
  { target, body }: Pass,
): { readonly id: string | undefined; readonly status: unknown }[] => {
  const answer = target === 'person' ? mergePeople(instance, body) : mergeOrganizations(instance, body);
  const rows = (answer.body as JsonObject)[target === 'person' ? 'people' : 'accounts'] as readonly JsonObject[];
  return rows.map((row) => {
    const id = row['person_id'] ?? row['account_id'];
    return { status: row['status'], id: typeof id === 'string' ? id : undefined };
  });
};

const deliver = (instance: Instance, writes: readonly Write[]): void => {
  const first = firstPass(writes);
  const verdicts = send(instance, first);
  const store = first.target === 'person' ? instance.people : instance.organizations;
  const found = writes.flatMap((write, index) => {
    const { id, status } = verdicts[index] ?? {};
    const existed = status !== 'created';
    if (id === undefined || !needsMore(first, write, existed)) return [];
    const carried = store.get(id)?.fields.get(write.mapping.identity);
    const read = mayCarryAnothersId(write.mapping) && typeof carried === 'string' ? carried : undefined;
    return [{ write, existed, address: first.target === 'person' ? id : read }];
  });
  for (const pass of laterPasses(first, found)) send(instance, pass);
};

/** Whom a record means among the entities, oldest first. */
const meant = (entities: readonly Entity[], { target, settings }: World, record: JsonObject): Entity | undefined => {
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

const hasKey = ({ target, settings }: World, record: JsonObject): boolean =>
  settings.matchBy.some((key) => Boolean(record[SHAPES[target].keys[key] ?? '']));

/** The rule of one field, read off the settings. */
const ruleIn = ({ target, settings }: World, place: number, from: string): FieldRule => {
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

const applyToModel = (entities: Entity[], world: World, record: JsonObject): void => {
  const { target, settings } = world;
  const shape = SHAPES[target];
  const known = meant(entities, world, record);
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
    const rule = ruleIn(world, place, from);
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
 * values an entity had before count too: a record that takes one away from it and a record that has it are a race, which
 * nobody can win who does not know what Ortto holds.
 */
const batches = (world: World, entities: readonly Entity[], records: readonly JsonObject[]): JsonObject[][] => {
  const model = entities.map((entity) => new Map(entity));
  const keys = Object.values(SHAPES[world.target].keys);
  const done: JsonObject[][] = [[]];
  let taken = new Set<unknown>();
  for (const record of records) {
    const known = meant(model, world, record);
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
    applyToModel(model, world, record);
  }
  return done;
};

const shown = (instance: Instance, target: Target): unknown[] => {
  const shape = SHAPES[target];
  const store = target === 'person' ? instance.people : instance.organizations;
  const ids = [
    ...shape.fields.map(([from, , id]) => [from, id] as const),
    ['Id', shape.identity] as const,
    ...(target === 'person'
      ? [['AccountId', 'str:cm:salesforce-account-id'] as const, ['subscribed', 'bol::p'] as const]
      : []),
  ];
  return Array.from(store.all(), (entity) =>
    Object.fromEntries(
      ids.flatMap(([from, id]) => {
        const value = entity.fields.get(id);
        if (value === undefined) return [];
        return [[from, Array.isArray(value) ? value.map(String).toSorted() : value]];
      }),
    ),
  );
};

/** Puts the others into both worlds without a Salesforce id. */
const settle = (instance: Instance, world: World): Entity[] => {
  const shape = SHAPES[world.target];
  const entities: Entity[] = [];
  for (const other of world.others) {
    const entity: Entity = new Map();
    for (const [from] of shape.fields) if (!isEmpty(other[from] ?? null)) put(entity, from, other[from]);
    const key = shape.fields[0]?.[0] ?? '';
    if (!entity.has(key) || entities.some((one) => one.get(key) === entity.get(key))) continue;
    const fields = Object.fromEntries(
      shape.fields.flatMap(([from, , id]) => (entity.has(from) ? [[id, entity.get(from)]] : [])),
    );
    const rows = [{ fields }];
    const mergeBy = { merge_by: [shape.fields[0]?.[2]], merge_strategy: 2, find_strategy: 0 };
    if (world.target === 'person') mergePeople(instance, { people: rows, ...mergeBy });
    else mergeOrganizations(instance, { accounts: rows, ...mergeBy });
    if (world.target === 'person') entity.set('subscribed', true);
    entities.push(entity);
  }
  return entities;
};

test.each([
  ['person', 10_000],
  ['organization', 4_000],
] as const)(
  'whatever the settings, the embedded Ortto has for each %s what the rules say field by field (%d cases)',
  (target, numRuns) => {
    fc.assert(
      fc.property(worldOf(target), (world) => {
        const instance = createInstance({ switches: world.switches });
        const mapping = prepare(instance, world);
        const model = settle(instance, world);
        expect(shown(instance, target)).toEqual(model.map((entity) => Object.fromEntries(entity)));
        const records = world.records.filter((record) => hasKey(world, record));
        for (const batch of batches(world, model, records)) {
          const writes = batch.flatMap((record) => {
            const mapped = mapRecord(mapping, record, 0);
            return mapped.kind === 'write' ? [mapped.write] : [];
          });
          expect(writes).toHaveLength(batch.length);
          if (writes.length > 0) deliver(instance, writes);
          for (const record of batch) applyToModel(model, world, record);
          expect(shown(instance, target)).toEqual(model.map((entity) => Object.fromEntries(entity)));
        }
      }),
      { numRuns },
    );
  },
);

test('no sequence of syncs, and no settings, turns an opt-out into an opt-in', () => {
  const syncs = fc.array(
    fc.record({ records: fc.array(recordOf('person'), { minLength: 1, maxLength: 3 }), leaves: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(
      fc.tuple(worldOf('person'), syncs, fc.array(settingsOf('person'), { minLength: 4, maxLength: 4 })),
      ([world, rounds, changes]) => {
        const instance = createInstance({ switches: world.switches });
        const out = new Set<string>();
        for (const [index, { records, leaves }] of rounds.entries()) {
          // Settings may change from one sync to the next.
          const now: World = { ...world, settings: changes[index] ?? world.settings, records };
          // The first sync creates the custom fields; later ones would be refused.
          const mapping = prepare(index === 0 ? instance : createInstance(), now);
          for (const record of records.filter((one) => hasKey(now, one))) {
            const mapped = mapRecord(mapping, record, 0);
            if (mapped.kind === 'write') deliver(instance, [mapped.write]);
          }
          if (leaves) {
            for (const person of instance.people.all()) instance.people.set(person, 'bol::p', false);
          }
          const subscribed = Array.from(instance.people.all()).filter(({ fields }) => fields.get('bol::p') === true);
          expect(subscribed.filter(({ id }) => out.has(id))).toEqual([]);
          for (const { id, fields } of instance.people.all()) if (fields.get('bol::p') === false) out.add(id);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
