import { problemsOf } from '../airbyte/errors.ts';
import { isLoopback } from '../airbyte/loopback.ts';
import schema from '../schemas/destination-config.json' with { type: 'json' };
import { withoutBlanks } from '../schemas/blank-options.ts';
import { validator } from '../schemas/validator.ts';
import { objectProblems } from './object-problems.ts';

// The choices that the schema offers are lists here, or tables that implement them; a test compares the two.
export const FIND_STRATEGIES = ['next_if_previous_empty', 'any', 'all'] as const;
export const ORGANIZATION_FIND_STRATEGIES = ['next_if_previous_empty', 'any'] as const;
export const PERSON_KEYS = ['salesforce_id', 'email', 'phone'] as const;
export const ORGANIZATION_KEYS = ['salesforce_id', 'name', 'website'] as const;
export const NULL_RULES = ['ignore', 'clear'] as const;
export const DELETED_RECORDS = ['ignore', 'archive'] as const;
/** The fields listed in "Modify system CDP fields", by the names users select; all are selected by default. */
export const MODIFIABLE_FIELDS = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'city',
  'region',
  'country',
  'postal_code',
  'birthday',
  'email_permission',
  'sms_permission',
] as const;

export type MergeStrategy = 'append_only' | 'overwrite_existing' | 'ignore';
export type FindStrategy = (typeof FIND_STRATEGIES)[number];
export type PersonKey = (typeof PERSON_KEYS)[number];
export type OrganizationKey = (typeof ORGANIZATION_KEYS)[number];
export type FieldRule = 'on_create' | 'if_empty' | 'overwrite';
export type NullRule = (typeof NULL_RULES)[number];
export type Target = 'person' | 'organization' | 'person_activity' | 'organization_activity' | 'none';
export type ModifiableField = (typeof MODIFIABLE_FIELDS)[number];
export type DeletedRecords = (typeof DELETED_RECORDS)[number];

export type ModifySystemFields =
  | { readonly mode: 'selected'; readonly fields: readonly ModifiableField[] }
  | { readonly mode: 'if_empty' }
  | { readonly mode: 'none' };

export interface EntitySettings<Key> {
  readonly mergeStrategy: MergeStrategy;
  readonly createNew: boolean;
  /** In the order in which Ortto tries them; never empty, without duplicates. */
  readonly matchBy: readonly Key[];
  readonly findStrategy: FindStrategy;
}
export type PeopleSettings = EntitySettings<PersonKey>;
export type OrganizationSettings = EntitySettings<OrganizationKey>;

export interface FieldMapping {
  /** The Salesforce field; a parent's is written `Account.Name`. */
  readonly from: string;
  /** A system field's name, an Ortto field id, a custom field's name, or `none`. */
  readonly to: string;
  /** Ortto's display type. */
  readonly type: string | undefined;
  readonly rule: FieldRule | undefined;
  readonly nulls: NullRule | undefined;
  /** For a permission: which values mean what. Undefined where the field's name says it. */
  readonly consent: ConsentList | undefined;
}

/** The values of a permission's field that mean "opted out", or those that mean "opted in". */
export interface ConsentList {
  readonly kind: 'opted_out_when' | 'opted_in_when';
  /** Never empty, and none of them blank. */
  readonly values: readonly string[];
}

/** What is too much to be meant: more than both. */
export interface Limit {
  readonly records: number;
  readonly percent: number;
}

/** A user's changes to one stream; undefined means "as in the default mapping". */
export interface ObjectMapping {
  readonly stream: string;
  readonly target: Target | undefined;
  readonly fields: readonly FieldMapping[];
  readonly person: string | undefined;
  readonly activity:
    | {
        readonly name: string | undefined;
        readonly occurredAt: string | undefined;
        readonly identifiedBy: readonly string[] | undefined;
      }
    | undefined;
}

export interface DestinationConfig {
  readonly apiKey: string;
  /** Scheme and host, plus a gateway's path if there is one; without the API version. */
  readonly apiUrl: URL;
  readonly modifySystemFields: ModifySystemFields;
  readonly people: PeopleSettings;
  readonly organizations: OrganizationSettings;
  /** At most one entry per stream. */
  readonly objects: readonly ObjectMapping[];
  readonly mergeConvertedLeads: boolean;
  readonly deletedRecords: DeletedRecords;
  readonly linkPeopleToOrganizations: boolean;
  readonly limits: { readonly optedInWhen: Limit };
  readonly requestsPerSecond: number;
  /** Two capital letters. */
  readonly phoneCountry: string | undefined;
  readonly streamPrefix: string;
}

interface RawEntity<Key, Strategy extends FindStrategy> {
  merge_strategy?: MergeStrategy;
  create_new?: boolean;
  match_by?: Key[];
  find_strategy?: Strategy;
}

interface RawField {
  from: string;
  to: string;
  type?: string;
  rule?: FieldRule;
  nulls?: NullRule;
  opted_out_when?: string[];
  opted_in_when?: string[];
}

interface RawObject {
  stream: string;
  target?: Target;
  fields?: RawField[];
  person?: string;
  activity?: { name?: string; occurred_at?: string; identified_by?: string[] };
}

