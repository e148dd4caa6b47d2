import { isObject } from '../../airbyte/protocol.ts';
import { ConfigError, TransientError } from '../../airbyte/errors.ts';
import { refusalOf } from './failure-table.ts';
import type { Api, FailureKind, Fault } from './failure-table.ts';

/** A refusal, classified. Its message is for the user; it names Salesforce's own code and words. */
export class SalesforceFailure extends Error {
  override name = 'SalesforceFailure';
  readonly kind: FailureKind;
  /** 0 when nothing was answered. */
  readonly status: number;
  readonly code: string;
  /** Salesforce's own words. */
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

/** Classifies an answer that is not a success. */
export const classify = (
  answer: { readonly status: number; readonly body: string; readonly retryAfterMs?: number | undefined },
  api: Api,
): SalesforceFailure => {
  const { status, body, retryAfterMs } = answer;
  const fault = parseFault(body);
  const row = refusalOf(status, fault, api);
  const from = { status, fault, retryAfterMs };
  if (row !== undefined) return new SalesforceFailure(row.kind, row.advice, from);
  if (status >= 500) return new SalesforceFailure('retry', 'Salesforce is unavailable.', from);
  if (status >= 300 && status < 400) {
    return new SalesforceFailure('config', 'Salesforce sends us elsewhere: set login_url to your My Domain.', from);
  }
  return new SalesforceFailure('bug', 'Salesforce refuses a request.', from);
};

/** A Bulk job that ended as Failed, whose message carries the code in its text. */
export const classifyJob = (errorMessage: string | undefined): SalesforceFailure => {
  const [, code = '', message = ''] = /^(?:([A-Z_]{6,})\s*:\s*)?(.*)$/s.exec(errorMessage ?? '') ?? [];
  const fault = { code, message: short(message) };
  const row = refusalOf(0, fault, 'bulk');
  return row === undefined
    ? new SalesforceFailure('restart_window', 'The Bulk job has failed.', { fault })
    : new SalesforceFailure(row.kind, row.advice, { fault });
};

/** The failure as the protocol edge knows failures: by what the user must do. */
export const asError = (failure: SalesforceFailure): Error => {
  if (failure.kind === 'config' || failure.kind === 'refresh')
    return new ConfigError(failure.message, { cause: failure });
  if (failure.kind === 'bug') return failure;
  return new TransientError(failure.message, { cause: failure, retryAfterMs: failure.retryAfterMs });
};

/** A failure as `asError` has it; any other error as it is. */
export const explained = (error: unknown): unknown => (error instanceof SalesforceFailure ? asError(error) : error);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
/** On one line; whatever on the way quotes our request must not show its token. */
const short = (message: string): string =>
  message
    .replace(/\s+/g, ' ')
    .replace(/(Bearer|OAuth) [^\s"']+/g, '$1 ****')
    .trim()
    .slice(0, 300);

/** Data answers are an array of faults, login answers one object, old Bulk answers another; edges send HTML or nothing. */
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
    message: short(text(first['message'] ?? first['exceptionMessage'] ?? first['error_description'])),
  };
};

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
};

/** What the network did, as a failure; an aborted request and what is already classified stay as they are. */
export const lostConnection = (error: unknown, aborted: AbortSignal | undefined): unknown => {
  if (error instanceof SalesforceFailure || aborted?.aborted === true) return error;
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === 'ENOTFOUND')
    return new SalesforceFailure('config', 'The host of Salesforce does not exist. Check login_url.', cause);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new SalesforceFailure('config', `The certificate of the host is not trusted (${code}).`, cause);
  }
  return new SalesforceFailure(
    'retry',
    `The connection to Salesforce was lost${code === '' ? '' : ` (${code})`}.`,
    cause,
  );
};
