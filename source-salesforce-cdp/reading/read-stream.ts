import type { AirbyteMessage, RecordLines } from '../../airbyte/protocol.ts';
import { streamState } from '../../airbyte/protocol.ts';
import { createSentDeletions, tombstoneLines } from './deletions.ts';
import { deletedFromFirstRead, deletedSpan } from '../planning/deleted-span.ts';
import { SalesforceFailure } from '../salesforce/failures.ts';
import type { Envelope } from '../records/layout.ts';
import { createLookback } from './lookback.ts';
import { afterStep, duringStep, halveStep } from '../planning/plan.ts';
import type { Plan, Step } from '../planning/plan.ts';
import type { Progress } from './progress.ts';
import { deletions } from '../salesforce/rest.ts';
import type { DeletedRow, RowPage } from '../salesforce/rest.ts';
import { createRestLines } from '../records/rest-lines.ts';
import { encodeState } from '../planning/state.ts';
import type { StreamState } from '../planning/state.ts';
import { prepare, readStep } from './read-step.ts';
import type { Query, Way } from './read-step.ts';
import { createTranscoder } from '../records/transcoder.ts';
import { halve } from '../planning/window.ts';

export type Message = AirbyteMessage | RecordLines;

/** A stream about to be read. */
export interface StreamReading extends Query {
  readonly envelope: Envelope;
  readonly plan: Plan;
  readonly to: Date;
  readonly lookbackMs: number;
  /** Whether `/deleted` knows the object, and rows deleted are wanted. */
  readonly listsDeleted: boolean;
  readonly signal: AbortSignal;
  /** What has been spent, and the last state sent; filled in as the reading goes on. */
  readonly account: Account;
}

export interface Account {
  calls: number;
  records: number;
  bytes: number;
  jobs: number;
  state: StreamState | undefined;
}

/** The platform takes a source for dead that sends neither record nor state for long; waiting for a job can take that long. */
const SILENCE_MS = 3 * 60_000;

/**
 * Records and states of a stream, in order. Each state is true once everything before it has been taken in. `first` is the way
 * found for the plan's first step. A SalesforceFailure of kind `drop_field` asks for another selection and another plan.
 */
