import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../airbyte/connector.ts';
import { classifyJob, SalesforceFailure } from './failures.ts';
import { pollMs } from './retry.ts';
import type { Salesforce } from './client.ts';

// Bulk API 2.0 query jobs. jsforce's own reader of results takes header rows for records and holds everything in memory.

/** How long a job may stand still. Salesforce tries a chunk fifteen times for minutes each before it gives up. */
const STANDSTILL_MS = 2 * 60 * 60_000;
/** A line in the log at most this often while a job is waited for. */
const PROGRESS_MS = 10_000;

interface JobInfo {
  readonly id: string;
  readonly state: 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  readonly numberRecordsProcessed?: number;
  readonly errorMessage?: string;
}

/** Asks for the rows of a query, deleted and archived ones included; returns the id of the job. */
export const createJob = async (salesforce: Salesforce, soql: string): Promise<string> => {
  const job = (await salesforce.json({
    what: 'create a Bulk job',
    method: 'POST',
    path: '/jobs/query',
    body: { operation: 'queryAll', query: soql, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
    api: 'bulk',
    awaited: true,
  })) as JobInfo;
  return job.id;
};

export interface Patience {
  readonly log: Log;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Polls a job until it is complete: one step for each poll, and at the end how many rows it has (undefined where Salesforce
 * does not say). A job that failed, was aborted or stands still for two hours is thrown as a SalesforceFailure.
 */
export async function* completeJob(
  salesforce: Salesforce,
  id: string,
  { log, signal }: Patience,
): AsyncGenerator<void, number | undefined> {
  let last = { state: '', rows: -1, at: Date.now() };
  let told = Date.now();
  for (let poll = 1; ; poll += 1) {
    const job = (await salesforce.json({
      what: `ask for the state of Bulk job ${id}`,
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
    if (now - last.at > STANDSTILL_MS) {
      await abortJob(salesforce, id);
      throw new SalesforceFailure('transient', `Bulk job ${id} has stood still for two hours and was aborted.`);
    }
    if (now - told >= PROGRESS_MS) {
      log.info(`Waiting for Bulk job ${id}: ${job.state === 'InProgress' ? `${rows} rows so far` : 'queued'}.`);
      told = now;
    }
    yield;
    await delay(pollMs(poll), undefined, { signal });
  }
}

/** Ends a job nobody will fetch. Whatever goes wrong with that is no one's concern: Salesforce ends it after seven days. */
export const abortJob = async (salesforce: Salesforce, id: string): Promise<void> => {
  try {
    await salesforce.json({
      what: `abort Bulk job ${id}`,
      method: 'PATCH',
      path: `/jobs/query/${id}`,
      body: { state: 'Aborted' },
      api: 'bulk',
      final: true,
    });
  } catch {
    // The job costs nothing but its place in a queue.
  }
};

export interface ResultPage {
  readonly body: AsyncIterable<Uint8Array>;
  /** What Salesforce says the page holds; absent is not zero. */
  readonly rows: number | undefined;
  /** Locator of the page after it; undefined on the last. */
  readonly next: string | undefined;
  /** Ends a page nobody will read. */
  discard(): void;
}

/** A page of a complete job's result as CSV, header row included. Any page can be fetched again by its locator. */
export const resultPage = async (
  salesforce: Salesforce,
  id: string,
  { locator, maxRows }: { readonly locator: string | undefined; readonly maxRows: number },
): Promise<ResultPage> => {
  const query = new URLSearchParams({ maxRecords: String(maxRows), ...(locator !== undefined && { locator }) });
  const answer = await salesforce.open(
    `fetch results of Bulk job ${id}`,
    `/jobs/query/${id}/results?${query.toString()}`,
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

/** Salesforce ends a result with the text `null`; proxies may drop a header or empty it. */
const parseLocator = (headers: Readonly<Record<string, string>>): string | undefined => {
  const locator = headers['sforce-locator']?.trim() ?? '';
  return locator === '' || locator.toLowerCase() === 'null' ? undefined : locator;
};
