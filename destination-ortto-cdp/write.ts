import type { Log, WriteInput } from '../airbyte/connector.ts';
import type { ConfiguredCatalog, StateMessage } from '../airbyte/protocol.ts';
import type { DestinationConfig } from './config.ts';
import { createDeliverer } from './delivery/deliver.ts';
import { prepareMapping } from './mapping/prepare.ts';
import { openSession } from './ortto/session.ts';
import { createDispatch } from './queue/dispatch.ts';
import { drain } from './queue/drain.ts';
import { createLedger } from './queue/ledger.ts';
import type { Ledger } from './queue/ledger.ts';
import { createSort } from './queue/sort.ts';

// The path of a record: read (queue/intake.ts) -> sort (queue/sort.ts) -> queue (queue/dispatch.ts, queue/batches.ts) -> deliver
// (delivery/deliver.ts) -> settle (queue/settlement.ts) -> states (queue/checkpoint.ts). queue/drain.ts keeps it moving.

const PROGRESS_MS = 10_000;

/** Limits of a run. */
export interface Limits {
  /** Time allowed, from the end of the input, to write what is waiting. */
  readonly afterInputMs: number;
  /** Links of a stream that may be waiting before they are made. */
  readonly maxWaitingLinks: number;
  /** When links that were made are checked, in milliseconds after the previous check: Ortto may show them a little later. */
  readonly linkLooksMs: readonly number[];
  /** Opt-outs of a stream that may wait for a decision. */
  readonly maxWaitingOptOuts: number;
}

/** The platform ends a destination two hours after its input; what is not written by then is left to the next attempt. */
export const DEFAULT_LIMITS: Limits = {
  afterInputMs: (2 * 60 - 5) * 60_000,
  maxWaitingLinks: 50_000,
  linkLooksMs: [0, 3_000, 7_000],
  maxWaitingOptOuts: 100_000,
};

/**
 * Writes the input to Ortto and yields the states that are safe to emit. Throws ConfigError or TransientError when the sync
 * cannot continue, another error when a record is unaccounted for; states of what was not written are withheld in every
 * case. Once `signal` is aborted, it finishes what is under way and returns.
 */
export async function* write(
  config: DestinationConfig,
  { catalog, input, log, signal }: WriteInput,
  { afterInputMs, maxWaitingLinks, linkLooksMs, maxWaitingOptOuts }: Limits,
): AsyncIterable<StateMessage> {
  noteOverwrite(catalog, log);
  const ledger = createLedger(
    log,
    catalog.streams.map(({ stream }) => stream.name),
    config.streamPrefix,
  );
  let requests = 0;
  const session = await openSession(config, log, {
    signal,
    onRequest: (stream) => {
      requests += 1;
      if (stream !== undefined) ledger.note(stream, 'requests', 1);
    },
  });
  let progress: NodeJS.Timeout | undefined;
  try {
    const { ortto } = session;
    const prepared = await prepareMapping(ortto, config, catalog, log);
    const sort = createSort(prepared, catalog, log);
    const dispatch = createDispatch({
      deliver: (tasks) => deliverer.deliver(tasks),
      onStreamEnd: (stream) => deliverer.streamEnded(stream),
      kinds: new Map(prepared.mappings.map(({ stream, kind }) => [stream, kind])),
      log,
      ledger,
      clock: () => performance.now(),
    });
    const { batches } = dispatch;
    const deliverer = createDeliverer({
      ...prepared,
      ortto,
      config,
      ledger,
      log,
      maxWaitingLinks,
      linkLooksMs,
      maxWaitingOptOuts,
      onFailure: batches.fail,
    });
    progress = setInterval(() => log.info(progressLine(ledger, dispatch.waiting, requests)), PROGRESS_MS);

    const { finish } = deliverer;
    yield* drain({ input, sort, dispatch, finish, signal, afterInputMs, giveUp: session.stop });

    ledger.nameRecords();
    if (batches.failure === undefined && !signal.aborted) {
      ledger.close();
      return;
    }
    ledger.print();
    if (!signal.aborted) throw batches.failure as Error;
    log.warn('Stopped; records not yet settled will be sent again by the next sync');
  } finally {
    clearInterval(progress);
    await session.close();
  }
}

const progressLine = (ledger: Ledger, waiting: number, requests: number): string => {
  const { received, settled, rejected } = ledger.totals();
  return `progress: ${received} records received, ${settled} settled (${rejected} rejected), ${waiting} waiting, ${requests} requests`;
};

const noteOverwrite = ({ streams }: ConfiguredCatalog, log: Log): void => {
  const overwritten = streams.filter((each) => each.destination_sync_mode.startsWith('overwrite'));
  if (overwritten.length > 0) {
    log.info(
      `Overwrite is treated as append for ${overwritten.map(({ stream }) => stream.name).join(', ')}: nothing in Ortto is deleted or cleared.`,
    );
  }
};