export async function* readStream(reading: StreamReading, first: Way): AsyncGenerator<Message, void> {
  const { selection, envelope, plan, to, lookbackMs, account, log } = reading;
  const stream = { name: envelope.stream };
  const known = plan.state.deleted ?? deletedFromFirstRead(to, lookbackMs);
  const sentDeletions = createSentDeletions(known);
  const lookback = createLookback({
    repeats: plan.state.repeats ?? new Map<string, string>(),
    cursor: plan.state.cursor,
    to,
    lookbackMs,
  });
  const watch =
    plan.state.cursorField === undefined
      ? undefined
      : { ...lookback, deleted: (id: string, cursor: string) => sentDeletions.deleted(id, cursor) };
  const tracksDeleted = reading.listsDeleted && watch !== undefined;
  const rowLines = createRestLines(selection, envelope, watch);
  const nulledByRest = new Map<string, number>();
  const tools = {
    ...reading,
    transcoder: createTranscoder(selection, envelope, watch),
    linesOf: (rows: RowPage['rows']) => {
      const made = rowLines(rows);
      for (const path of made.nulled) nulledByRest.set(path, (nulledByRest.get(path) ?? 0) + 1);
      return made;
    },
  };
  let { state } = plan;
  let sinceState = 0;
  let spokenAt = Date.now();

  const lines = (bytes: Uint8Array, count: number): Message => {
    account.records += count;
    account.bytes += bytes.length;
    sinceState += count;
    spokenAt = Date.now();
    return { type: 'RECORD_LINES', stream: envelope.stream, count, bytes };
  };
  const stateMessage = (now: StreamState): Message => {
    account.state = now;
    const message = streamState(stream, encodeState(now), { recordCount: sinceState });
    sinceState = 0;
    spokenAt = Date.now();
    return message;
  };

  const messagesOf = function* (step: Step, progress: Progress): Generator<Message> {
    switch (progress.kind) {
      case 'lines':
        yield lines(progress.bytes, progress.count);
        break;
      case 'reached': {
        const { job } = progress.position;
        if (job !== undefined && job.rows === 0 && job.locator === undefined) account.jobs += 1;
        yield stateMessage(duringStep(state, step, progress.position));
        break;
      }
      case 'estimate':
        yield estimate(envelope.stream, account.records + progress.rows);
        break;
      default:
        if (Date.now() - spokenAt > SILENCE_MS) yield stateMessage(account.state ?? state);
    }
  };

  // From the first record on there may be something to delete, though no other state may ever be reached.
  if (tracksDeleted && account.state === undefined) yield stateMessage(state);
  const steps = [...plan.steps];
  let way: Way | undefined = first;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    try {
      for await (const progress of readStep(tools, step, way ?? (await prepare(reading, step)))) {
        yield* messagesOf(step, progress);
      }
      const isLast = steps.length === 0;
      state = afterStep(state, step, isLast ? lookback.remembered() : undefined);
      if (isLast && tracksDeleted) state = { ...state, deleted: sentDeletions.remembered(known.covered) };
      yield stateMessage(state);
    } catch (error) {
      const halves = isTooBig(error) ? halveStep(selection, step, to) : undefined;
      if (halves === undefined) throw error;
      log.warn(`The window of ${envelope.stream} is cut in halves. ${(error as Error).message}`);
      steps.unshift(...halves);
    }
    way = undefined;
  }

  for (const [path, count] of [...tools.transcoder.nulled, ...nulledByRest]) {
    log.warn(`${envelope.stream}.${path}: ${count} values are none of their type and were sent as null.`);
  }
  if (!tracksDeleted || !plan.asksDeleted) return;
  const listed = await listDeleted(reading, known.covered);
  if (listed === undefined) return;
  const rows = sentDeletions.unsent(listed.rows);
  if (rows.length > 0) yield lines(tombstoneLines(selection, envelope, rows), rows.length);
  yield stateMessage({ ...state, deleted: sentDeletions.remembered(listed.covered) });
}

const isTooBig = (error: unknown): boolean => error instanceof SalesforceFailure && error.kind === 'halve_window';

const estimate = (name: string, rows: number): Message => ({
  type: 'TRACE',
  trace: { type: 'ESTIMATE', emitted_at: Date.now(), estimate: { name, type: 'STREAM', row_estimate: rows } },
});

/** Rows purged since; undefined when it is too early to ask, or when the list is refused, which costs the rows nothing. */
const listDeleted = async (
  { salesforce, selection, to, log }: StreamReading,
  covered: Date,
): Promise<{ rows: readonly DeletedRow[]; covered: Date } | undefined> => {
  const span = deletedSpan(covered, to);
  if (span === undefined) return undefined;
  if (span.missed) {
    log.warn(
      `Rows of ${selection.object} purged before ${span.start.toISOString()} can no longer be listed by Salesforce.`,
    );
  }
  const rows: DeletedRow[] = [];
  const spans: { readonly from: Date; readonly to: Date }[] = [{ from: span.start, to: span.end }];
  let reached = span.start;
  for (let next = spans.shift(); next !== undefined; next = spans.shift()) {
    try {
      const list = await deletions(salesforce, selection.object, next.from, next.to);
      rows.push(...list.deleted);
      reached = list.covered < next.to ? list.covered : next.to;
      // An open transaction may still delete rows from here on.
      if (list.covered < next.to) break;
    } catch (error) {
      const middle = isTooBig(error) ? halve(next, to)?.[0].to : undefined;
      if (middle !== undefined) spans.unshift({ from: next.from, to: middle }, { from: middle, to: next.to });
      else if (error instanceof SalesforceFailure && ['config', 'bug'].includes(error.kind)) {
        log.warn(`Rows of ${selection.object} purged from the recycle bin cannot be listed. ${error.message}`);
        return undefined;
      } else throw error;
    }
  }
  return { rows, covered: reached };
};
