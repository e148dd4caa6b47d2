/**
 * What happens next after Salesforce has refused something:
 * retry: the same request again, later. refresh: the same request with a new token. stop_sync: the org's allocation is
 * used up, nothing more can be read. rest_to_bulk, bulk_to_rest: the other API. bulk_quota: no more Bulk jobs today.
 * restart_window: job or page locator is of no use any more, read the window again. halve_window: too much at once. drop_field: describe
 * again and go on without the field that is gone. config: the user must change something. transient: worth another sync.
 * bug: nobody expected this.
 */
export type FailureKind =
  | 'retry'
  | 'refresh'
  | 'stop_sync'
  | 'rest_to_bulk'
  | 'bulk_to_rest'
  | 'bulk_quota'
  | 'restart_window'
  | 'halve_window'
  | 'drop_field'
  | 'config'
  | 'transient'
  | 'bug';

/** Which part of Salesforce answered: one code can mean different things to a query and to a Bulk job. */
export type Api = 'rest' | 'bulk';

interface Refusal {
  readonly status?: number;
  readonly code?: string;
  readonly message?: RegExp;
  readonly api?: Api;
  readonly kind: FailureKind;
  /** What the user is told: what happened and what to change. */
  readonly advice: string;
}

const QUOTA = 'The org has used up its daily allocation of API calls; calls come back as the last 24 hours pass by.';

