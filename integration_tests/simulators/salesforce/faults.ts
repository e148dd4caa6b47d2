import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import { errorBody } from './failure.ts';

// The fault script: which request goes wrong, and how. Everything else is answered as usual.

interface FaultMatch {
  readonly method?: string;
  /** Tested against path and query string. */
  readonly path?: RegExp;
  /** Lets this many matching requests pass first (default 0). */
  readonly after?: number;
  /** How many requests go wrong (default 1). */
  readonly times?: number;
}

/** Where a body is cut, counted before compression. A row is a CSV row; row 0 is the header. */
export type CutPoint =
  | { readonly bytes: number }
  /** Right after the line end of this row. */
  | { readonly rowEnd: number }
  /** In the middle of this row, between two cells. */
  | { readonly midRow: number }
  /** Inside a quoted value of this row. */
  | { readonly midQuote: number };

export type FaultAction =
  /** Answers this instead; the request does nothing. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  /** Closes the connection without a word; `acted` decides whether the request did its work before. */
  | { readonly kind: 'drop'; readonly acted?: boolean }
  /** Waits before answering. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Sends the body up to a point, then resets the connection or ends the answer as if it were whole. */
  | { readonly kind: 'cut'; readonly at: CutPoint; readonly how: 'reset' | 'end' }
  /** Sends this many bytes of the body, then nothing more, the connection left open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Sends the body in pieces of one to ten bytes. */
  | { readonly kind: 'drip' }
  /** Changes the headers just before they go out; names keep the case given. */
  | { readonly kind: 'headers'; readonly edit: (headers: Record<string, string>) => Record<string, string> }
  /** Changes the whole body (collected first) before it goes out. */
  | { readonly kind: 'body'; readonly edit: (body: Buffer) => Buffer }
  /** Compresses the body if the client takes gzip, and sends only this many bytes of the result. */
  | { readonly kind: 'gzip-cut'; readonly bytes: number; readonly how: 'reset' | 'end' }
  /** Does something at this moment, before the request is handled: ends sessions, changes the org … */
  | { readonly kind: 'do'; readonly run: () => void };

export interface Fault {
  readonly match: FaultMatch;
  readonly action: FaultAction | readonly FaultAction[];
}

/** Errors that tests often need. */
export const refusals = {
  sessionExpired: {
    kind: 'answer',
    status: 401,
    body: errorBody('INVALID_SESSION_ID', 'Session expired or invalid'),
  },
  requestLimit: {
    kind: 'answer',
    status: 403,
    body: errorBody('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
  },
  unavailable: {
    kind: 'answer',
    status: 503,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><body><h1>Service Unavailable</h1></body></html>',
  },
} satisfies Record<string, FaultAction>;

/** The actions due for a request; counts the request against every fault it matches until one strikes. */
export const createFaultScript = (faults: Fault[]): ((method: string, path: string) => readonly FaultAction[]) => {
  const seen = new WeakMap<Fault, number>();
  return (method, path) => {
    for (const fault of faults) {
      const { match } = fault;
      if (match.method !== undefined && match.method !== method) continue;
      if (match.path !== undefined && !new RegExp(match.path.source, match.path.flags.replace('g', '')).test(path))
        continue;
      const count = seen.get(fault) ?? 0;
      seen.set(fault, count + 1);
      const after = match.after ?? 0;
      if (count < after || count >= after + (match.times ?? 1)) continue;
      return Array.isArray(fault.action) ? fault.action : [fault.action as FaultAction];
    }
    return [];
  };
};

/** The answer of an `answer` action. */
export const faultAnswer = (action: FaultAction & { readonly kind: 'answer' }): Answer =>
  action.body === undefined
    ? { status: action.status, headers: action.headers ?? {}, body: undefined }
    : jsonAnswer(action.body, action.status, action.headers ?? {});

/** How many bytes of this body come before the point. The whole body if it has no such point. */
export const cutOffset = (body: Buffer, at: CutPoint): number => {
  if ('bytes' in at) return Math.min(at.bytes, body.length);
  const wanted = 'rowEnd' in at ? at.rowEnd : 'midRow' in at ? at.midRow : at.midQuote;
  let row = 0;
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < body.length; index += 1) {
    if (body[index] === 0x22) isQuoted = !isQuoted;
    else if (body[index] === 0x0a && !isQuoted) {
      if (row === wanted) return 'rowEnd' in at ? index + 1 : insideRow(body, start, index, 'midQuote' in at);
      row += 1;
      start = index + 1;
    }
  }
  return body.length;
};

const insideRow = (body: Buffer, start: number, end: number, isInQuotes: boolean): number => {
  let isQuoted = false;
  const fits: number[] = [];
  for (let index = start; index < end; index += 1) {
    if (body[index] === 0x22) isQuoted = !isQuoted;
    // Behind a quote that opened a value; or behind the separator between two values.
    if (isInQuotes ? isQuoted && index > start : !isQuoted && body[index] !== 0x22) fits.push(index + 1);
  }
  return fits[Math.floor(fits.length / 2)] ?? start + 1;
};
