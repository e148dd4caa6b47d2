import type { Answer } from './answer.ts';
import { emptyAnswer, jsonAnswer } from './answer.ts';
import type { BulkJob } from './bulk-job.ts';
import { isOver, jobStatusView, jobView } from './bulk-job.ts';
import { parseBody, readBulkRequest } from './bulk-request.ts';
import { resultPages, resultsPage } from './bulk-results.ts';
import { createBulkRuns } from './bulk-run.ts';
import { defaultBulkSettings, type BulkSettings } from './bulk-settings.ts';
import { Refusal } from './failure.ts';
import { idOf } from './ids.ts';
import type { Org } from './org.ts';

/** Bulk API 2.0 for queries, without HTTP. */
export interface BulkApi {
  readonly settings: BulkSettings;
  create(body: string, version: string): Answer;
  list(): Answer;
  status(id: string): Answer;
  change(id: string, body: string): Answer;
  remove(id: string): Answer;
  results(id: string, version: string, parameters: URLSearchParams): Answer;
  resultPages(id: string, version: string, parameters: URLSearchParams): Answer;
  /** Jobs that are neither over nor removed. */
  readonly running: () => number;
  /** How many more may be created in these 24 hours. */
  jobsLeft(): number;
  close(): void;
}

export const createBulk = (org: Org): BulkApi => {
  const settings = defaultBulkSettings();
  const runs = createBulkRuns(org, settings);
  const jobs = new Map<string, BulkJob>();
  let created = 0;
  let creations: number[] = [];

  const jobsLeft = (): number => {
    creations = creations.filter((at) => at > org.now() - 86_400_000);
    return settings.dailyJobs - creations.length;
  };
  const find = (id: string): BulkJob => {
    const job = jobs.get(id);
    if (job === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
    return job;
  };

  return {
    settings,
    jobsLeft,
    running: () => [...jobs.values()].filter((job) => !isOver(job)).length,
    create: (body, version) => {
      const { plan, ...request } = readBulkRequest(org, body, settings);
      if (jobsLeft() <= 0) {
        throw new Refusal(
          400,
          'LIMIT_EXCEEDED',
          `Max bulk v2 query jobs (${settings.dailyJobs}) per 24 hrs has been reached`,
        );
      }
      created += 1;
      creations.push(org.now());
      const job: BulkJob = {
        ...request,
        id: idOf('750', created),
        object: plan.object.name,
        version,
        createdAt: org.clock.second(),
        state: 'UploadComplete',
        changedAt: org.clock.second(),
        results: undefined,
        processed: 0,
        errorMessage: undefined,
        timer: undefined,
      };
      jobs.set(job.id, job);
      runs.start(job, plan);
      return jsonAnswer(jobView(job, org.userId));
    },
    list: () =>
      jsonAnswer({
        done: true,
        records: [...jobs.values()].map((job) => ({ ...jobView(job, org.userId), jobType: 'V2Query' })),
        nextRecordsUrl: null,
      }),
    status: (id) => jsonAnswer(jobStatusView(find(id), org.userId, settings.runningMs)),
    change: (id, body) => {
      const job = find(id);
      if (parseBody(body)['state'] !== 'Aborted') throw new Refusal(400, 'INVALIDJOB', 'A job can only be aborted');
      if (isOver(job)) throw new Refusal(400, 'INVALIDJOBSTATE', 'Aborting is not allowed in this state');
      clearTimeout(job.timer);
      runs.become(job, 'Aborted');
      return jsonAnswer(jobView(job, org.userId));
    },
    remove: (id) => {
      const job = find(id);
      if (!isOver(job)) throw new Refusal(400, 'INVALIDJOBSTATE', 'Deleting is not allowed while the job runs');
      job.results?.remove();
      jobs.delete(id);
      return emptyAnswer(204);
    },
    results: (id, version, parameters) => resultsPage(find(id), version, parameters, settings),
    resultPages: (id, version, parameters) => resultPages(find(id), version, parameters, settings),
    close: () => {
      for (const job of jobs.values()) clearTimeout(job.timer);
      runs.close();
    },
  };
};
