import { TransientError } from '../../airbyte/errors.ts';
import { isFailure } from '../salesforce/failures.ts';
import type { Progress } from './progress.ts';
import { firstPage, nextPage } from '../salesforce/rest.ts';
import type { RowPage } from '../salesforce/rest.ts';
import type { RestLines } from '../records/rest-lines.ts';
import type { SalesforceClient } from '../salesforce/client.ts';

export interface PageReading {
  readonly salesforce: SalesforceClient;
  readonly object: string;
  readonly linesOf: (rows: RowPage['rows']) => RestLines;
  /** The query for the rows after an Id; undefined for an object without Id, whose read cannot be continued. */
  readonly queryAfter: ((id: string) => string) | undefined;
}

/** The rows of a query, page by page. A query that Salesforce has closed is made again for the rows after the last Id. */
export async function* readPages(reading: PageReading, first: RowPage): AsyncGenerator<Progress, void> {
  const { salesforce, object, linesOf, queryAfter } = reading;
  yield { kind: 'estimate', rows: first.totalSize };
  let page = first;
  let expected = first.totalSize;
  let rows = 0;
  for (;;) {
    const { lines, records } = linesOf(page.rows);
    if (records > 0) yield { kind: 'lines', bytes: lines, count: records };
    rows += page.rows.length;
    if (page.next === undefined) break;
    const lastId = page.rows.at(-1)?.['Id'];
    const resumable = queryAfter !== undefined && typeof lastId === 'string';
    if (resumable) yield { kind: 'reached', position: { afterId: lastId } };
    try {
      page = await nextPage(salesforce, page.next);
    } catch (error) {
      if (!isFailure(error, 'restart_window') || !resumable) throw error;
      page = await firstPage(salesforce, queryAfter(lastId));
      expected = rows + page.totalSize;
    }
  }
  if (rows >= expected) return;
  yield { kind: 'reached', position: {} };
  throw new TransientError(
    `A query for ${object} returned ${rows} rows, but Salesforce announced ${expected}. The next sync will read them again.`,
  );
}