interface RawConfig {
  api_key: string;
  region?: keyof typeof REGION_HOSTS;
  api_url?: string;
  modify_system_fields?: { mode: 'selected'; fields?: ModifiableField[] } | { mode: 'if_empty' } | { mode: 'none' };
  people?: RawEntity<PersonKey, FindStrategy>;
  organizations?: RawEntity<OrganizationKey, (typeof ORGANIZATION_FIND_STRATEGIES)[number]>;
  objects?: RawObject[];
  merge_converted_leads?: boolean;
  deleted_records?: DeletedRecords;
  link_people_to_organizations?: boolean;
  limits?: { opted_in_when?: Partial<Limit> };
  requests_per_second?: number;
  phone_country?: string;
  stream_prefix?: string;
}

/** Ortto's hosts, one per region; a key is valid only in its own. */
export const REGION_HOSTS = {
  default: 'https://api.ap3api.com',
  au: 'https://api.au.ap3api.com',
  eu: 'https://api.eu.ap3api.com',
} as const;

const OPTED_IN_WHEN_LIMIT: Limit = { records: 1000, percent: 20 };

const validate = validator(schema);

/** The settings with every default filled in. Throws one ConfigError that lists all problems. */
export const parseConfig = (input: unknown): DestinationConfig => {
  const config = withoutBlanks(input, schema);
  const shape = validate(config);
  const raw = config as RawConfig;
  const problems = shape.length > 0 ? shape : [...urlProblems(raw), ...objectProblems(raw.objects ?? [])];
  if (problems.length > 0) {
    throw problemsOf('The configuration', problems);
  }
  return {
    apiKey: raw.api_key.trim(),
    apiUrl: new URL(raw.api_url ?? REGION_HOSTS[raw.region ?? 'default']),
    modifySystemFields: modifySystemFields(raw.modify_system_fields),
    people: entity<PersonKey>(raw.people, ['salesforce_id', 'email']),
    organizations: entity<OrganizationKey>(raw.organizations, ['salesforce_id']),
    objects: (raw.objects ?? []).map(objectMapping),
    mergeConvertedLeads: raw.merge_converted_leads ?? true,
    deletedRecords: raw.deleted_records ?? 'ignore',
    linkPeopleToOrganizations: raw.link_people_to_organizations ?? true,
    limits: { optedInWhen: { ...OPTED_IN_WHEN_LIMIT, ...raw.limits?.opted_in_when } },
    requestsPerSecond: raw.requests_per_second ?? 10,
    phoneCountry: raw.phone_country?.toUpperCase(),
    streamPrefix: raw.stream_prefix ?? '',
  };
};

const modifySystemFields = (raw: RawConfig['modify_system_fields']): ModifySystemFields => {
  if (raw !== undefined && raw.mode !== 'selected') return { mode: raw.mode };
  return { mode: 'selected', fields: raw?.fields ?? MODIFIABLE_FIELDS };
};

const entity = <Key>(
  raw: RawEntity<Key, FindStrategy> | undefined,
  defaultKeys: readonly Key[],
): EntitySettings<Key> => ({
  mergeStrategy: raw?.merge_strategy ?? 'overwrite_existing',
  createNew: raw?.create_new ?? true,
  matchBy: raw?.match_by ?? defaultKeys,
  findStrategy: raw?.find_strategy ?? 'next_if_previous_empty',
});

const objectMapping = (raw: RawObject): ObjectMapping => ({
  stream: raw.stream,
  target: raw.target,
  fields: (raw.fields ?? []).map((row) => {
    const { from, to, type, rule, nulls } = row;
    return { from, to, type, rule, nulls, consent: consentList(row) };
  }),
  person: raw.person,
  activity: raw.activity && {
    name: raw.activity.name,
    occurredAt: raw.activity.occurred_at,
    identifiedBy: raw.activity.identified_by?.length ? raw.activity.identified_by : undefined,
  },
});

const consentList = ({ opted_out_when: out, opted_in_when: optedIn }: RawField): ConsentList | undefined => {
  if (out !== undefined) return { kind: 'opted_out_when', values: out };
  return optedIn && { kind: 'opted_in_when', values: optedIn };
};

const urlProblems = ({ api_key, api_url }: RawConfig): string[] => {
  // A header cannot carry other characters. Pasting a key with its line break is a common mistake, which trim() repairs.
  const isKeyInvalid = /[^\x21-\x7e]/.test(api_key.trim()) || api_key.trim() === '';
  return [
    ...(isKeyInvalid
      ? ['api_key: must be the key itself: letters, digits and symbols, with no spaces or line breaks']
      : []),
    ...(api_url === undefined ? [] : addressProblems(api_url)),
  ];
};

const addressProblems = (text: string): string[] => {
  if (!URL.canParse(text)) return ['api_url: must be an address such as https://api.ap3api.com'];
  const url = new URL(text);
  return [
    ...(url.protocol === 'http:' && !isLoopback(url.hostname)
      ? ['api_url: must start with https:// (http:// is allowed for localhost only)']
      : []),
    ...(url.username || url.password ? ['api_url: must not contain a user name or password'] : []),
    ...(url.search || url.hash ? ['api_url: must not contain a query or a fragment'] : []),
  ];
};
