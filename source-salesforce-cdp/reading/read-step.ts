import type { Step } from '../planning/plan.ts';
import type { createRestLines } from '../records/rest-lines.ts';
import type { Transcoder } from '../records/transcoder.ts';
import { isFailure } from '../salesforce/failures.ts';
import { openQuery, stepQuery } from './open-query.ts';
import type { ObjectReading, OpenedQuery } from './open-query.ts';
import { pageSize } from './page-size.ts';
import type { Progress } from './progress.ts';
import { readJob } from './read-job.ts';
import { readPages } from './read-pages.ts';

/** How often a window is started again because its job failed or disappeared. */
const MAX_RESTARTS = 2;

export interface StepReading extends ObjectReading {
  readonly transcoder: Transcoder;
  readonly linesOf: ReturnType<typeof createRestLines>;
  readonly signal: AbortSignal;
}

/**
 * All rows of a step, from the opened query and, where its API turns out not to work, by the other one. A lost job or query is
 * started again a few times. Throws a SalesforceFailure of kind `halve_window` or `drop_field` for the caller to handle.
 */
export async function* readStep(reading: StepReading, step: Step, first: OpenedQuery): AsyncGenerator<Progress, void> {
  const { log, selection } = reading;
  let opened = first;
  let rest = step;
  for (let restarts = 0; ;) {
    try {
      for await (const progress of readOpened(reading, rest, opened)) {
        if (progress.kind === 'reached' && progress.position.afterId !== undefined) {
          rest = { ...rest, afterId: progress.position.afterId };
        }
        yield progress;
      }
      return;
    } catch (error) {
      // A saved state may name the job, which must not be continued.
      if (opened.kind === 'bulk' && isFailure(error, 'restart_window', 'halve_window', 'drop_field', 'bulk_to_rest')) {
        rest = { ...rest, job: undefined };
        yield { kind: 'reached', position: rest.afterId === undefined ? {} : { afterId: rest.afterId } };
      }
      if (isFailure(error, 'rest_to_bulk')) {
        log.warn(`Reading ${selection.object} with the Bulk API. ${error.message}`);
        opened = await openQuery(reading, rest, 'rest');
      } else if (isFailure(error, 'bulk_to_rest')) {
        log.warn(`Reading ${selection.object} with the REST API. ${error.message}`);
        opened = await openQuery(reading, rest, 'bulk');
      } else if (isFailure(error, 'restart_window') && restarts < MAX_RESTARTS) {
        restarts += 1;
        log.warn(`Reading the time window of ${selection.object} again. ${error.message}`);
        opened = await openQuery(reading, rest);
      } else throw error;
    }
  }
}

const readOpened = (reading: StepReading, step: Step, opened: OpenedQuery): AsyncGenerator<Progress, void> => {
  const { salesforce, selection, transcoder, linesOf, log, signal } = reading;
  const { object, hasId } = selection;
  if (opened.kind === 'bulk') {
    const maxRows = pageSize(selection);
    return withJobSaved(readJob({ salesforce, object, maxRows, transcoder, log, signal }, opened.job), opened);
  }
  const queryAfter = hasId ? (id: string) => stepQuery(reading, step, 'id', id) : undefined;
  return readPages({ salesforce, object, linesOf, queryAfter }, opened.first);
};

/** A new job is saved in a state before it is waited for, so that a later attempt can fetch its result. */
async function* withJobSaved(
  rows: AsyncGenerator<Progress, void>,
  { job, isNew }: OpenedQuery & { kind: 'bulk' },
): AsyncGenerator<Progress, void> {
  if (isNew) yield { kind: 'reached', position: { job } };
  yield* rows;
}
