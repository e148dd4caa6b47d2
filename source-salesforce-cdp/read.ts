import type { ReadInput } from '../airbyte/connector.ts';
import { ConfigError } from '../airbyte/errors.ts';
import { failureTrace } from '../airbyte/failures.ts';
import type { ConfiguredStream } from '../airbyte/protocol.ts';
import { streamStatus } from '../airbyte/protocol.ts';
import { abortJob } from './salesforce/bulk.ts';
import { compileConditions } from './planning/conditions.ts';
import { parseConfig } from './config.ts';
import type { SourceConfig } from './config.ts';
import { toConnectorError, SalesforceFailure } from './salesforce/failures.ts';
import { readOrder } from './catalog/objects.ts';
import { planRead } from './planning/plan.ts';
import { fingerprintOf } from './planning/fingerprint.ts';
import { organizationOf } from './salesforce/rest.ts';
import { rotatedConfig } from './salesforce/rotated-config.ts';
import { createSalesforceClient } from './salesforce/client.ts';
import type { SalesforceClient } from './salesforce/client.ts';
import { select } from './planning/selection.ts';
import { parseStates } from './planning/state.ts';
import { prepare } from './reading/read-step.ts';
import type { Way } from './reading/read-step.ts';
import { readStream } from './reading/read-stream.ts';
import type { Account, Message, StreamReading } from './reading/read-stream.ts';
import { describeWithParents, refinementOf } from './survey.ts';
import type { Descriptions } from './survey.ts';

/** Streams whose way is found, and whose Bulk job runs, while an earlier one is read: with that one's five jobs at most. */
const AHEAD = 4;
/** How often a stream starts over because yet another field has gone. */
const MAX_REDESCRIBES = 3;

/** What all streams of one read share. */
interface Run {
  readonly config: SourceConfig;
  readonly input: ReadInput;
  readonly salesforce: SalesforceClient;
  readonly organization: string | undefined;
  /** The end of every window. */
  readonly to: Date;
  /** The time on every record. */
  readonly emittedAt: number;
}

/** A stream that can be read, the way to its first rows being looked for; or why it cannot. */
type Prepared = { readonly reading: StreamReading; readonly way: Promise<Way> } | { readonly refusal: unknown };

/** A stream on its way through the read. */
interface Turn {
  readonly stream: ConfiguredStream;
  readonly account: Account;
  /** Undefined long before it is read, and after. */
  prepared: Prepared | undefined;
}

/**
 * Reads the streams of the catalog one after the other, in our order. A stream that fails is told in a TRACE error and ends
 * INCOMPLETE, and the others go on; once the org's allocation is used up, the rest ends INCOMPLETE too. A new refresh token
 * leaves before any other message.
 */
export async function* read(input: ReadInput): AsyncGenerator<Message, void> {
  const { catalog, log, emit, signal } = input;
  const config = parseConfig(input.config);
  const states = parseStates(input.state);
  const salesforce = createSalesforceClient(config, {
    log,
    signal,
    rotated: (refreshToken) => emit(rotatedConfig(input.config, refreshToken)),
    usageLimitPercent: config.apiUsageLimitPercent,
  });
  const configured = new Map(catalog.streams.map((stream) => [stream.stream.name, stream]));
  const streams = readOrder([...configured.keys()]).flatMap((name) => configured.get(name) ?? []);
  const described = await describeWithParents(salesforce, config, [...configured.keys()]).catch((error: unknown) => {
    throw toConnectorError(error);
  });
  const organization = await organizationOf(salesforce);
  const run: Run = { config, input, salesforce, organization, to: salesforce.serverTime(), emittedAt: Date.now() };
  log.info(
    config.startDate === undefined
      ? 'Reading rows of any age: there is no start_date.'
      : `Reading rows modified since ${config.startDate.toISOString()} (start_date).`,
  );
  const turns = streams.map((stream): Turn => ({
    stream,
    account: { calls: 0, records: 0, bytes: 0, jobs: 0, state: states.get(stream.stream.name) },
    prepared: undefined,
  }));

  let isStopped = false;
  for (const [index, turn] of turns.entries()) {
    const { stream, account } = turn;
    const { name } = stream.stream;
    if (isStopped || signal.aborted) {
      yield streamStatus({ name }, 'INCOMPLETE');
      continue;
    }
    for (const next of turns.slice(index, index + 1 + AHEAD)) {
      next.prepared ??= prepareStream(run, next.stream, described, next.account);
    }
    yield streamStatus({ name }, 'STARTED');
    yield streamStatus({ name }, 'RUNNING');
    try {
      yield* readPrepared(run, turn);
      yield streamStatus({ name }, 'COMPLETE');
    } catch (error) {
      if (!signal.aborted) yield failureTrace(toConnectorError(error), { name });
      yield streamStatus({ name }, 'INCOMPLETE');
      isStopped = error instanceof SalesforceFailure && error.kind === 'stop_sync';
    }
    const { records, bytes, calls, jobs } = account;
    log.info(`read ${JSON.stringify({ stream: name, records, bytes, calls, jobs })}`);
    turn.prepared = undefined;
  }
  await abandon(salesforce, turns);
  const usage = salesforce.usage();
  if (usage !== undefined) log.info(`The org has used ${usage.used} of its ${usage.limit} daily API calls.`);
}

