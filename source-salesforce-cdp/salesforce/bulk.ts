import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../airbyte/connector.ts';
import { classifyJob, SalesforceFailure } from './failures.ts';
import { pollMs } from './retry.ts';
import type { SalesforceClient } from './client.ts';

// Bulk API 2.0 query jobs. jsforce's own reader of results treats header rows as records and keeps everything in memory.

/** How long a job may make no progress. Salesforce retries a chunk up to fifteen times, for minutes each, before it gives up. */
const MAX_STALL_MS = 2 * 60 * 60_000;
/** The log gets a line at most this often while a job is being waited for. */
const PROGRESS_MS = 10_000;

interface JobInfo {
  readonly id: string;
  readonly state: 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  readonly numberRecordsProcessed?: number;
  readonly errorMessage?: string;
}

/** Creates a job for the rows of a query, including deleted and archived ones; returns its id. */
export const createJob = async (salesforce: SalesforceClient, soql: string): Promise<string> => {
  const job = (await salesforce.json({
    what: 'create a Bulk job',
    method: 'POST',
    path: '/jobs/query',
    body: { operation: 'queryAll', query: soql, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
    api: 'bulk',
    uninterruptible: true,
  })) as JobInfo;
  return job.id;
};

export interface WaitOptions {
  readonly log: Log;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Polls a job until it is complete: yields after each poll and returns how many rows the job has (undefined where Salesforce
 * does not report it). Throws a SalesforceFailure when the job failed, was aborted, or made no progress for two hours.
 */
export async function* completeJob(
  salesforce: SalesforceClient,
  id: string,
  { log, signal }: WaitOptions,
): AsyncGenerator<void, number | undefined> {
  let last = { state: '', rows: -1, at: Date.now() };
  let loggedAt = Date.now();
  for (let poll = 1; ; poll += 1) {
    const job = (await salesforce.json({
      what: `check Bulk job ${id}`,
      method: 'GET',
      path: `/jobs/query/${id}`,
      api: 'bulk',
    })) as JobInfo;
    if (job.state === 'JobComplete') return job.numberRecordsProcessed;
    if (job.state === 'Failed') throw classifyJob(job.errorMessage);
    if (job.state === 'Aborted') {
      throw new SalesforceFailure('restart_window', `Bulk job ${id} was aborted by someone else.`);
    }
    const now = Date.now();
    const rows = job.numberRecordsProcessed ?? 0;
    if (job.state !== last.state || rows !== last.rows) last = { state: job.state, rows, at: now };
    if (now - last.at > MAX_STALL_MS) {
      await abortJob(salesforce, id);
      throw new SalesforceFailure('transient', `Bulk job ${id} made no progress for two hours and was aborted.`);
    }
    if (now - loggedAt >= PROGRESS_MS) {
      log.info(`Waiting for Bulk job ${id}: ${job.state === 'InProgress' ? `${rows} rows so far` : 'queued'}.`);
      loggedAt = now;
    }
    yield;
    await delay(pollMs(poll), undefined, { signal });
  }
}

/** Aborts a job whose result will not be fetched. Never throws: Salesforce deletes the job after seven days anyway. */
export const abortJob = async (salesforce: SalesforceClient, id: string): Promise<void> => {
  try {
    await salesforce.json({
      what: `abort Bulk job ${id}`,
      method: 'PATCH',
      path: `/jobs/query/${id}`,
      body: { state: 'Aborted' },
      api: 'bulk',
      cleanup: true,
    });
  } catch {
    // The job costs nothing but its place in the queue.
  }
};

export interface ResultPage {
  readonly body: AsyncIterable<Uint8Array>;
  /** How many rows the page has according to Salesforce; undefined where it does not report that. */
  readonly rows: number | undefined;
  /** Locator of the next page; undefined on the last one. */
  readonly next: string | undefined;
  /** Ends a page that will not be read. */
  discard(): void;
}

/** A page of a completed job's result as CSV with a header row. Any page can be fetched again by its locator. */
export const resultPage = async (
  salesforce: SalesforceClient,
  id: string,
  { locator, maxRows }: { readonly locator: string | undefined; readonly maxRows: number },
): Promise<ResultPage> => {
  const params = new URLSearchParams({ maxRecords: String(maxRows), ...(locator !== undefined && { locator }) });
  const answer = await salesforce.open(
    `fetch results of Bulk job ${id}`,
    `/jobs/query/${id}/results?${params.toString()}`,
  );
  const { headers, body } = answer;
  const rows = headers['sforce-numberofrecords'] ?? '';
  return {
    body,
    rows: /^\d+$/.test(rows) ? Number(rows) : undefined,
    next: parseLocator(headers),
    discard: () => answer.discard(),
  };
};

/** Salesforce marks the last page with the text `null`; a proxy may drop the header or empty it. */
const parseLocator = (headers: Readonly<Record<string, string>>): string | undefined => {
  const locator = headers['sforce-locator']?.trim() ?? '';
  return locator === '' || locator.toLowerCase() === 'null' ? undefined : locator;
};
