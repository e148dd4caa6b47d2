// Past 250 lines: one job's whole life (created, run, ended, read, removed) is one subject.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from './answer.ts';
import { emptyAnswer, jsonAnswer } from './answer.ts';
import { Refusal } from './failure.ts';
import { idOf } from './ids.ts';
import type { Org } from './org.ts';
import type { Plan } from './plan.ts';
import { planQuery } from './plan.ts';
import type { Results } from './results.ts';
import { takeResults } from './results.ts';
import { parseSoql } from './soql.ts';

/** How a job ends other than well. The first entry that fits a job is used for it. */
interface JobOutcome {
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

type JobState = 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

interface Job {
  readonly id: string;
  readonly operation: string;
  readonly object: string;
  readonly version: string;
  readonly createdAt: number;
  readonly lineEnding: string;
  readonly columnDelimiter: string;
  state: JobState;
  changedAt: number;
  results: Results | undefined;
  processed: number;
  errorMessage: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

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

const DELIMITERS: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

const isOver = (job: Job): boolean => job.state !== 'UploadComplete' && job.state !== 'InProgress';

const parseBody = (body: string): Record<string, unknown> => {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new Refusal(400, 'JSON_PARSER_ERROR', 'Unexpected character in the request body');
  }
};

const choice = (value: unknown, allowed: readonly string[], fallback: string, name: string): string => {
  const chosen = value ?? fallback;
  if (typeof chosen === 'string' && allowed.includes(chosen)) return chosen;
  throw new Refusal(400, 'INVALIDJOB', `${name} must be one of ${allowed.join(', ')}`);
};

const unsupported = (message: string): Refusal => new Refusal(400, 'FEATURENOTENABLED', message);

const checkForBulk = (plan: Plan): void => {
  for (const { field } of plan.columns) {
    if (field.type === 'address' || field.type === 'location') {
      throw unsupported('Selecting compound data not supported in Bulk Query');
    }
    if (field.type === 'base64') throw unsupported('Binary fields not supported in Bulk Query');
  }
};

const locatorOf = (job: Job, row: number): string => Buffer.from(`0:${job.id}:${row}`).toString('base64url');

export const createBulk = (org: Org): BulkApi => {
  const settings: BulkSettings = {
    queuedMs: 0,
    runningMs: 0,
    unsupported: ['Attachment', 'TaskStatus', 'FormulaFunction'],
    pageRows: 100_000,
    maxPageRows: 1_000_000,
    chunkRows: 50_000,
    scientificNumbers: false,
    dailyJobs: 10_000,
    outcomes: [],
  };
  const folder = mkdtempSync(join(tmpdir(), 'salesforce-'));
  const jobs = new Map<string, Job>();
  const used = new Map<JobOutcome, number>();
  let created = 0;
  let creations: number[] = [];
  const jobsLeft = (): number => {
    creations = creations.filter((at) => at > org.now() - 86_400_000);
    return settings.dailyJobs - creations.length;
  };

  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
    return job;
  };
  const become = (job: Job, state: JobState): void => {
    job.state = state;
    job.changedAt = org.clock.second();
  };
  const outcomeOf = (job: Job, rows: number): JobOutcome | undefined => {
    const outcome = settings.outcomes.find(
      (one) =>
        (one.object ?? job.object) === job.object &&
        rows > (one.aboveRows ?? -1) &&
        (used.get(one) ?? 0) < (one.times ?? 1),
    );
    if (outcome !== undefined) used.set(outcome, (used.get(outcome) ?? 0) + 1);
    return outcome;
  };
  const complete = (job: Job, results: Results): void => {
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
  const run = async (job: Job, plan: Plan): Promise<void> => {
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
  const fail = (job: Job) => (error: unknown) => {
    job.errorMessage = error instanceof Error ? error.message : String(error);
    if (!isOver(job)) become(job, 'Failed');
  };

  const view = (job: Job): Record<string, unknown> => ({
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: org.userId,
    createdDate: `${new Date(job.createdAt).toISOString().slice(0, 23)}+0000`,
    systemModstamp: `${new Date(job.changedAt).toISOString().slice(0, 23)}+0000`,
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(job.version),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  });
  const fullView = (job: Job): Record<string, unknown> => ({
    ...view(job),
    jobType: 'V2Query',
    numberRecordsProcessed: job.processed,
    retries: 0,
    totalProcessingTime: isOver(job) ? settings.runningMs : 0,
    isPkChunkingSupported: true,
    ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
  });

  const ready = (id: string, version: string): { readonly job: Job; readonly results: Results } => {
    const job = find(id);
    if (job.version !== version) {
      throw new Refusal(409, 'API_VERSION_MISMATCH', `Use API version ${job.version} to get the results of this job`);
    }
    if (job.results === undefined) throw new Refusal(400, 'INVALIDJOBSTATE', 'Job is not in a state with results');
    return { job, results: job.results };
  };
  const startOf = (job: Job, parameters: URLSearchParams): number => {
    const locator = parameters.get('locator');
    if (locator === null) return 0;
    const [, id, row] = Buffer.from(locator, 'base64url').toString().split(':');
    if (id !== job.id || !/^\d+$/.test(row ?? '')) throw new Refusal(400, 'INVALIDLOCATOR', 'The locator is not valid');
    return Number(row);
  };

  return {
    settings,
    jobsLeft,
    running: () => [...jobs.values()].filter((job) => !isOver(job)).length,
    create: (body, version) => {
      const request = parseBody(body);
      const operation = choice(request['operation'], ['query', 'queryAll'], '', 'operation');
      choice(request['contentType'], ['CSV'], 'CSV', 'contentType');
      const columnDelimiter = choice(request['columnDelimiter'], Object.keys(DELIMITERS), 'COMMA', 'columnDelimiter');
      const lineEnding = choice(request['lineEnding'], ['LF', 'CRLF'], 'LF', 'lineEnding');
      const soql = parseSoql(typeof request['query'] === 'string' ? request['query'] : '');
      if (soql.exotic !== undefined) throw unsupported(`${soql.exotic} is not supported in Bulk Query`);
      if (soql.offset !== undefined) throw unsupported('OFFSET is not supported in Bulk Query');
      const now = org.now();
      org.database();
      const plan = planQuery(org.catalog, soql, { includeDeleted: operation === 'queryAll', now });
      if (settings.unsupported.includes(plan.object.name)) {
        throw new Refusal(400, 'INVALIDENTITY', `Entity '${plan.object.name}' is not supported by the Bulk API.`);
      }
      checkForBulk(plan);
      if (jobsLeft() <= 0) {
        throw new Refusal(
          400,
          'LIMIT_EXCEEDED',
          `Max bulk v2 query jobs (${settings.dailyJobs}) per 24 hrs has been reached`,
        );
      }
      created += 1;
      creations.push(now);
      const job: Job = {
        id: idOf('750', created),
        operation,
        object: plan.object.name,
        version,
        createdAt: org.clock.second(),
        lineEnding,
        columnDelimiter,
        state: 'UploadComplete',
        changedAt: org.clock.second(),
        results: undefined,
        processed: 0,
        errorMessage: undefined,
        timer: undefined,
      };
      jobs.set(job.id, job);
      job.timer = setTimeout(() => void run(job, plan).catch(fail(job)), settings.queuedMs).unref();
      return jsonAnswer(view(job));
    },
    list: () =>
      jsonAnswer({
        done: true,
        records: [...jobs.values()].map((job) => ({ ...view(job), jobType: 'V2Query' })),
        nextRecordsUrl: null,
      }),
    status: (id) => jsonAnswer(fullView(find(id))),
    change: (id, body) => {
      const job = find(id);
      if (parseBody(body)['state'] !== 'Aborted') throw new Refusal(400, 'INVALIDJOB', 'A job can only be aborted');
      if (isOver(job)) throw new Refusal(400, 'INVALIDJOBSTATE', 'Aborting is not allowed in this state');
      clearTimeout(job.timer);
      become(job, 'Aborted');
      return jsonAnswer(view(job));
    },
    remove: (id) => {
      const job = find(id);
      if (!isOver(job)) throw new Refusal(400, 'INVALIDJOBSTATE', 'Deleting is not allowed while the job runs');
      job.results?.remove();
      jobs.delete(id);
      return emptyAnswer(204);
    },
    results: (id, version, parameters) => {
      const { job, results } = ready(id, version);
      const from = startOf(job, parameters);
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
    },
    resultPages: (id, version, parameters) => {
      const { job, results } = ready(id, version);
      const base = `/services/data/v${version}/jobs/query/${job.id}`;
      const from = startOf(job, parameters);
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
    },
    close: () => {
      for (const job of jobs.values()) clearTimeout(job.timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
