import type { Log } from '../../airbyte/connector.ts';
import { ConfigError } from '../../airbyte/errors.ts';
import { createJob } from '../salesforce/bulk.ts';
import { readJob } from './read-job.ts';
import type { SourceConfig } from '../config.ts';
import { SalesforceFailure } from '../salesforce/failures.ts';
import { pageSize } from './page-size.ts';
import type { Step } from '../planning/plan.ts';
import type { Progress } from './progress.ts';
import { readPages } from './read-pages.ts';
import { firstPage, fitsUrl } from '../salesforce/rest.ts';
import type { RowPage } from '../salesforce/rest.ts';
import type { createRestLines } from '../records/rest-lines.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import type { Selection } from '../planning/selection.ts';
import { rowsQuery } from '../planning/soql.ts';
import type { SavedJob } from '../planning/state.ts';
import type { Transcoder } from '../records/transcoder.ts';

/** Beyond so many rows a Bulk job costs fewer calls and less time than pages of 2,000 rows one after the other. */
const REST_ROWS = 10_000;
/** With no Bulk jobs left for the day, so many rows are still worth their REST calls. */
const REST_ROWS_WITHOUT_JOBS = 50_000;
/** How often a window is begun again because its job failed or went away. */
const MAX_RESTARTS = 2;

export interface Query {
  readonly salesforce: SalesforceClient;
  readonly selection: Selection;
  readonly config: Pick<SourceConfig, 'api' | 'includeDeleted'>;
  /** The config's conditions, in SOQL. */
  readonly conditions: string | undefined;
  readonly log: Log;
}

/** How the rows of a step are fetched, with what has been spent on finding out. */
export type Way =
  | { readonly kind: 'rest'; readonly first: RowPage }
  | { readonly kind: 'bulk'; readonly job: SavedJob; readonly isNew: boolean };

/** Ways found closed while reading a step. */
export type Barred = 'rest' | 'bulk' | undefined;

const soqlOf = (query: Query, step: Step, order: 'id' | 'none', afterId: string | undefined): string => {
  const where = [query.conditions, step.where].filter((part) => part !== undefined);
  return rowsQuery(query.selection, {
    window: step.window,
    where: where.length === 2 ? `(${where[0]}) AND (${where[1]})` : where[0],
    includeDeleted: query.config.includeDeleted,
    afterId,
    order,
  });
};

/**
 * Finds the way for a step: goes on with the job an earlier attempt left, or asks for the first page by REST and creates a Bulk
 * job where that shows too many rows. `config.api` decides without asking, where it can be followed.
 */
export const prepare = async (query: Query, step: Step, barred?: Barred): Promise<Way> => {
  if (step.job !== undefined) return { kind: 'bulk', job: step.job, isNew: false };
  const { salesforce, selection, config, log } = query;
  const soql = soqlOf(query, step, 'id', step.afterId);
  const byRest = async (): Promise<Way & { kind: 'rest' }> => {
    if (fitsUrl(soql)) return { kind: 'rest', first: await firstPage(salesforce, soql) };
    throw new SalesforceFailure('rest_to_bulk', 'The query is too long for a URL.');
  };
  const byBulk = async (): Promise<Way> => ({
    kind: 'bulk',
    job: { id: await createJob(salesforce, soqlOf(query, step, 'none', step.afterId)), rows: 0 },
    isNew: true,
  });

  if (barred === 'bulk' || (barred === undefined && config.api !== 'bulk')) {
    try {
      const way = await byRest();
      if (barred === 'bulk' || config.api === 'rest' || way.first.totalSize <= REST_ROWS) return way;
    } catch (error) {
      if (!isFailure(error, 'rest_to_bulk')) throw error;
      if (barred === 'bulk') throw neither(selection, error);
      log.info(`${selection.object} is read by Bulk. ${error.message}`);
    }
  }
  try {
    return await byBulk();
  } catch (error) {
    if (!isFailure(error, 'bulk_to_rest', 'bulk_quota')) throw error;
    if (barred === 'rest') throw neither(selection, error);
    log.warn(`${selection.object} is read by REST. ${error.message}`);
    const way = await byRest().catch((second: unknown) => {
      throw isFailure(second, 'rest_to_bulk') ? neither(selection, second) : second;
    });
    if (error.kind === 'bulk_quota' && way.first.totalSize > REST_ROWS_WITHOUT_JOBS) throw error;
    return way;
  }
};

const isFailure = (error: unknown, ...kinds: readonly SalesforceFailure['kind'][]): error is SalesforceFailure =>
  error instanceof SalesforceFailure && kinds.includes(error.kind);

const neither = ({ object }: Selection, cause: SalesforceFailure): ConfigError =>
  new ConfigError(
    `${object} can be read neither by REST nor by Bulk: choose fewer fields in objects[].fields, or untick fields. ${cause.message}`,
    { cause },
  );

export interface StepReading extends Query {
  readonly transcoder: Transcoder;
  readonly linesOf: ReturnType<typeof createRestLines>;
  readonly signal: AbortSignal;
}

/**
 * The rows of a step to its end, by the way given and, where that turns out closed, by the other. A job or query that is lost is
 * begun again a few times. Throws a SalesforceFailure of kind `halve_window` or `drop_field` for the caller to act upon.
 */
export async function* readStep(reading: StepReading, step: Step, found: Way): AsyncGenerator<Progress, void> {
  const { log, selection } = reading;
  let way = found;
  let rest = step;
  for (let restarts = 0; ;) {
    try {
      for await (const progress of readBy(reading, rest, way)) {
        if (progress.kind === 'reached' && progress.position.afterId !== undefined) {
          rest = { ...rest, afterId: progress.position.afterId };
        }
        yield progress;
      }
      return;
    } catch (error) {
      // A state may name the job, and nobody must go on with it.
      if (way.kind === 'bulk' && isFailure(error, 'restart_window', 'halve_window', 'drop_field', 'bulk_to_rest')) {
        rest = { ...rest, job: undefined };
        yield { kind: 'reached', position: rest.afterId === undefined ? {} : { afterId: rest.afterId } };
      }
      if (isFailure(error, 'rest_to_bulk')) {
        log.warn(`${selection.object} is read by Bulk. ${error.message}`);
        way = await prepare(reading, rest, 'rest');
      } else if (isFailure(error, 'bulk_to_rest')) {
        log.warn(`${selection.object} is read by REST. ${error.message}`);
        way = await prepare(reading, rest, 'bulk');
      } else if (isFailure(error, 'restart_window') && restarts < MAX_RESTARTS) {
        restarts += 1;
        log.warn(`The window of ${selection.object} is read again. ${error.message}`);
        way = await prepare(reading, rest);
      } else throw error;
    }
  }
}

const readBy = (reading: StepReading, step: Step, way: Way): AsyncGenerator<Progress, void> => {
  const { salesforce, selection, transcoder, linesOf, log, signal } = reading;
  const { object, hasId } = selection;
  if (way.kind === 'bulk') {
    const maxRows = pageSize(selection);
    return startedJob(readJob({ salesforce, object, maxRows, transcoder, log, signal }, way.job), way);
  }
  const queryAfter = hasId ? (id: string) => soqlOf(reading, step, 'id', id) : undefined;
  return readPages({ salesforce, object, linesOf, queryAfter }, way.first);
};

/** A new job is named in a state before it is waited for, so that a later attempt can fetch its result. */
async function* startedJob(
  rows: AsyncGenerator<Progress, void>,
  { job, isNew }: Way & { kind: 'bulk' },
): AsyncGenerator<Progress, void> {
  if (isNew) yield { kind: 'reached', position: { job } };
  yield* rows;
}
