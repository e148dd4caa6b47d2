import { expect, test } from 'vitest';
import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { asError, classify, classifyJob, lostConnection, SalesforceFailure } from './failures.ts';

const faults = (errorCode: string, message: string): string => JSON.stringify([{ errorCode, message }]);

test.each([
  [401, faults('INVALID_SESSION_ID', 'Session expired or invalid'), 'rest', 'refresh'],
  [
    400,
    JSON.stringify({ exceptionCode: 'InvalidSessionId', exceptionMessage: 'Invalid session id' }),
    'bulk',
    'refresh',
  ],
  [401, faults('INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'), 'rest', 'refresh'],
  [401, '', 'rest', 'refresh'],
  [401, faults('INVALID_SESSION_ID', 'This session is not valid for use with the REST API'), 'rest', 'config'],
  [403, faults('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'rest', 'stop_sync'],
  [403, faults('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'bulk', 'stop_sync'],
  [
    403,
    faults('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
    'rest',
    'retry',
  ],
  [400, faults('API_ERROR', 'Max bulk v2 query jobs (10000) per 24 hrs has been reached'), 'bulk', 'bulk_quota'],
  [400, faults('API_ERROR', 'Max bulk v2 query result size stored (1000000000) kb per 24 hrs'), 'bulk', 'bulk_quota'],
  [400, faults('LIMIT_EXCEEDED', ''), 'bulk', 'bulk_quota'],
  [400, faults('API_ERROR', 'Selecting compound data not supported in Bulk Query'), 'bulk', 'bulk_to_rest'],
  [400, faults('INVALIDENTITY', "Entity 'TaskStatus' is not supported by the Bulk API."), 'bulk', 'bulk_to_rest'],
  [400, faults('INVALIDENTITY', 'no words'), 'bulk', 'bulk_to_rest'],
  [400, faults('FeatureNotEnabled', ''), 'bulk', 'bulk_to_rest'],
  [400, faults('INVALID_TYPE_FOR_OPERATION', 'entity type X does not support query'), 'bulk', 'bulk_to_rest'],
  [400, faults('INVALID_TYPE_FOR_OPERATION', 'entity type X does not support query'), 'rest', 'config'],
  [400, faults('INVALID_FIELD', "No such column 'A__c' on entity 'Contact'"), 'rest', 'drop_field'],
  [400, faults('API_ERROR', "No such column 'A__c' on entity 'Contact'"), 'bulk', 'drop_field'],
  [400, faults('API_ERROR', 'Implementation restriction: ContentDocumentLink requires a filter'), 'bulk', 'config'],
  [400, faults('TXN_SECURITY_METERING_ERROR', 'blocked'), 'rest', 'config'],
  [400, faults('EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION', ''), 'rest', 'config'],
  [400, faults('INVALID_QUERY_LOCATOR', 'invalid query locator'), 'rest', 'restart_window'],
  [400, faults('InvalidJob', ''), 'bulk', 'restart_window'],
  [404, faults('NOT_FOUND', ''), 'bulk', 'restart_window'],
  [409, '', 'bulk', 'restart_window'],
  [400, faults('InvalidJobState', ''), 'bulk', 'restart_window'],
  [400, faults('QUERY_TIMEOUT', 'Your query request was running for too long.'), 'rest', 'rest_to_bulk'],
  [400, faults('QUERY_TIMEOUT', ''), 'bulk', 'halve_window'],
  [400, faults('OPERATION_TOO_LARGE', ''), 'rest', 'rest_to_bulk'],
  [400, faults('OPERATION_TOO_LARGE', ''), 'bulk', 'halve_window'],
  [400, faults('QUERY_TOO_COMPLICATED', ''), 'rest', 'rest_to_bulk'],
  [400, faults('QUERY_TOO_COMPLICATED', ''), 'bulk', 'config'],
  [400, faults('EXCEEDED_ID_LIMIT', ''), 'rest', 'halve_window'],
  [414, '', 'rest', 'rest_to_bulk'],
  [431, '', 'rest', 'rest_to_bulk'],
  [400, faults('INVALID_TYPE', "sObject type 'Pet__c' is not supported."), 'rest', 'config'],
  [404, faults('NOT_FOUND', 'The requested resource does not exist'), 'rest', 'config'],
  [403, faults('API_DISABLED_FOR_ORG', 'API is not enabled for this Organization'), 'rest', 'config'],
  [403, faults('INSUFFICIENT_ACCESS', ''), 'rest', 'config'],
  [403, faults('FUNCTIONALITY_NOT_ENABLED', ''), 'rest', 'config'],
  [403, '', 'rest', 'config'],
  [400, faults('UNABLE_TO_LOCK_ROW', ''), 'rest', 'retry'],
  [406, '', 'rest', 'retry'],
  [408, '', 'rest', 'retry'],
  [420, '', 'bulk', 'retry'],
  [429, '', 'rest', 'retry'],
  [500, faults('UNKNOWN_EXCEPTION', 'An unexpected error occurred'), 'rest', 'retry'],
  [502, '<html>Bad gateway</html>', 'rest', 'retry'],
  [503, '<html>Down for maintenance</html>', 'bulk', 'retry'],
  [504, '', 'rest', 'retry'],
  [410, faults('UNSUPPORTED_API_VERSION', ''), 'rest', 'config'],
  [302, '', 'rest', 'config'],
  [400, faults('MALFORMED_QUERY', 'unexpected token'), 'rest', 'bug'],
  [400, '', 'rest', 'bug'],
] as const)('a %i of %s by %s means %s', (status, body, api, kind) => {
  expect(classify({ status, body }, api).kind).toBe(kind);
});

test.each([
  ['QUERY_TIMEOUT: Your query request was running for too long.', 'halve_window'],
  ['Query job retried more than 15 times', 'halve_window'],
  ["INVALID_FIELD: No such column 'A__c'", 'drop_field'],
  ['FailedToWriteResult', 'restart_window'],
  [undefined, 'restart_window'],
])('a job that failed with "%s" means %s', (message, kind) => {
  expect(classifyJob(message).kind).toBe(kind);
});

test("a failed job keeps Salesforce's own words", () => {
  expect(classifyJob('FailedToWriteResult now').message).toContain('FailedToWriteResult now');
});

test('the message says what to do and what Salesforce said, on one line', () => {
  const { message } = classify({ status: 403, body: faults('API_DISABLED_FOR_ORG', '\nAPI is\n not enabled') }, 'rest');
  expect(message).toBe(
    'The API is off for this user or org: grant "API Enabled", or use an edition that has the API. ' +
      'Salesforce said: 403 API_DISABLED_FOR_ORG API is not enabled',
  );
});

test('an answer that quotes our token is reported without it', () => {
  const { message } = classify(
    { status: 501, body: faults('', 'cannot handle Authorization: Bearer 00D!hush') },
    'rest',
  );
  expect(message).toContain('Authorization: Bearer ****');
  expect(message).not.toContain('hush');
});

test.each([
  ['config', ConfigError],
  ['refresh', ConfigError],
  ['transient', TransientError],
  ['stop_sync', TransientError],
  ['bulk_quota', TransientError],
  ['bug', SalesforceFailure],
] as const)('a failure of kind %s becomes the error for it', (kind, type) => {
  expect(asError(new SalesforceFailure(kind, 'sentence'))).toBeInstanceOf(type);
});

test.each([
  ['ECONNRESET', 'retry'],
  ['UND_ERR_BODY_TIMEOUT', 'retry'],
  ['EAI_AGAIN', 'retry'],
  ['ENOTFOUND', 'config'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'config'],
  ['CERT_HAS_EXPIRED', 'config'],
])('a connection that ends with %s means %s', (code, kind) => {
  const error = new TypeError('fetch failed', { cause: Object.assign(new Error('socket'), { code }) });
  expect(lostConnection(error, undefined)).toMatchObject({ kind });
});

test('a connection that we closed ourselves is not a failure of Salesforce', () => {
  const error = new Error('aborted');
  expect(lostConnection(error, AbortSignal.abort())).toBe(error);
});
