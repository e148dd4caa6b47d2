import type { BulkRequest } from './bulk-request.ts';
import type { Results } from './results.ts';

export type JobState = 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

export interface BulkJob extends Omit<BulkRequest, 'plan'> {
  readonly id: string;
  readonly object: string;
  readonly version: string;
  readonly createdAt: number;
  state: JobState;
  changedAt: number;
  results: Results | undefined;
  processed: number;
  errorMessage: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export const isOver = (job: BulkJob): boolean => job.state !== 'UploadComplete' && job.state !== 'InProgress';

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}+0000`;

/** The job as the answers to create, abort and list show it. */
export const jobView = (job: BulkJob, userId: string): Record<string, unknown> => ({
  id: job.id,
  operation: job.operation,
  object: job.object,
  createdById: userId,
  createdDate: instant(job.createdAt),
  systemModstamp: instant(job.changedAt),
  state: job.state,
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: Number(job.version),
  lineEnding: job.lineEnding,
  columnDelimiter: job.columnDelimiter,
});

/** The job as its status shows it. */
export const jobStatusView = (job: BulkJob, userId: string, runningMs: number): Record<string, unknown> => ({
  ...jobView(job, userId),
  jobType: 'V2Query',
  numberRecordsProcessed: job.processed,
  retries: 0,
  totalProcessingTime: isOver(job) ? runningMs : 0,
  isPkChunkingSupported: true,
  ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
});
