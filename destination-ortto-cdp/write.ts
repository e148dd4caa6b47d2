import type { IncomingRecord, Log, WriteInput } from '../airbyte/connector.ts';
import { TransientError } from '../airbyte/errors.ts';
import { TornInputError } from '../airbyte/input.ts';
import type { ConfiguredCatalog, StateMessage } from '../airbyte/protocol.ts';
import { createBell } from './queue/bell.ts';
import type { DestinationConfig } from './config.ts';
import { createCourier } from './delivery/deliver.ts';
import { createDispatch } from './queue/dispatch.ts';
import type { Sorted } from './queue/dispatch.ts';
import { prepareMapping } from './mapping/prepare.ts';
import type { Prepared } from './mapping/prepare.ts';
import { createHints } from './queue/hints.ts';
import { createLedger } from './queue/ledger.ts';
import { mapRecord } from './records/map-record.ts';
import { openOrtto } from './ortto/session.ts';
import { createRespell } from './records/column-names.ts';
import { taskOf } from './queue/task.ts';

/** Stdin pauses while this many writes wait: about twenty full batches. */
const MOST_WAITING = 2_000;

/** How often quiet batches are looked for; they are due after two seconds. */
const TICK_MS = 250;
const PROGRESS_MS = 10_000;

/** How far a run may go. */
export interface Bounds {
  /** Time to write what waits at the end of the input. */
  readonly afterInputMs: number;
  /** Links of a stream that may wait before they are made. */
  readonly mostLinks: number;
}

/** The platform ends a destination two hours after its input; what is not written by then is for the next attempt. */
export const USUAL: Bounds = { afterInputMs: (2 * 60 - 5) * 60_000, mostLinks: 50_000 };

/**
 * Writes the input to Ortto and yields the states that are true. Throws ConfigError or TransientError when the sync
 * cannot go on, another error when the input was torn or a record lost its fate; states of what was not written are
 * withheld in every case. Once `signal` is aborted it finishes what is under way and returns.
 */
export async function* write(
  config: DestinationConfig,
  { catalog, input, log, signal }: WriteInput,
  { afterInputMs, mostLinks }: Bounds,
): AsyncIterable<StateMessage> {
  warnOfOverwrite(catalog, log);
  const ledger = createLedger(
    log,
    catalog.streams.map(({ stream }) => stream.name),
  );
  let requests = 0;
  const session = await openOrtto(config, log, {
    signal,
    onRequest: (stream) => {
      requests += 1;
      if (stream !== undefined) ledger.note(stream, 'requests', 1);
    },
  });
  const [bell, room] = [createBell(), createBell()];
  const wake = () => {
    bell.ring();
    room.ring();
  };
  const timers: NodeJS.Timeout[] = [];
  signal.addEventListener('abort', wake);
  try {
    const { ortto } = session;
    const prepared = await prepareMapping(ortto, config, catalog, log);
    const { deliver, over, finish } = createCourier({
      ...prepared,
      ortto,
      config,
      ledger,
      log,
      mostLinks,
      onFailure: (error) => fail(error),
    });
    const dispatch = createDispatch({
      sort: createSorter(prepared, catalog, log),
      deliver,
      over,
      kinds: new Map(prepared.mappings.map(({ stream, kind }) => [stream, kind])),
      log,
      ledger,
      clock: () => performance.now(),
      wake,
    });

    let ended = false;
    let failure: unknown;
    const fail = (error: unknown) => {
      failure ??= error;
      dispatch.stop();
      wake();
    };
    const read = async () => {
      for await (const lot of input) {
        for (const item of lot) {
          if (item.kind === 'state') dispatch.state(item);
          else dispatch.record(item);
          while (dispatch.waiting >= MOST_WAITING && !dispatch.stopped) {
            dispatch.pump(true);
            await room.next();
          }
          if (dispatch.stopped) return;
        }
      }
      if (signal.aborted) return;
      dispatch.end();
      ended = true;
      timers.push(setTimeout(() => giveUp(), afterInputMs));
      wake();
    };
    const giveUp = () => {
      session.stop();
      fail(new TransientError('Ortto was too slow to take everything within two hours; the next attempt goes on'));
    };
    void read().catch(fail);
    timers.push(setInterval(() => dispatch.pump(ended), TICK_MS));
    timers.push(
      setInterval(() => {
        const { received, settled, rejected } = ledger.totals();
        log.info(
          `progress: ${received} records received, ${settled} settled (${rejected} rejected), ${dispatch.waiting} waiting, ${requests} requests`,
        );
      }, PROGRESS_MS),
    );

    let closing: Promise<void> | undefined;
    let closed = false;
    const close = async () => {
      await finish();
      dispatch.finish();
      closed = true;
      wake();
    };
    const isDone = (): boolean => {
      if (signal.aborted) dispatch.stop();
      const idle = dispatch.underWay === 0;
      if (dispatch.stopped) return idle;
      if (!ended || !idle || dispatch.waiting > 0) {
        dispatch.pump(ended);
        return false;
      }
      closing ??= close().catch(fail);
      return closed;
    };
    while (!isDone()) {
      yield* dispatch.free();
      await bell.next();
    }
    yield* dispatch.free();

    ledger.nameTheRest();
    const broken = failure ?? dispatch.failure;
    if (broken === undefined && !signal.aborted) {
      ledger.close();
      return;
    }
    ledger.print();
    if (!signal.aborted) throw broken as Error;
    log.warn('Stopped; records not settled by now will be sent again');
  } finally {
    signal.removeEventListener('abort', wake);
    for (const timer of timers) clearInterval(timer);
    await session.close();
  }
}

/** Sorts records by what must be done for them; a record of a stream outside the catalog means torn input. */
const createSorter = ({ mappings, identities }: Prepared, catalog: ConfiguredCatalog, log: Log) => {
  const hint = createHints(log);
  const byStream = new Map(mappings.map((mapping) => [mapping.stream, mapping]));
  const respells = new Map(catalog.streams.map(({ stream }) => [stream.name, createRespell(stream.json_schema)]));
  return ({ stream, data, line }: IncomingRecord): Sorted => {
    const mapping = byStream.get(stream);
    if (mapping === undefined) throw new TornInputError(line, 'is a record of a stream that is not in the catalog');
    const respelled = data && (respells.get(stream)?.(data) ?? data);
    const mapped = mapRecord(mapping, respelled, Date.now());
    hint(mapping, mapped);
    return mapped.kind === 'skip' || mapped.kind === 'reject'
      ? mapped
      : { kind: 'task', task: taskOf(mapped, identities) };
  };
};

const warnOfOverwrite = ({ streams }: ConfiguredCatalog, log: Log): void => {
  const overwritten = streams.filter((each) => each.destination_sync_mode.startsWith('overwrite'));
  if (overwritten.length > 0) {
    log.info(
      `Overwrite is treated as append for ${overwritten.map(({ stream }) => stream.name).join(', ')}: nothing in Ortto is deleted or cleared.`,
    );
  }
};
