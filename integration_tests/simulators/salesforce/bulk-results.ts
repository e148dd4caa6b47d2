import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import type { BulkJob } from './bulk-job.ts';
import type { BulkSettings } from './bulk-settings.ts';
import { Refusal } from './failure.ts';
import type { Results } from './results.ts';

const locatorOf = (job: BulkJob, row: number): string => Buffer.from(`0:${job.id}:${row}`).toString('base64url');

const resultsOf = (job: BulkJob, version: string): Results => {
  if (job.version !== version) {
    throw new Refusal(409, 'API_VERSION_MISMATCH', `Use API version ${job.version} to get the results of this job`);
  }
  if (job.results === undefined) throw new Refusal(400, 'INVALIDJOBSTATE', 'Job is not in a state with results');
  return job.results;
};

const firstRow = (job: BulkJob, parameters: URLSearchParams): number => {
  const locator = parameters.get('locator');
  if (locator === null) return 0;
  const [, id, row] = Buffer.from(locator, 'base64url').toString().split(':');
  if (id !== job.id || !/^\d+$/.test(row ?? '')) throw new Refusal(400, 'INVALIDLOCATOR', 'The locator is not valid');
  return Number(row);
};

/** The page of CSV that the parameters ask for. */
export const resultsPage = (
  job: BulkJob,
  version: string,
  parameters: URLSearchParams,
  settings: BulkSettings,
): Answer => {
  const results = resultsOf(job, version);
  const from = firstRow(job, parameters);
  const asked = Number(parameters.get('maxRecords') ?? settings.pageRows);
  if (!Number.isInteger(asked) || asked < 1) throw new Refusal(400, 'INVALIDBATCH', 'maxRecords must be positive');
  const to = Math.min(results.rows, from + Math.min(asked, settings.maxPageRows));
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/csv; charset=UTF-8',
      'Sforce-Locator': to < results.rows ? locatorOf(job, to) : 'null',
      'Sforce-NumberOfRecords': String(to - from),
    },
    body: results.page(from, to),
  };
};

/** The addresses of up to five pages, for a client that reads them side by side. */
export const resultPages = (
  job: BulkJob,
  version: string,
  parameters: URLSearchParams,
  settings: BulkSettings,
): Answer => {
  const results = resultsOf(job, version);
  const base = `/services/data/v${version}/jobs/query/${job.id}`;
  const from = firstRow(job, parameters);
  const starts: number[] = [];
  let next = from;
  do {
    starts.push(next);
    next += settings.pageRows;
  } while (next < results.rows && starts.length < 5);
  const isDone = next >= results.rows;
  return jsonAnswer({
    resultPages: starts.map((start) => ({ resultUrl: `${base}/results?locator=${locatorOf(job, start)}` })),
    ...(isDone ? {} : { nextRecordsUrl: `${base}/resultPages?locator=${locatorOf(job, next)}` }),
    done: isDone,
  });
};
