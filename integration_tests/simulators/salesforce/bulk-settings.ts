/** How a job ends other than well. The first entry that fits a job is used for it. */
export interface JobOutcome {
  readonly object?: string;
  /** Only jobs with more rows than this. */
  readonly aboveRows?: number;
  /** How many jobs (default 1). */
  readonly times?: number;
  /** `Stuck` stays InProgress for ever. */
  readonly state: 'Failed' | 'Aborted' | 'Stuck';
  readonly errorMessage?: string;
}

/** Settings of Bulk; all of them may be changed while it runs. */
export interface BulkSettings {
  /** From UploadComplete to InProgress, and from there to the end, in real milliseconds. */
  queuedMs: number;
  runningMs: number;
  /** Objects Bulk refuses with INVALIDENTITY. */
  unsupported: readonly string[];
  /** Rows of a page when the client does not say, and the most it may ask for. */
  pageRows: number;
  maxPageRows: number;
  chunkRows: number;
  /** Large decimals as 9.5E8. */
  scientificNumbers: boolean;
  dailyJobs: number;
  outcomes: JobOutcome[];
}

export const defaultBulkSettings = (): BulkSettings => ({
  queuedMs: 0,
  runningMs: 0,
  unsupported: ['Attachment', 'TaskStatus', 'FormulaFunction'],
  pageRows: 100_000,
  maxPageRows: 1_000_000,
  chunkRows: 50_000,
  scientificNumbers: false,
  dailyJobs: 10_000,
  outcomes: [],
});