/** Every refusal we know, the more special before the more general. Salesforce spells some codes in two ways. */
const REFUSALS: readonly Refusal[] = [
  {
    status: 401,
    message: /not attached to Agent|not valid for use with the REST API/i,
    kind: 'config',
    advice: 'The session may not use the API: ask an administrator to check the policies of the connected app.',
  },
  { code: 'INVALID_SESSION_ID', kind: 'refresh', advice: 'Salesforce rejects the session it has just given.' },
  { code: 'InvalidSessionId', kind: 'refresh', advice: 'Salesforce rejects the session it has just given.' },
  { code: 'INVALID_AUTH_HEADER', kind: 'refresh', advice: 'Salesforce rejects the session it has just given.' },
  { status: 401, kind: 'refresh', advice: 'Salesforce rejects the session it has just given.' },
  { code: 'REQUEST_LIMIT_EXCEEDED', message: /concurrent/i, kind: 'retry', advice: 'Too many long requests at once.' },
  { code: 'REQUEST_LIMIT_EXCEEDED', kind: 'stop_sync', advice: QUOTA },
  {
    message: /max bulk v2 query (jobs|result size)/i,
    kind: 'bulk_quota',
    advice: 'The org has used up its Bulk query jobs or results of the last 24 hours.',
  },
  {
    api: 'bulk',
    code: 'LIMIT_EXCEEDED',
    kind: 'bulk_quota',
    advice: 'The org has used up its Bulk query jobs of 24 hours.',
  },
  {
    api: 'bulk',
    code: 'ExceededQuota',
    kind: 'bulk_quota',
    advice: 'The org has used up its Bulk query jobs of 24 hours.',
  },
  {
    message: /compound data not supported|not supported by the bulk api|does not support query/i,
    api: 'bulk',
    kind: 'bulk_to_rest',
    advice: 'The Bulk API cannot read this object.',
  },
  { api: 'bulk', code: 'INVALIDENTITY', kind: 'bulk_to_rest', advice: 'The Bulk API does not know this object.' },
  { api: 'bulk', code: 'InvalidEntity', kind: 'bulk_to_rest', advice: 'The Bulk API does not know this object.' },
  {
    api: 'bulk',
    code: 'FeatureNotEnabled',
    kind: 'bulk_to_rest',
    advice: 'The Bulk API is not enabled for this user.',
  },
  { api: 'bulk', code: 'FUNCTIONALITY_NOT_ENABLED', kind: 'bulk_to_rest', advice: 'The Bulk API is not enabled.' },
  {
    message: /does not support query/i,
    kind: 'config',
    advice: 'This object cannot be queried: take its stream out of the connection.',
  },
  { message: /no such column/i, kind: 'drop_field', advice: 'A field is gone or hidden from the user.' },
  { code: 'INVALID_FIELD', kind: 'drop_field', advice: 'A field is gone or hidden from the user.' },
  {
    message: /implementation restriction/i,
    kind: 'config',
    advice: 'The user may not read this object as a whole: grant it "View All Data", or take the stream out.',
  },
  {
    code: 'TXN_SECURITY_METERING_ERROR',
    kind: 'config',
    advice: 'A transaction security policy blocks the read: grant the user "Exempt from Transaction Security".',
  },
  {
    code: 'EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION',
    kind: 'config',
    advice: 'External objects cannot be read: take the stream out of the connection.',
  },
  {
    code: 'INVALID_QUERY_LOCATOR',
    kind: 'restart_window',
    advice: 'Salesforce has closed the query being paged through.',
  },
  { code: 'InvalidJob', kind: 'restart_window', advice: 'The Bulk job is gone.' },
  { code: 'INVALIDJOB', kind: 'restart_window', advice: 'The Bulk job is gone.' },
  { code: 'INVALID_JOB_STATE', kind: 'restart_window', advice: 'The Bulk job has no results.' },
  { code: 'InvalidJobState', kind: 'restart_window', advice: 'The Bulk job has no results.' },
  { api: 'bulk', status: 404, kind: 'restart_window', advice: 'The Bulk job is gone.' },
  { api: 'bulk', status: 409, kind: 'restart_window', advice: 'The Bulk job belongs to another API version.' },
  { api: 'bulk', code: 'QUERY_TIMEOUT', kind: 'halve_window', advice: 'The query takes Salesforce too long.' },
  {
    api: 'bulk',
    message: /QUERY_TIMEOUT|retried more than|too large/i,
    kind: 'halve_window',
    advice: 'The query is too big.',
  },
  { api: 'bulk', code: 'OPERATION_TOO_LARGE', kind: 'halve_window', advice: 'The query is too big.' },
  { code: 'EXCEEDED_ID_LIMIT', kind: 'halve_window', advice: 'Salesforce can list only 600,000 deleted rows at once.' },
  { code: 'QUERY_TIMEOUT', kind: 'rest_to_bulk', advice: 'The query takes Salesforce too long.' },
  {
    api: 'bulk',
    code: 'QUERY_TOO_COMPLICATED',
    kind: 'config',
    advice: 'The query has too many formula fields for Salesforce: choose fewer fields in objects[].fields.',
  },
  {
    code: 'QUERY_TOO_COMPLICATED',
    kind: 'rest_to_bulk',
    advice: 'The query has too many formula fields for Salesforce.',
  },
  { code: 'OPERATION_TOO_LARGE', kind: 'rest_to_bulk', advice: 'The query is too big.' },
  { status: 414, kind: 'rest_to_bulk', advice: 'The query is too long for a URL.' },
  { status: 431, kind: 'rest_to_bulk', advice: 'The query is too long for a URL.' },
  {
    code: 'INVALID_TYPE',
    kind: 'config',
    advice: 'The object does not exist, or the user may not see it: grant read access or take the stream out.',
  },
  {
    code: 'NOT_FOUND',
    kind: 'config',
    advice: 'The object does not exist, or the user may not see it: grant read access or take the stream out.',
  },
  {
    code: 'API_DISABLED_FOR_ORG',
    kind: 'config',
    advice: 'The API is off for this user or org: grant "API Enabled", or use an edition that has the API.',
  },
  {
    code: 'API_CURRENTLY_DISABLED',
    kind: 'config',
    advice: 'The API is off for this user or org: grant "API Enabled", or use an edition that has the API.',
  },
  { code: 'INSUFFICIENT_ACCESS', kind: 'config', advice: 'The user lacks a permission: grant it read access.' },
  { code: 'FUNCTIONALITY_NOT_ENABLED', kind: 'config', advice: 'The org lacks a feature that this read needs.' },
  { code: 'UNABLE_TO_LOCK_ROW', kind: 'retry', advice: 'A row is locked.' },
  { code: 'SERVER_UNAVAILABLE', kind: 'retry', advice: 'Salesforce is unavailable.' },
  { code: 'UNKNOWN_EXCEPTION', kind: 'retry', advice: 'Salesforce has met an error of its own.' },
  {
    status: 410,
    kind: 'config',
    advice: 'Salesforce no longer offers the API version of this connector: update the connector.',
  },
  { status: 406, kind: 'retry', advice: 'Salesforce is unavailable.' },
  { status: 408, kind: 'retry', advice: 'Salesforce is slow.' },
  { status: 420, kind: 'retry', advice: 'Salesforce is unavailable.' },
  { status: 429, kind: 'retry', advice: 'Salesforce asks for fewer requests.' },
  { status: 403, kind: 'config', advice: 'Salesforce forbids this: check the permissions of the user.' },
];

/** What Salesforce says of a refusal. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** The first row that fits; `status` is 0 where there is no answer but a text. */
export const refusalOf = (status: number, fault: Fault, api: Api): Refusal | undefined =>
  REFUSALS.find(
    (row) =>
      (row.status === undefined || row.status === status) &&
      (row.code === undefined || row.code === fault.code) &&
      (row.message === undefined || row.message.test(fault.message)) &&
      (row.api === undefined || row.api === api),
  );
