import type { Log } from '../../airbyte/connector.ts';
import { ConfigError } from '../../airbyte/errors.ts';
import type { SourceConfig } from '../config.ts';
import type { Step } from '../planning/plan.ts';
import type { Selection } from '../planning/selection.ts';
import { rowsQuery } from '../planning/soql.ts';
import type { SavedJob } from '../planning/state.ts';
import { createJob } from '../salesforce/bulk.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import { isFailure, SalesforceFailure } from '../salesforce/failures.ts';
import type { Api } from '../salesforce/failure-table.ts';
import { firstPage, fitsUrl } from '../salesforce/rest.ts';
import type { RowPage } from '../salesforce/rest.ts';

/** With more rows, a Bulk job takes fewer calls and less time than a sequence of pages of 2,000 rows. */
const MAX_REST_ROWS = 10_000;
/** With no Bulk jobs left for the day, this many rows are still worth their REST calls. */
const MAX_REST_ROWS_WITHOUT_BULK = 50_000;

/** What is needed to read rows of one object. */
export interface ObjectReading {
  readonly salesforce: SalesforceClient;
  readonly selection: Selection;
  readonly config: Pick<SourceConfig, 'api' | 'includeDeleted'>;
  /** The config's conditions, in SOQL. */
  readonly conditions: string | undefined;
  readonly log: Log;
}

/** The query of a step, with the first page of its rows or the Bulk job that collects them. */
export type OpenedQuery =
  | { readonly kind: 'rest'; readonly first: RowPage }
  | { readonly kind: 'bulk'; readonly job: SavedJob; readonly isNew: boolean };

/**
 * Opens the query of a step: continues with the job of an earlier attempt, or asks for the first page by REST and creates a Bulk
 * job when there are too many rows. `config.api` decides without asking, where that is possible. `excluded` is an API that has
 * turned out not to work for this step.
 */
export const openQuery = async (reading: ObjectReading, step: Step, excluded?: Api): Promise<OpenedQuery> => {
  if (step.job !== undefined) return { kind: 'bulk', job: step.job, isNew: false };
  const { selection, config, log } = reading;
  if (excluded === 'bulk' || (excluded === undefined && config.api !== 'bulk')) {
    try {
      const opened = await openByRest(reading, step);
      if (excluded === 'bulk' || config.api === 'rest' || opened.first.totalSize <= MAX_REST_ROWS) return opened;
    } catch (error) {
      if (!isFailure(error, 'rest_to_bulk')) throw error;
      if (excluded === 'bulk') throw unreadable(selection, error);
      log.info(`Reading ${selection.object} with the Bulk API. ${error.message}`);
    }
  }
  try {
    return await openByBulk(reading, step);
  } catch (error) {
    if (!isFailure(error, 'bulk_to_rest', 'bulk_quota')) throw error;
    if (excluded === 'rest') throw unreadable(selection, error);
    log.warn(`Reading ${selection.object} with the REST API. ${error.message}`);
    const opened = await openByRest(reading, step).catch((second: unknown) => {
      throw isFailure(second, 'rest_to_bulk') ? unreadable(selection, second) : second;
    });
    if (error.kind === 'bulk_quota' && opened.first.totalSize > MAX_REST_ROWS_WITHOUT_BULK) throw error;
    return opened;
  }
};

const openByRest = async (reading: ObjectReading, step: Step): Promise<OpenedQuery & { kind: 'rest' }> => {
  const soql = stepQuery(reading, step, 'id', step.afterId);
  if (fitsUrl(soql)) return { kind: 'rest', first: await firstPage(reading.salesforce, soql) };
  throw new SalesforceFailure('rest_to_bulk', 'The query is too long for a URL.');
};

const openByBulk = async (reading: ObjectReading, step: Step): Promise<OpenedQuery> => {
  const id = await createJob(reading.salesforce, stepQuery(reading, step, 'none', step.afterId));
  return { kind: 'bulk', job: { id, rows: 0 }, isNew: true };
};

/** The SOQL of a step, for the rows after an Id. */
export const stepQuery = (
  { selection, config, conditions }: ObjectReading,
  step: Step,
  order: 'id' | 'none',
  afterId: string | undefined,
): string => {
  const where = [conditions, step.where].filter((part) => part !== undefined);
  return rowsQuery(selection, {
    window: step.window,
    where: where.length === 2 ? `(${where[0]}) AND (${where[1]})` : where[0],
    includeDeleted: config.includeDeleted,
    afterId,
    order,
  });
};

const unreadable = ({ object }: Selection, cause: SalesforceFailure): ConfigError =>
  new ConfigError(
    `${object} cannot be read by REST or by Bulk: choose fewer fields in objects[].fields, or deselect some in the connection. ${cause.message}`,
    { cause },
  );
