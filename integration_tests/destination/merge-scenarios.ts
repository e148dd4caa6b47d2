import * as fc from 'fast-check';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { FieldRule, FindStrategy, NullRule } from '../../destination-ortto-cdp/config.ts';
import type { Switches } from '../simulators/ortto/switches.ts';

// The scenarios in which merging is tried: settings, who was there before Salesforce came, and records.

export type Target = 'person' | 'organization';
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

export const SHAPES: { readonly [T in Target]: Shape } = {
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

export const RULES = ['on_create', 'if_empty', 'overwrite'] as const;
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

export const settingsOf = (target: Target): fc.Arbitrary<Settings> => {
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

export const recordOf = (target: Target): fc.Arbitrary<JsonObject> => {
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

export interface Scenario {
  readonly target: Target;
  readonly settings: Settings;
  readonly switches: Partial<Switches>;
  /** Who is there before Salesforce comes: none of them has a Salesforce id. */
  readonly others: readonly JsonObject[];
  readonly records: readonly JsonObject[];
}

export const scenarioOf = (target: Target): fc.Arbitrary<Scenario> =>
  fc.record({
    target: fc.constant(target),
    settings: settingsOf(target),
    switches: switchesOf,
    others: fc.array(recordOf(target), { maxLength: 2 }),
    records: fc.array(recordOf(target), { minLength: 1, maxLength: 6 }),
  });

/** The settings as the user writes them. */
export const settingsJson = ({ target, settings }: Scenario): JsonObject => ({
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
