import { isObject } from '../../airbyte/protocol.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { retryAfterMs } from '../../airbyte/retry-after.ts';
import type { RejectReason } from '../reasons.ts';
import { refusalOf } from './refusals.ts';
import type { Call, Refusal } from './refusals.ts';

// What Ortto's answers mean. Their texts may quote a person's values, so they do not leave this file: each becomes one of
// our reasons.

/** What Ortto did with one write. */
export type Verdict =
  /** `id` is Ortto's; some answers omit it. */
  | { readonly kind: 'created'; readonly id: string | undefined }
  /** `not_written`: nothing was written, as the request allows: it exists under "ignore", or there is nothing to update. */
  | { readonly kind: 'merged' | 'not_written'; readonly id: string | undefined; readonly mayBeNew?: true }
  | { readonly kind: 'refused'; readonly reason: RejectReason; readonly field: string | undefined };

/** Which rows a request writes. Statuses for "not written" count only when it allows rows to be left unwritten. */
export interface RequestScope {
  /** Nothing is created. */
  readonly existingOnly: boolean;
  /** What exists stays as it is. */
  readonly newOnly: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Reads the answer to one call; undefined when the answer lacks the expected content, so it cannot be trusted. */
export type ReadResult<Result> = (body: JsonObject) => Result | undefined;

export type Answer<Result> =
  | { readonly kind: 'ok'; readonly result: Result }
  /** Worth sending again; `advisedMs` is the wait that the server asks for. */
  | { readonly kind: 'again'; readonly why: string; readonly advisedMs: number | undefined }
  /** Ortto refuses the request. `details` has one entry per row, if Ortto gave them. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly refusal: Refusal;
      readonly text: string;
      readonly details: readonly JsonObject[];
    };

/** The objects of a list; Ortto writes null for an empty one. */
export const objects = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Ortto writes `error` as a text, or as an object with a message; a gateway or a CDN answers with something of its own. */
const isOrttosRefusal = (body: unknown): boolean =>
  isObject(body) && (typeof body['error'] === 'string' || isObject(body['error']));

/**
 * What an answer to this call means. A success counts only if `read` finds in it what was asked; everything else with that
 * status is worth asking again. `nowEpochMs` is for a Retry-After that is a date.
 */
export const readAnswer = <Result>(
  { status, retryAfter, text }: RawAnswer,
  { call, read }: { readonly call: Call; readonly read: ReadResult<Result> },
  nowEpochMs: number,
): Answer<Result> => {
  const body = parseBody(text);
  const error = isObject(body) ? body['error'] : undefined;
  const seconds = isObject(error) ? error['try-in-seconds'] : undefined;
  const bodyAdviceMs = typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined;
  const again = (why: string, advisedMs?: number): Answer<Result> => ({ kind: 'again', why, advisedMs });
  if (bodyAdviceMs !== undefined) return again(`Ortto answered ${status}`, bodyAdviceMs);
  if (status >= 200 && status < 300) {
    // A proxy's page has status 200 too; Ortto sends only JSON.
    if (!isObject(body)) return again(`Ortto answered ${status} with something that is not a JSON object`);
    if (isOrttosRefusal(body) && error !== '') return again(`Ortto answered ${status} with an error`);
    const result = read(body);
    return result === undefined
      ? again(`Ortto answered ${status} but without the expected content`)
      : { kind: 'ok', result };
  }
  const refusal = refusalOf(status, call, isOrttosRefusal(body) ? 'ortto' : 'other');
  if (refusal.next === 'repeat') {
    return again(refusal.sentence({ status, host: '', path: '' }), retryAfterMs(retryAfter, nowEpochMs));
  }
  const said = isObject(error) ? error['message'] : error;
  return {
    kind: 'refused',
    status,
    refusal,
    text: typeof said === 'string' ? said : '',
    details: isObject(body) ? objects(body['details']) : [],
  };
};

/** For a row that Ortto did not answer for. */
export const NO_VERDICT: Verdict = { kind: 'refused', reason: 'no_verdict', field: undefined };

const CREATED = new Set(['created']);
/** `queued`: accepted, with an unknown outcome; `ingested` is for activities. */
const MERGED = new Set(['merged', 'updated', 'queued', 'ingested']);
const NOT_WRITTEN = new Set(['skipped', 'ignored', 'unchanged', 'not_found']);

const idOf = (row: JsonObject): string | undefined => {
  const id = row['person_id'] ?? row['account_id'] ?? row['organization_id'] ?? row['id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/**
 * One verdict per row sent, in order; undefined when the answer has fewer or more rows: nobody can say whose they are then.
 * `sent` has each row's fields by id; the one named in an error becomes the verdict's `field`.
 */
export const readVerdicts = (
  body: JsonObject,
  sent: readonly JsonObject[],
  scope: RequestScope,
): Verdict[] | undefined => {
  const rows = body['people'] ?? body['accounts'] ?? body['organizations'] ?? body['activities'];
  if (!Array.isArray(rows) || rows.length !== sent.length || !rows.every(isObject)) return undefined;
  const hasIds = rows.some((row) => idOf(row) !== undefined);
  return sent.map((fields, index) => {
    const row = rows[index];
    if (row === undefined) return NO_VERDICT;
    const [status, id] = [row['status'], idOf(row)];
    if (typeof status !== 'string' || typeof row['error'] === 'string') return readRefusal(row, fields);
    if (CREATED.has(status)) return { kind: 'created', id };
    // Nothing was found, whatever the status: what exists has an id in this answer.
    if (scope.existingOnly && hasIds && id === undefined && MERGED.has(status)) return { kind: 'not_written', id };
    if (status === 'queued') return { kind: 'merged', id, mayBeNew: true };
    if (MERGED.has(status)) return { kind: 'merged', id };
    const mayStayUnwritten = scope.existingOnly || scope.newOnly;
    return NOT_WRITTEN.has(status) && mayStayUnwritten ? { kind: 'not_written', id } : readRefusal(row, fields);
  });
};

/** The reason for a refused row: `suppressed`, `unknown_field`, `invalid`, or `status_<word>` for an unknown status. */
const readRefusal = (row: JsonObject, fields: JsonObject): Verdict & { readonly kind: 'refused' } => {
  const text = typeof row['error'] === 'string' ? row['error'] : '';
  const named = Object.keys(fields)
    .filter((id) => text.includes(id))
    .toSorted((a, b) => b.length - a.length)[0];
  const status = typeof row['status'] === 'string' ? row['status'] : '';
  return { kind: 'refused', reason: refusalReason(status, text), field: named };
};

const refusalReason = (status: string, text: string): RejectReason => {
  if (status === 'suppressed' || /suppressed/i.test(text)) return 'suppressed';
  if (/object not found/i.test(text)) return 'unknown_field';
  if (status === 'invalid' || text !== '') return 'invalid';
  return /^[a-z_]{1,30}$/.test(status) ? `status_${status}` : 'no_status';
};

/** The verdicts of a request whose first answer was lost: what it found may be what its first attempt created. */
export const afterRepeat = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.map((verdict) =>
    verdict.kind === 'merged' || verdict.kind === 'not_written' ? { ...verdict, mayBeNew: true } : verdict,
  );

/** Which rows of a refused request are at fault, from the details Ortto gave; undefined when those do not show it. */
export const readDetails = (
  details: readonly JsonObject[],
  sent: readonly JsonObject[],
): readonly (Verdict | undefined)[] | undefined => {
  if (details.length !== sent.length) return undefined;
  const verdicts = details.map((row, index) => {
    const atFault = typeof row['error'] === 'string' || row['status'] === 'invalid' || row['status'] === 'suppressed';
    return atFault ? readRefusal(row, sent[index] ?? {}) : undefined;
  });
  return verdicts.some((verdict) => verdict !== undefined) ? verdicts : undefined;
};
