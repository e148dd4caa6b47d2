import { isObject } from '../../airbyte/protocol.ts';
import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { failureRowOf } from './failure-table.ts';
import type { Api, FailureKind, Fault } from './failure-table.ts';

/** A classified failure of a request. Its message is for the user and quotes Salesforce's code and message. */
export class SalesforceFailure extends Error {
  override name = 'SalesforceFailure';
  readonly kind: FailureKind;
  /** 0 when there was no response. */
  readonly status: number;
  readonly code: string;
  /** Salesforce's message. */
  readonly detail: string;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    advice: string,
    from: { status?: number; fault?: Fault; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    const { status = 0, fault = { code: '', message: '' }, retryAfterMs, cause } = from;
    const said = [status || '', fault.code, fault.message].filter((part) => part !== '').join(' ');
    super(said === '' ? advice : `${advice} Salesforce said: ${said}`, { cause });
    this.kind = kind;
    this.status = status;
    this.code = fault.code;
    this.detail = fault.message;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether an error is a SalesforceFailure of one of these kinds. */
export const isFailure = (error: unknown, ...kinds: readonly FailureKind[]): error is SalesforceFailure =>
  error instanceof SalesforceFailure && kinds.includes(error.kind);

/** Classifies a response that is not a success. */
export const classify = (
  response: { readonly status: number; readonly body: string; readonly retryAfterMs?: number | undefined },
  api: Api,
): SalesforceFailure => {
  const { status, body, retryAfterMs } = response;
  const fault = parseFault(body);
  const row = failureRowOf(status, fault, api);
  const from = { status, fault, retryAfterMs };
  if (row !== undefined) return new SalesforceFailure(row.kind, row.advice, from);
  if (status >= 500) return new SalesforceFailure('retry', 'Salesforce is unavailable.', from);
  if (status >= 300 && status < 400) {
    return new SalesforceFailure('config', 'Salesforce redirected the request: set login_url to your My Domain.', from);
  }
  return new SalesforceFailure('bug', 'Salesforce refused a request.', from);
};

/** Classifies the error message of a failed Bulk job, which contains the code. */
export const classifyJob = (errorMessage: string | undefined): SalesforceFailure => {
  const [, code = '', message = ''] = /^(?:([A-Z_]{6,})\s*:\s*)?(.*)$/s.exec(errorMessage ?? '') ?? [];
  const fault = { code, message: oneLine(message) };
  const row = failureRowOf(0, fault, 'bulk');
  return row === undefined
    ? new SalesforceFailure('restart_window', 'The Bulk job failed.', { fault })
    : new SalesforceFailure(row.kind, row.advice, { fault });
};

/** A SalesforceFailure as the ConfigError or TransientError that it means for the user; any other error as it is. */
export const toConnectorError = (error: unknown): unknown => {
  if (!(error instanceof SalesforceFailure) || error.kind === 'bug') return error;
  const { kind, message, retryAfterMs } = error;
  return kind === 'config' || kind === 'refresh'
    ? new ConfigError(message, { cause: error })
    : new TransientError(message, { cause: error, retryAfterMs });
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** One line without tokens, since a proxy may quote our request. */
const oneLine = (message: string): string =>
  message
    .replace(/\s+/g, ' ')
    .replace(/(Bearer|OAuth) [^\s"']+/g, '$1 ****')
    .trim()
    .slice(0, 300);

/** REST sends an array of faults, the login one object, older Bulk endpoints another; a proxy may send HTML or nothing. */
const parseFault = (body: string): Fault => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { code: '', message: '' };
  }
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(first)) return { code: '', message: '' };
  return {
    code: text(first['errorCode'] ?? first['exceptionCode'] ?? first['error']),
    message: oneLine(text(first['message'] ?? first['exceptionMessage'] ?? first['error_description'])),
  };
};

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
};

/** A network error as a SalesforceFailure; the error of an aborted request, or one already classified, as it is. */
export const networkFailure = (error: unknown, signal: AbortSignal | undefined): unknown => {
  if (error instanceof SalesforceFailure || signal?.aborted === true) return error;
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === 'ENOTFOUND')
    return new SalesforceFailure('config', 'The Salesforce host does not exist. Check login_url.', cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new SalesforceFailure('config', `The host's certificate is not trusted (${code}).`, cause);
  }
  return new SalesforceFailure(
    'retry',
    `The connection to Salesforce was lost${code === '' ? '' : ` (${code})`}.`,
    cause,
  );
};
