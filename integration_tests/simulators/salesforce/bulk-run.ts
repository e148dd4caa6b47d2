import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BulkJob, JobState } from './bulk-job.ts';
import { isOver } from './bulk-job.ts';
import { DELIMITERS } from './bulk-request.ts';
import type { BulkSettings, JobOutcome } from './bulk-settings.ts';
import type { Org } from './org.ts';
import type { Plan } from './plan.ts';
import type { Results } from './results.ts';
import { takeResults } from './results.ts';

/** Runs jobs to the end the settings have for them. */
export interface BulkRuns {
  /** Queues the job; it runs by itself from there. */
  start(job: BulkJob, plan: Plan): void;
  become(job: BulkJob, state: JobState): void;
  /** Removes the files of all results. */
  close(): void;
}

export const createBulkRuns = (org: Org, settings: BulkSettings): BulkRuns => {
  const folder = mkdtempSync(join(tmpdir(), 'salesforce-'));
  const used = new Map<JobOutcome, number>();

  const become = (job: BulkJob, state: JobState): void => {
    job.state = state;
    job.changedAt = org.clock.second();
  };
  const outcomeOf = (job: BulkJob, rows: number): JobOutcome | undefined => {
    const outcome = settings.outcomes.find(
      (one) =>
        (one.object ?? job.object) === job.object &&
        rows > (one.aboveRows ?? -1) &&
        (used.get(one) ?? 0) < (one.times ?? 1),
    );
    if (outcome !== undefined) used.set(outcome, (used.get(outcome) ?? 0) + 1);
    return outcome;
  };
  const complete = (job: BulkJob, results: Results): void => {
    if (isOver(job)) {
      results.remove();
      return;
    }
    const outcome = outcomeOf(job, results.rows);
    if (outcome === undefined) {
      job.results = results;
      job.processed = results.rows;
      become(job, 'JobComplete');
      return;
    }
    results.remove();
    if (outcome.state === 'Stuck') return;
    job.errorMessage = outcome.errorMessage;
    become(job, outcome.state);
  };
  const run = async (job: BulkJob, plan: Plan): Promise<void> => {
    if (isOver(job)) return;
    become(job, 'InProgress');
    const results = await takeResults(org.database(), plan, {
      file: join(folder, job.id),
      delimiter: DELIMITERS[job.columnDelimiter] ?? ',',
      lineEnding: job.lineEnding === 'CRLF' ? '\r\n' : '\n',
      isScientific: settings.scientificNumbers,
      chunkRows: settings.chunkRows,
    });
    job.timer = setTimeout(() => complete(job, results), settings.runningMs).unref();
  };
  const fail = (job: BulkJob) => (error: unknown) => {
    job.errorMessage = error instanceof Error ? error.message : String(error);
    if (!isOver(job)) become(job, 'Failed');
  };

  return {
    become,
    start: (job, plan) => {
      job.timer = setTimeout(() => void run(job, plan).catch(fail(job)), settings.queuedMs).unref();
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};
