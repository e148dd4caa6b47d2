import { problemsOf } from '../airbyte/errors.ts';
import { isLoopback } from '../airbyte/loopback.ts';
import schema from '../schemas/source-config.json' with { type: 'json' };
import { withoutBlanks } from '../schemas/blank-options.ts';
import { validator } from '../schemas/validator.ts';

export type Credentials =
  | {
      readonly authType: 'refresh_token';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string;
    }
  | { readonly authType: 'client_credentials'; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly authType: 'jwt_bearer';
      readonly clientId: string;
      readonly username: string;
      readonly privateKey: string;
    };

/** What the schema offers as `api`. */
export const API_CHOICES = ['auto', 'bulk', 'rest'] as const;
type ApiChoice = (typeof API_CHOICES)[number];

export type Operator =
  | 'is'
  | 'is_not'
  | 'in'
  | 'not_in'
  | 'contains'
  | 'starts_with'
  | 'greater_than'
  | 'less_than'
  | 'empty'
  | 'not_empty'
  | 'in_last_days';

export interface Condition {
  readonly field: string;
  readonly operator: Operator;
  /** Text, parsed by the field's type; undefined only for `empty` and `not_empty`. */
  readonly value: string | undefined;
}

/** An entry of `objects`. */
export interface ObjectRefinement {
  readonly name: string;
  /** Undefined means all fields. */
  readonly fields: readonly string[] | undefined;
  readonly match: 'all' | 'any';
  readonly conditions: readonly Condition[];
}

export interface SourceConfig {
  readonly credentials: Credentials;
  readonly isSandbox: boolean;
  /** Where to log in; only its origin matters. */
  readonly loginUrl: URL;
  readonly objects: readonly ObjectRefinement[];
  readonly startDate: Date | undefined;
  readonly includeDeleted: boolean;
  readonly api: ApiChoice;
  readonly lookbackMs: number;
  readonly apiUsageLimitPercent: number;
}

/** A config that the schema has accepted. */
interface RawConfig {
  readonly credentials: RawLogin;
  readonly is_sandbox?: boolean;
  readonly login_url?: string;
  readonly objects?: readonly {
    name: string;
    fields?: readonly string[];
    match?: 'all' | 'any';
    conditions?: readonly { field: string; operator: Operator; value?: string }[];
  }[];
  readonly start_date?: string;
  readonly include_deleted?: boolean;
  readonly api?: ApiChoice;
  readonly lookback_window?: string;
  readonly api_usage_limit_percent?: number;
}

/** What each way to log in takes. */
interface Logins {
  readonly refresh_token: { client_id: string; client_secret: string; refresh_token: string };
  readonly client_credentials: { client_id: string; client_secret: string };
  readonly jwt_bearer: { client_id: string; username: string; private_key: string };
}
type RawLogin<Type extends keyof Logins = keyof Logins> = {
  [Each in Type]: { readonly auth_type: Each } & Logins[Each];
}[Type];

const schemaProblems = validator(schema);

/**
 * The config file, checked against its schema and further rules, with defaults filled in.
 * Throws one ConfigError that lists every problem and quotes no credential.
 */
export const parseConfig = (input: unknown): SourceConfig => {
  const config = withoutBlanks(input, schema);
  const invalid = schemaProblems(config);
  if (invalid.length > 0) throw problemsOf('The configuration', invalid);
  const raw = config as RawConfig;
  const problems = [...loginProblems(raw), ...dateProblems(raw), ...objectProblems(raw)];
  if (problems.length > 0) throw problemsOf('The configuration', problems);
  return {
    credentials: parseCredentials(raw.credentials),
    isSandbox: raw.is_sandbox ?? false,
    loginUrl: new URL(raw.login_url ?? (raw.is_sandbox ? SANDBOX_LOGIN : PRODUCTION_LOGIN)),
    objects: (raw.objects ?? []).map((object) => ({
      name: object.name,
      fields: object.fields?.length ? object.fields : undefined,
      match: object.match ?? 'all',
      conditions: (object.conditions ?? []).map(({ field, operator, value }) => ({ field, operator, value })),
    })),
    startDate: raw.start_date === undefined ? undefined : new Date(raw.start_date),
    includeDeleted: raw.include_deleted ?? true,
    api: raw.api ?? 'auto',
    lookbackMs: durationMs(raw.lookback_window ?? 'PT10M'),
    apiUsageLimitPercent: raw.api_usage_limit_percent ?? 90,
  };
};

