import type { ReadInput } from '../airbyte/connector.ts';
import { failureTrace } from '../airbyte/failures.ts';
import type { ConfiguredCatalog } from '../airbyte/protocol.ts';
import { streamStatus } from '../airbyte/protocol.ts';
import { readOrder } from './catalog/objects.ts';
import { parseConfig } from './config.ts';
import type { SourceConfig } from './config.ts';
import { parseStates } from './planning/state.ts';
import type { StreamState } from './planning/state.ts';
import { describeWithParents } from './reading/describe-with-parents.ts';
import { prepareStream } from './reading/prepare-stream.ts';
import type { PreparedStream, ReadRun, StreamRun } from './reading/prepare-stream.ts';
import { readStream } from './reading/read-stream.ts';
import type { Message } from './reading/stream-output.ts';
import { abortJob } from './salesforce/bulk.ts';
import { createSalesforceClient } from './salesforce/client.ts';
import type { SalesforceClient } from './salesforce/client.ts';
import { isFailure, toConnectorError } from './salesforce/failures.ts';
import { organizationOf } from './salesforce/rest.ts';
import { rotatedConfig } from './salesforce/rotated-config.ts';

// The path of a stream: describe -> prepare (reading/prepare-stream.ts) -> read its steps (reading/read-stream.ts, read-step.ts), by
// Bulk (read-job.ts) or REST (read-pages.ts) -> RECORD lines and states (reading/stream-output.ts).

/** How many streams are prepared, and have their Bulk job running, while one is read: with that one at most five jobs. */
const AHEAD = 4;
/** How often a stream is described again because yet another field has disappeared. */
const MAX_REDESCRIBES = 3;

interface QueuedStream extends StreamRun {
  /** Set shortly before the stream is read, until it has been read. */
  prepared: PreparedStream | undefined;
}

/**
 * Reads the streams of the catalog one after another, in our order. A stream that fails yields a TRACE error and ends INCOMPLETE,
 * and the others are still read; once the org's allocation is used up, the remaining ones end INCOMPLETE too. A new refresh token
 * is sent as soon as a login returns it.
 */
export async function* read(input: ReadInput): AsyncGenerator<Message, void> {
  const config = parseConfig(input.config);
  const queue = queueStreams(input.catalog, parseStates(input.state));
  const salesforce = connect(config, input);
  const descriptions = await describeWithParents(
    salesforce,
    config,
    queue.map(({ stream }) => stream.stream.name),
  ).catch((error: unknown) => {
    throw toConnectorError(error);
  });
  const run = await startRun(config, input, salesforce);
  let isStopped = false;
  for (const [index, queued] of queue.entries()) {
    if (isStopped || input.signal.aborted) {
      yield streamStatus({ name: queued.stream.stream.name }, 'INCOMPLETE');
      continue;
    }
    for (const next of queue.slice(index, index + 1 + AHEAD)) next.prepared ??= prepareStream(run, next, descriptions);
    isStopped = yield* readQueued(run, queued);
    queued.prepared = undefined;
  }
  await abortUnread(salesforce, queue);
  const usage = salesforce.usage();
  if (usage !== undefined) input.log.info(`The org has used ${usage.used} of its ${usage.limit} daily API calls.`);
}

const queueStreams = (catalog: ConfiguredCatalog, states: ReadonlyMap<string, StreamState>): QueuedStream[] => {
  const configured = new Map(catalog.streams.map((stream) => [stream.stream.name, stream]));
  return readOrder([...configured.keys()])
    .flatMap((name) => configured.get(name) ?? [])
    .map((stream) => ({
      stream,
      spent: { calls: 0, records: 0, bytes: 0, jobs: 0 },
      last: { state: states.get(stream.stream.name) },
      prepared: undefined,
    }));
};

const connect = (config: SourceConfig, { config: original, log, signal, emit }: ReadInput): SalesforceClient =>
  createSalesforceClient(config, {
    log,
    signal,
    rotated: (refreshToken) => emit(rotatedConfig(original, refreshToken)),
    usageLimitPercent: config.apiUsageLimitPercent,
  });

const startRun = async (
  config: SourceConfig,
  { log, signal }: ReadInput,
  salesforce: SalesforceClient,
): Promise<ReadRun> => {
  const organization = await organizationOf(salesforce);
  log.info(
    config.startDate === undefined
      ? 'Reading rows of any age, since start_date is not set.'
      : `Reading rows modified since ${config.startDate.toISOString()} (start_date).`,
  );
  return { config, log, signal, salesforce, organization, to: salesforce.serverTime(), emittedAt: Date.now() };
};

/** Reads one stream between its statuses. Returns whether no other stream can be read. */
async function* readQueued(run: ReadRun, queued: QueuedStream): AsyncGenerator<Message, boolean> {
  const { log, signal } = run;
  const { name } = queued.stream.stream;
  let isStopped = false;
  yield streamStatus({ name }, 'STARTED');
  yield streamStatus({ name }, 'RUNNING');
  try {
    yield* readPrepared(run, queued);
    yield streamStatus({ name }, 'COMPLETE');
  } catch (error) {
    if (!signal.aborted) yield failureTrace(toConnectorError(error), { name });
    yield streamStatus({ name }, 'INCOMPLETE');
    isStopped = isFailure(error, 'stop_sync');
  }
  const { records, bytes, calls, jobs } = queued.spent;
  log.info(`read ${JSON.stringify({ stream: name, records, bytes, calls, jobs })}`);
  return isStopped;
}

/** Reads a stream. When a field disappears meanwhile, describes the object again and continues without the field. */
async function* readPrepared(run: ReadRun, queued: QueuedStream): AsyncGenerator<Message, void> {
  const { config, salesforce, log } = run;
  const { name } = queued.stream.stream;
  let { prepared } = queued;
  for (let redescribes = 0; ; redescribes += 1) {
    if (prepared === undefined || 'error' in prepared) throw prepared?.error;
    try {
      yield* readStream(prepared.reading, await prepared.opening);
      return;
    } catch (error) {
      if (!isFailure(error, 'drop_field') || redescribes === MAX_REDESCRIBES) throw error;
      log.warn(`Describing ${name} again. ${error.message}`);
      prepared = prepareStream(run, queued, await describeWithParents(salesforce, config, [name]));
    }
  }
}

/** Aborts the jobs created for streams that were not read: no state names them. */
const abortUnread = async (salesforce: SalesforceClient, queue: readonly QueuedStream[]): Promise<void> => {
  const openings = await Promise.allSettled(
    queue.flatMap(({ prepared }) => (prepared !== undefined && 'opening' in prepared ? [prepared.opening] : [])),
  );
  const jobs = openings.flatMap((opened) =>
    opened.status === 'fulfilled' && opened.value.kind === 'bulk' && opened.value.isNew ? [opened.value.job.id] : [],
  );
  await Promise.all(jobs.map((id) => abortJob(salesforce, id)));
};
