import { didYouMean } from '../../airbyte/did-you-mean.ts';
import type { Log } from '../../airbyte/connector.ts';
import { ConfigError } from '../../airbyte/errors.ts';
import type { ConfiguredStream } from '../../airbyte/protocol.ts';
import { DEFAULT_OBJECTS } from '../catalog/objects.ts';
import { refinementOf } from '../catalog/properties.ts';
import type { SourceConfig } from '../config.ts';
import { compileConditions } from '../planning/conditions.ts';
import { fingerprintOf } from '../planning/fingerprint.ts';
import { planRead } from '../planning/plan.ts';
import { select } from '../planning/selection.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import type { Descriptions } from './describe-with-parents.ts';
import { openQuery } from './open-query.ts';
import type { OpenedQuery } from './open-query.ts';
import type { StreamReading } from './read-stream.ts';
import type { LastState, Spent } from './stream-output.ts';

/** What all streams of one read share. */
export interface ReadRun {
  readonly config: SourceConfig;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly salesforce: SalesforceClient;
  readonly organization: string | undefined;
  /** The end of every window. */
  readonly to: Date;
  /** The time of every record. */
  readonly emittedAt: number;
}

/** A stream of the read, with what it has cost and sent so far. */
export interface StreamRun {
  readonly stream: ConfiguredStream;
  readonly spent: Spent;
  readonly last: LastState;
}

/** A stream that can be read, while its first query is being opened; or the error that prevents it. */
export type PreparedStream =
  | { readonly reading: StreamReading; readonly opening: Promise<OpenedQuery> }
  | { readonly error: unknown };

/** Selects the columns of a stream, plans its read from its last state, and starts to open its first query. */
export const prepareStream = (
  { config, log, signal, salesforce, organization, to, emittedAt }: ReadRun,
  { stream, spent, last }: StreamRun,
  { described, failed }: Descriptions,
): PreparedStream => {
  const { name } = stream.stream;
  const description = described.get(name);
  if (description === undefined) {
    const noObject = `There is no object ${name}${didYouMean(name, DEFAULT_OBJECTS)}`;
    return { error: failed.get(name) ?? new ConfigError(noObject) };
  }
  const refinement = refinementOf(config, name);
  const { where: conditions, problems } = compileConditions(description, refinement);
  if (problems.length > 0) return { error: new ConfigError(problems.join('\n')) };
  const { selection, gone } = select(description, stream, refinement, described);
  if (gone.length > 0) {
    log.warn(`${name}: left out because they were deleted or are hidden from the user: ${gone.join(', ')}.`);
  }
  const { startDate, includeDeleted, lookbackMs } = config;
  const plan = planRead({
    selection,
    fingerprint: fingerprintOf(selection, refinement, { ...config, organization }),
    state: last.state,
    mode: stream.sync_mode === 'incremental' ? 'incremental' : 'full_refresh',
    startDate,
    lookbackMs,
    to,
  });
  if (plan.note !== undefined) log.info(`${name}: ${plan.note}.`);
  const reading: StreamReading = {
    salesforce: salesforce.countingCalls(() => (spent.calls += 1)),
    selection,
    config,
    conditions,
    log,
    signal,
    envelope: { stream: name, emittedAt },
    plan,
    to,
    lookbackMs,
    listsDeleted: includeDeleted && description.replicateable && selection.isDeleted === 'selected',
    spent,
    last,
  };
  const [firstStep] = plan.steps;
  if (firstStep === undefined) return { error: new Error(`The plan for ${name} has no steps`) };
  const opening = openQuery(reading, firstStep);
  // Awaited when the stream is read; until then its failure must not count as unhandled.
  opening.catch(() => undefined);
  return { reading, opening };
};
