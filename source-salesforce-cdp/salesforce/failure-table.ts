/**
 * What happens next after a failure:
 * retry: the same request again, later. refresh: the same request with a new token. stop_sync: the org's allocation is
 * used up, nothing more can be read. rest_to_bulk, bulk_to_rest: use the other API. bulk_quota: no more Bulk jobs today.
 * restart_window: the job or page locator is no longer usable, read the window again. halve_window: too many rows at once.
 * drop_field: describe again and continue without the missing field. config: the user must change something.
 * transient: try again in the next sync. bug: unexpected.
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

/** Which API was called: the same code can mean different things for a query and for a Bulk job. */
export type Api = 'rest' | 'bulk';

interface FailureRow {
  readonly status?: number;
  readonly code?: string;
  readonly message?: RegExp;
  readonly api?: Api;
  readonly kind: FailureKind;
  /** For the user: what happened and what to change. */
  readonly advice: string;
}

const QUOTA = 'The org has used up its daily allocation of API calls; the limit applies to a rolling 24 hours.';

/** Every failure we know, specific rows before general ones. Salesforce spells some codes in two ways. */
const FAILURES: readonly FailureRow[] = [
  {
    status: 401,
    message: /not attached to Agent|not valid for use with the REST API/i,
    kind: 'config',
    advice:
      'The session is not allowed to use the API: ask an administrator to check the policies of the connected app.',
  },
  { code: 'INVALID_SESSION_ID', kind: 'refresh', advice: 'Salesforce rejected a session it had just granted.' },
  { code: 'InvalidSessionId', kind: 'refresh', advice: 'Salesforce rejected a session it had just granted.' },
  { code: 'INVALID_AUTH_HEADER', kind: 'refresh', advice: 'Salesforce rejected a session it had just granted.' },
  { status: 401, kind: 'refresh', advice: 'Salesforce rejected a session it had just granted.' },
  {
    code: 'REQUEST_LIMIT_EXCEEDED',
    message: /concurrent/i,
    kind: 'retry',
    advice: 'Too many long-running requests at once.',
  },
  { code: 'REQUEST_LIMIT_EXCEEDED', kind: 'stop_sync', advice: QUOTA },
  {
    message: /max bulk v2 query (jobs|result size)/i,
    kind: 'bulk_quota',
    advice: 'The org has used up its 24-hour allowance of Bulk query jobs or results.',
  },
  {
    api: 'bulk',
    code: 'LIMIT_EXCEEDED',
    kind: 'bulk_quota',
    advice: 'The org has used up its 24-hour allowance of Bulk query jobs.',
  },
  {
    api: 'bulk',
    code: 'ExceededQuota',
    kind: 'bulk_quota',
    advice: 'The org has used up its 24-hour allowance of Bulk query jobs.',
  },
  {
    message: /compound data not supported|not supported by the bulk api|does not support query/i,
    api: 'bulk',
    kind: 'bulk_to_rest',
    advice: 'The Bulk API cannot read this object.',
  },
  { api: 'bulk', code: 'INVALIDENTITY', kind: 'bulk_to_rest', advice: 'The Bulk API does not support this object.' },
  { api: 'bulk', code: 'InvalidEntity', kind: 'bulk_to_rest', advice: 'The Bulk API does not support this object.' },
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
    advice: 'This object cannot be queried: remove its stream from the connection.',
  },
  { message: /no such column/i, kind: 'drop_field', advice: 'A field was deleted or is hidden from the user.' },
  { code: 'INVALID_FIELD', kind: 'drop_field', advice: 'A field was deleted or is hidden from the user.' },
  {
    message: /implementation restriction/i,
    kind: 'config',
    advice:
      'The user is not allowed to read all of this object: grant "View All Data", or remove the stream from the connection.',
  },
  {
    code: 'TXN_SECURITY_METERING_ERROR',
    kind: 'config',
    advice: 'A transaction security policy blocks the read: grant the user "Exempt from Transaction Security".',
  },
  {
    code: 'EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION',
    kind: 'config',
    advice: 'External objects cannot be read: remove the stream from the connection.',
  },
  {
    code: 'INVALID_QUERY_LOCATOR',
    kind: 'restart_window',
    advice: 'Salesforce closed the query while its pages were being read.',
  },
  { code: 'InvalidJob', kind: 'restart_window', advice: 'The Bulk job no longer exists.' },
  { code: 'INVALIDJOB', kind: 'restart_window', advice: 'The Bulk job no longer exists.' },
  { code: 'INVALID_JOB_STATE', kind: 'restart_window', advice: 'The Bulk job has no results.' },
  { code: 'InvalidJobState', kind: 'restart_window', advice: 'The Bulk job has no results.' },
  { api: 'bulk', status: 404, kind: 'restart_window', advice: 'The Bulk job no longer exists.' },
  { api: 'bulk', status: 409, kind: 'restart_window', advice: 'The Bulk job belongs to another API version.' },
  { api: 'bulk', code: 'QUERY_TIMEOUT', kind: 'halve_window', advice: 'The query took too long.' },
  {
    api: 'bulk',
    message: /QUERY_TIMEOUT|retried more than|too large/i,
    kind: 'halve_window',
    advice: 'The query is too large.',
  },
  { api: 'bulk', code: 'OPERATION_TOO_LARGE', kind: 'halve_window', advice: 'The query is too large.' },
  { code: 'EXCEEDED_ID_LIMIT', kind: 'halve_window', advice: 'Salesforce can list only 600,000 deleted rows at once.' },
  { code: 'QUERY_TIMEOUT', kind: 'rest_to_bulk', advice: 'The query took too long.' },
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
  { code: 'OPERATION_TOO_LARGE', kind: 'rest_to_bulk', advice: 'The query is too large.' },
  { status: 414, kind: 'rest_to_bulk', advice: 'The query is too long for a URL.' },
  { status: 431, kind: 'rest_to_bulk', advice: 'The query is too long for a URL.' },
  {
    code: 'INVALID_TYPE',
    kind: 'config',
    advice:
      'The object does not exist or is hidden from the user: grant read access, or remove the stream from the connection.',
  },
  {
    code: 'NOT_FOUND',
    kind: 'config',
    advice:
      'The object does not exist or is hidden from the user: grant read access, or remove the stream from the connection.',
  },
  {
    code: 'API_DISABLED_FOR_ORG',
    kind: 'config',
    advice: 'The API is disabled for this user or org: grant "API Enabled", or use an edition that includes the API.',
  },
  {
    code: 'API_CURRENTLY_DISABLED',
    kind: 'config',
    advice: 'The API is disabled for this user or org: grant "API Enabled", or use an edition that includes the API.',
  },
  { code: 'INSUFFICIENT_ACCESS', kind: 'config', advice: 'The user lacks a permission: grant read access.' },
  {
    code: 'FUNCTIONALITY_NOT_ENABLED',
    kind: 'config',
    advice: 'The org lacks a feature that reading this object requires.',
  },
  { code: 'UNABLE_TO_LOCK_ROW', kind: 'retry', advice: 'A row is locked.' },
  { code: 'SERVER_UNAVAILABLE', kind: 'retry', advice: 'Salesforce is unavailable.' },
  { code: 'UNKNOWN_EXCEPTION', kind: 'retry', advice: 'Salesforce had an internal error.' },
  {
    status: 410,
    kind: 'config',
    advice: 'Salesforce no longer offers the API version of this connector: update the connector.',
  },
  { status: 406, kind: 'retry', advice: 'Salesforce is unavailable.' },
  { status: 408, kind: 'retry', advice: 'Salesforce timed out.' },
  { status: 420, kind: 'retry', advice: 'Salesforce is unavailable.' },
  { status: 429, kind: 'retry', advice: 'Salesforce is rate-limiting requests.' },
  { status: 403, kind: 'config', advice: "Salesforce denied access: check the user's permissions." },
];

/** Salesforce's own code and message of a failure. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** The first matching row; `status` is 0 for a message that came without a response. */
export const failureRowOf = (status: number, fault: Fault, api: Api): FailureRow | undefined =>
  FAILURES.find(
    (row) =>
      (row.status === undefined || row.status === status) &&
      (row.code === undefined || row.code === fault.code) &&
      (row.message === undefined || row.message.test(fault.message)) &&
      (row.api === undefined || row.api === api),
  );