export const PRODUCTION_LOGIN = 'https://login.salesforce.com';
export const SANDBOX_LOGIN = 'https://test.salesforce.com';

/** The ways to log in that the schema offers. */
export const LOGINS: { readonly [Type in keyof Logins]: (raw: Logins[Type]) => Credentials } = {
  refresh_token: (raw) => ({
    authType: 'refresh_token',
    clientId: raw.client_id,
    clientSecret: raw.client_secret,
    refreshToken: raw.refresh_token,
  }),
  client_credentials: (raw) => ({
    authType: 'client_credentials',
    clientId: raw.client_id,
    clientSecret: raw.client_secret,
  }),
  jwt_bearer: (raw) => ({
    authType: 'jwt_bearer',
    clientId: raw.client_id,
    username: raw.username,
    privateKey: raw.private_key,
  }),
};

const parseCredentials = <Type extends keyof Logins>(raw: RawLogin<Type>): Credentials => LOGINS[raw.auth_type](raw);

const loginProblems = ({ credentials, login_url }: RawConfig): string[] => {
  if (login_url === undefined) {
    return credentials.auth_type === 'client_credentials'
      ? [
          'login_url: is required for client credentials; set it to your My Domain (https://your-domain.my.salesforce.com)',
        ]
      : [];
  }
  if (!URL.canParse(login_url)) return ['login_url: is not a URL'];
  const { protocol, hostname } = new URL(login_url);
  const problems: string[] = [];
  if (protocol !== 'https:' && !isLoopback(hostname)) problems.push('login_url: must start with https://');
  if (hostname.endsWith('.lightning.force.com')) {
    problems.push(
      'login_url: logging in at a lightning.force.com address is not possible; use your My Domain (….my.salesforce.com)',
    );
  }
  if (
    credentials.auth_type === 'client_credentials' &&
    [PRODUCTION_LOGIN, SANDBOX_LOGIN].some((standard) => new URL(standard).hostname === hostname)
  ) {
    problems.push('login_url: client credentials work only on your My Domain (https://your-domain.my.salesforce.com)');
  }
  return problems;
};

const dateProblems = ({ start_date, lookback_window }: RawConfig): string[] => [
  ...(start_date === undefined || isCalendarDate(start_date) ? [] : ['start_date: is not a valid day or time']),
  ...(lookback_window === undefined || Number.isSafeInteger(durationMs(lookback_window))
    ? []
    : ['lookback_window: is not a valid duration, such as PT10M']),
];

/** Date accepts the 31st of February and turns it into a day in March, which is not what the user meant. */
const isCalendarDate = (text: string): boolean => {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19).replace('Z', ''));
};

const VALUELESS: ReadonlySet<Operator> = new Set(['empty', 'not_empty']);

const objectProblems = ({ objects = [] }: RawConfig): string[] => [
  ...repeated(objects.map(({ name }) => name)).map(
    ({ index, name }) => `objects[${index}].name: ${name} is listed twice; put its fields and conditions in one entry`,
  ),
  ...objects.flatMap(({ fields = [], conditions = [] }, index) => [
    ...repeated(fields).map((field) => `objects[${index}].fields[${field.index}]: ${field.name} is listed twice`),
    ...conditions.flatMap(({ operator, value }, at) =>
      VALUELESS.has(operator) || (value ?? '') !== ''
        ? []
        : [
            `objects[${index}].conditions[${at}].value: the operator "${operator}" needs a value; to find empty fields use "empty"`,
          ],
    ),
  ]),
];

/** Repeated names, without their first occurrence; Salesforce ignores case in names. */
const repeated = (names: readonly string[]): { index: number; name: string }[] =>
  names.flatMap((name, index) =>
    names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < index ? [{ index, name }] : [],
  );

const SECONDS = { W: 604_800, D: 86_400, H: 3_600, M: 60, S: 1 } as const;

/** Milliseconds of an ISO 8601 duration without years and months, whose lengths vary; NaN for anything else. */
const durationMs = (text: string): number => {
  const parts = [...text.matchAll(/(\d+)([WDHMS])/g)];
  if (parts.length === 0 || /[YT]$|Y/.test(text)) return Number.NaN;
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * SECONDS[unit as keyof typeof SECONDS] * 1_000,
    0,
  );
};
