import { setTimeout as delay } from 'node:timers/promises';
import { TransientError } from '../../airbyte/errors.ts';
import { completeJob, resultPage } from '../salesforce/bulk.ts';
import type { WaitOptions, ResultPage } from '../salesforce/bulk.ts';
import { isFailure } from '../salesforce/failures.ts';
import type { Progress } from './progress.ts';
import { waitMs } from '../salesforce/retry.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import type { SavedJob } from '../planning/state.ts';
import type { Transcoder } from '../records/transcoder.ts';

export interface JobReading extends WaitOptions {
  readonly salesforce: SalesforceClient;
  readonly object: string;
  /** Rows to ask for in one page. */
  readonly maxRows: number;
  readonly transcoder: Transcoder;
}

/**
 * The rows of a job from the saved position on. A page that is cut off is fetched again without sending its rows twice; the
 * total number of rows must be the one that the job reports. Throws SalesforceFailures about the job, and TransientErrors.
 */
export async function* readJob(reading: JobReading, job: SavedJob): AsyncGenerator<Progress, void> {
  const { salesforce, object } = reading;
  const completion = completeJob(salesforce, job.id, reading);
  let poll = await completion.next();
  for (; poll.done !== true; poll = await completion.next()) yield { kind: 'waiting' };
  const total = poll.value;
  if (total !== undefined) yield { kind: 'estimate', rows: total - job.rows };
  let { locator, rows } = job;
  const pages = pagesOf(reading, job.id);
  try {
    for (let isLast = total === 0; !isLast;) {
      const page = yield* readPage(reading, pages, locator);
      rows += page.rows;
      locator = page.next;
      // More rows than the job has: the pages are going in circles.
      isLast = locator === undefined || (total !== undefined && rows > total);
      if (locator !== undefined) yield { kind: 'reached', position: { job: { id: job.id, locator, rows } } };
    }
  } finally {
    pages.close();
  }
  if (total === undefined || rows === total) return;
  yield { kind: 'reached', position: {} };
  throw new TransientError(
    `Bulk job ${job.id} for ${object} returned ${rows} rows but reports ${total}. The next sync will read them again.`,
  );
}

interface Pages {
  /** The page at a locator. The next page is fetched while this one is read. */
  fetch(locator: string | undefined): Promise<ResultPage>;
  close(): void;
}

const pagesOf = ({ salesforce, maxRows }: JobReading, id: string): Pages => {
  let ahead: { readonly locator: string; readonly page: Promise<ResultPage> } | undefined;
  return {
    async fetch(locator) {
      const fetched = ahead !== undefined && ahead.locator === locator ? ahead.page : undefined;
      if (fetched !== undefined) ahead = undefined;
      const page = await (fetched ?? resultPage(salesforce, id, { locator, maxRows }));
      if (page.next !== undefined && ahead === undefined) {
        ahead = { locator: page.next, page: resultPage(salesforce, id, { locator: page.next, maxRows }) };
        // The failure is thrown when the page is taken.
        ahead.page.catch(() => undefined);
      }
      return page;
    },
    close() {
      ahead?.page.then(
        (page) => page.discard(),
        () => undefined,
      );
    },
  };
};

/** One result page, fetched again from its beginning as long as that yields more rows, or a few times if it does not. */
async function* readPage(
  { object, transcoder, log, signal }: JobReading,
  pages: Pages,
  locator: string | undefined,
): AsyncGenerator<Progress, { rows: number; next: string | undefined }> {
  let sent = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      transcoder.page(sent);
      const page = await pages.fetch(locator);
      for await (const chunk of page.body) yield* linesOf(transcoder, () => transcoder.push(chunk));
      yield* linesOf(transcoder, () => transcoder.end());
      const { rows } = transcoder;
      if (page.rows === undefined || page.rows === rows) return { rows, next: page.next };
      throw new TransientError(`A result page for ${object} has ${rows} rows, but Salesforce announced ${page.rows}.`);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      if (transcoder.rows > sent) attempt = 1;
      sent = Math.max(sent, transcoder.rows);
      const wait = waitMs(attempt, undefined, Math.random());
      if (wait === undefined) throw error;
      log.warn(
        `${error.message} Fetching the page again in ${(wait / 1_000).toFixed(1)} s; ${sent} of its rows have been read.`,
      );
      await delay(wait, undefined, { signal });
    }
  }
}

const isTemporary = (error: unknown): error is Error => error instanceof TransientError || isFailure(error, 'retry');

function* linesOf(transcoder: Transcoder, write: () => Uint8Array): Generator<Progress> {
  const before = transcoder.records;
  const bytes = write();
  if (bytes.length > 0) yield { kind: 'lines', bytes, count: transcoder.records - before };
}
