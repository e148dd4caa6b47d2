import { deletedFromFirstRead } from '../planning/deleted-span.ts';
import { afterStep, duringStep, halveStep } from '../planning/plan.ts';
import type { Plan } from '../planning/plan.ts';
import type { Envelope } from '../records/layout.ts';
import { createRestLines } from '../records/rest-lines.ts';
import type { RowFilter } from '../records/row-filter.ts';
import { createTranscoder } from '../records/transcoder.ts';
import { isFailure } from '../salesforce/failures.ts';
import { createSentDeletions, tombstoneLines } from './deletions.ts';
import { listDeleted } from './list-deleted.ts';
import { createLookback } from './lookback.ts';
import { openQuery } from './open-query.ts';
import type { ObjectReading, OpenedQuery } from './open-query.ts';
import { readStep } from './read-step.ts';
import type { StepReading } from './read-step.ts';
import { createStreamOutput } from './stream-output.ts';
import type { LastState, Message, Spent } from './stream-output.ts';

/** A stream about to be read. */
export interface StreamReading extends ObjectReading {
  readonly envelope: Envelope;
  readonly plan: Plan;
  readonly to: Date;
  readonly lookbackMs: number;
  /** Whether deleted rows are wanted and `/deleted` can list those of the object. */
  readonly listsDeleted: boolean;
  readonly signal: AbortSignal;
  /** Both updated during the read. */
  readonly spent: Spent;
  readonly last: LastState;
}

/**
 * Records and states of a stream, in order. Each state is true once everything before it has been received. `first` is the opened
 * query of the plan's first step. A SalesforceFailure of kind `drop_field` calls for another selection and plan.
 */
export async function* readStream(reading: StreamReading, first: OpenedQuery): AsyncGenerator<Message, void> {
  const { salesforce, selection, envelope, plan, to, lookbackMs, spent, last, log } = reading;
  const known = plan.state.deleted ?? deletedFromFirstRead(to, lookbackMs);
  const sentDeletions = createSentDeletions(known);
  const lookback = createLookback({
    repeats: plan.state.repeats ?? new Map<string, string>(),
    cursor: plan.state.cursor,
    to,
    lookbackMs,
  });
  const isIncremental = plan.state.cursorField !== undefined;
  const rowFilter = isIncremental
    ? { ...lookback, deleted: (id: string, cursor: string) => sentDeletions.deleted(id, cursor) }
    : undefined;
  const tracksDeleted = reading.listsDeleted && isIncremental;
  const { stepReading, nulled } = withLineWriters(reading, rowFilter);
  const output = createStreamOutput(envelope.stream, spent, last);
  let { state } = plan;

  // From the first record on there may be something to delete, even if no other state is ever reached.
  if (tracksDeleted && last.state === undefined) yield output.state(state);
  const steps = [...plan.steps];
  let opened: OpenedQuery | undefined = first;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    try {
      for await (const progress of readStep(stepReading, step, opened ?? (await openQuery(reading, step)))) {
        switch (progress.kind) {
          case 'lines':
            yield output.lines(progress.bytes, progress.count);
            break;
          case 'reached':
            if (progress.position.job?.rows === 0 && progress.position.job.locator === undefined) spent.jobs += 1;
            yield output.state(duringStep(state, step, progress.position));
            break;
          case 'estimate':
            yield output.estimate(spent.records + progress.rows);
            break;
          default:
            yield* output.keepAlive(state);
        }
      }
      const isLast = steps.length === 0;
      state = afterStep(state, step, isLast ? lookback.remembered() : undefined);
      if (isLast && tracksDeleted) state = { ...state, deleted: sentDeletions.remembered(known.covered) };
      yield output.state(state);
    } catch (error) {
      const halves = isFailure(error, 'halve_window') ? halveStep(selection, step, to) : undefined;
      if (halves === undefined) throw error;
      log.warn(`Splitting the time window for ${envelope.stream} in two. ${(error as Error).message}`);
      steps.unshift(...halves);
    }
    opened = undefined;
  }

  for (const [path, count] of nulled()) {
    log.warn(`${envelope.stream}.${path}: ${count} values did not match the field's type and were sent as null.`);
  }
  if (!tracksDeleted || !plan.asksDeleted) return;
  const listed = await listDeleted({ salesforce, object: selection.object, covered: known.covered, to, log });
  if (listed === undefined) return;
  const rows = sentDeletions.unsent(listed.rows);
  if (rows.length > 0) yield output.lines(tombstoneLines(selection, envelope, rows), rows.length);
  yield output.state({ ...state, deleted: sentDeletions.remembered(listed.covered) });
}

/** The reading with the writers of both APIs, and how often each column's value became null, by path. */
const withLineWriters = (
  reading: StreamReading,
  rowFilter: RowFilter | undefined,
): { stepReading: StepReading; nulled: () => readonly (readonly [path: string, count: number])[] } => {
  const { selection, envelope } = reading;
  const transcoder = createTranscoder(selection, envelope, rowFilter);
  const restLines = createRestLines(selection, envelope, rowFilter);
  const nulledByRest = new Map<string, number>();
  const linesOf: StepReading['linesOf'] = (rows) => {
    const written = restLines(rows);
    for (const path of written.nulled) nulledByRest.set(path, (nulledByRest.get(path) ?? 0) + 1);
    return written;
  };
  return { stepReading: { ...reading, transcoder, linesOf }, nulled: () => [...transcoder.nulled, ...nulledByRest] };
};