const prepareStream = (
  { config, input, salesforce, organization, to, emittedAt }: Run,
  stream: ConfiguredStream,
  { found, failed }: Descriptions,
  account: Account,
): Prepared => {
  const { name } = stream.stream;
  const { log, signal } = input;
  const description = found.get(name);
  if (description === undefined) return { refusal: failed.get(name) ?? new ConfigError(`There is no object ${name}.`) };
  const refinement = refinementOf(config, name);
  const { where, problems } = compileConditions(description, refinement);
  if (problems.length > 0) return { refusal: new ConfigError(problems.join('\n')) };
  const { selection, gone } = select(description, stream, refinement, found);
  if (gone.length > 0) {
    log.warn(`${name}: ${gone.join(', ')} cannot be read any more (deleted, or hidden from the user) and is left out.`);
  }
  const { startDate, includeDeleted, lookbackMs } = config;
  const plan = planRead({
    selection,
    query: fingerprintOf(selection, refinement, { ...config, organization }),
    state: account.state,
    mode: stream.sync_mode === 'incremental' ? 'incremental' : 'full_refresh',
    startDate,
    lookbackMs,
    to,
  });
  if (plan.note !== undefined) log.info(`${name}: ${plan.note}.`);
  const listsDeleted = includeDeleted && description.replicateable && selection.isDeleted === 'selected';
  const envelope = { stream: name, emittedAt };
  const query = {
    salesforce: salesforce.countingCalls(() => (account.calls += 1)),
    selection,
    config,
    conditions: where,
    log,
  };
  const reading = { ...query, envelope, plan, to, lookbackMs, listsDeleted, signal, account };
  const [first] = plan.steps;
  if (first === undefined) return { refusal: new Error(`there is nothing to do for ${name}`) };
  const way = prepare(reading, first);
  // It is awaited when its turn comes; until then nobody is there to hear of a failure.
  way.catch(() => undefined);
  return { reading, way };
};

/** Reads a stream, describing it again and going on where a field goes away meanwhile. */
async function* readPrepared(run: Run, { stream, account, prepared }: Turn): AsyncGenerator<Message, void> {
  const { config, salesforce, input } = run;
  const { name } = stream.stream;
  let current = prepared;
  for (let redescribes = 0; ; redescribes += 1) {
    if (current === undefined || 'refusal' in current) throw current?.refusal;
    try {
      yield* readStream(current.reading, await current.way);
      return;
    } catch (error) {
      const hasLostField = error instanceof SalesforceFailure && error.kind === 'drop_field';
      if (!hasLostField || redescribes === MAX_REDESCRIBES) throw error;
      input.log.warn(`${name} is described again. ${error.message}`);
      current = prepareStream(run, stream, await describeWithParents(salesforce, config, [name]), account);
    }
  }
}

/** Aborts the jobs created ahead for streams that are not read any more: no state names them. */
const abandon = async (salesforce: SalesforceClient, turns: readonly Turn[]): Promise<void> => {
  const ways = await Promise.allSettled(
    turns.flatMap(({ prepared }) => (prepared !== undefined && 'way' in prepared ? [prepared.way] : [])),
  );
  const jobs = ways.flatMap((way) =>
    way.status === 'fulfilled' && way.value.kind === 'bulk' && way.value.isNew ? [way.value.job.id] : [],
  );
  await Promise.all(jobs.map((id) => abortJob(salesforce, id)));
};
