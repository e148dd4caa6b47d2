import type { Log } from '../../airbyte/connector.ts';
import { deletedSpan } from '../planning/deleted-span.ts';
import { halve } from '../planning/window.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import { isFailure } from '../salesforce/failures.ts';
import { deletions } from '../salesforce/rest.ts';
import type { DeletedRow } from '../salesforce/rest.ts';

export interface DeletedListing {
  readonly salesforce: SalesforceClient;
  readonly object: string;
  /** Where `/deleted` was last read. */
  readonly covered: Date;
  readonly to: Date;
  readonly log: Log;
}

/** The rows deleted since. Undefined when it is too early to ask, or when Salesforce refuses the list, which is only logged. */
export const listDeleted = async ({
  salesforce,
  object,
  covered,
  to,
  log,
}: DeletedListing): Promise<{ rows: readonly DeletedRow[]; covered: Date } | undefined> => {
  const span = deletedSpan(covered, to);
  if (span === undefined) return undefined;
  if (span.missed) {
    log.warn(`Rows of ${object} purged before ${span.start.toISOString()} can no longer be listed by Salesforce.`);
  }
  const rows: DeletedRow[] = [];
  const spans: { readonly from: Date; readonly to: Date }[] = [{ from: span.start, to: span.end }];
  let reached = span.start;
  for (let next = spans.shift(); next !== undefined; next = spans.shift()) {
    try {
      const list = await deletions(salesforce, object, next.from, next.to);
      rows.push(...list.deleted);
      reached = list.covered < next.to ? list.covered : next.to;
      // An open transaction may still delete rows from here on.
      if (list.covered < next.to) break;
    } catch (error) {
      const middle = isFailure(error, 'halve_window') ? halve(next, to)?.[0].to : undefined;
      if (middle !== undefined) spans.unshift({ from: next.from, to: middle }, { from: middle, to: next.to });
      else if (isFailure(error, 'config', 'bug')) {
        log.warn(`Rows of ${object} purged from the recycle bin cannot be listed. ${error.message}`);
        return undefined;
      } else throw error;
    }
  }
  return { rows, covered: reached };
};
