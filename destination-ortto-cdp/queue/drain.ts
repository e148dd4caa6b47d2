import type { WriteInput } from '../../airbyte/connector.ts';
import { TransientError } from '../../airbyte/errors.ts';
import type { StateMessage } from '../../airbyte/protocol.ts';
import type { Dispatch } from './dispatch.ts';
import { intake } from './intake.ts';
import type { Sort } from './sort.ts';

/** How often to look for quiet groups, whose batches are due after two seconds. */
const TICK_MS = 250;

export interface DrainOptions extends Pick<WriteInput, 'input' | 'signal'> {
  readonly sort: Sort;
  readonly dispatch: Dispatch;
  /** The work that remains once every batch has been delivered. */
  readonly finish: () => Promise<void>;
  /** Time allowed, from the end of the input, to write what is waiting. */
  readonly afterInputMs: number;
  /** Called when that time is over: ends the requests under way. */
  readonly giveUp: () => void;
}

/**
 * Reads the input, delivers it, and yields each state as soon as it is true, until everything is settled, something has failed
 * (`dispatch.batches.failure`), or `signal` is aborted and what was under way has ended. Never throws.
 */
export async function* drain(options: DrainOptions): AsyncGenerator<StateMessage, void> {
  const { dispatch, finish, signal } = options;
  const { batches } = dispatch;
  let hasEnded = false;
  let closing: Promise<void> | undefined;
  let isClosed = false;
  let deadline: NodeJS.Timeout | undefined;

  const expire = () => {
    options.giveUp();
    batches.fail(
      new TransientError('Ortto did not take everything within two hours; the next attempt continues from there'),
    );
  };
  const read = async () => {
    const isWhole = await intake(options.input, options.sort, dispatch);
    if (!isWhole || signal.aborted) return;
    dispatch.end();
    hasEnded = true;
    deadline = setTimeout(expire, options.afterInputMs);
    dispatch.change.ring();
  };
  const close = async () => {
    await finish();
    dispatch.finish();
    isClosed = true;
    dispatch.change.ring();
  };
  const isDone = (): boolean => {
    if (signal.aborted) batches.stop();
    const isIdle = batches.underWay === 0;
    if (batches.stopped) return isIdle;
    if (!hasEnded || !isIdle || dispatch.waiting > 0) {
      batches.pump(hasEnded);
      return false;
    }
    closing ??= close().catch(batches.fail);
    return isClosed;
  };

  const onAbort = () => {
    dispatch.change.ring();
    dispatch.room.ring();
  };
  signal.addEventListener('abort', onAbort);
  const tick = setInterval(() => batches.pump(hasEnded), TICK_MS);
  try {
    void read().catch(batches.fail);
    while (!isDone()) {
      yield* dispatch.free();
      await dispatch.change.next();
    }
    yield* dispatch.free();
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(tick);
    clearTimeout(deadline);
  }
}
