import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from './channel.ts';
import { failureTrace } from './failures.ts';
import type { Output } from './output.ts';

/** What a shell reports for a process ended by SIGTERM; Airbyte treats it as a normal end. */
const TERMINATED = 143;

/** What a shell reports for a process ended by SIGPIPE. */
const READER_GONE = 141;

/** Kubernetes kills a process 30 seconds after SIGTERM; the rest is for the last flush. */
const GRACE_MS = 25_000;

/** How long the last flush may take when the process has to end. */
const LAST_FLUSH_MS = 3_000;

/** The result of `work`, or undefined as soon as `signal` is aborted. */
export const unlessAborted = async <Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> =>
  Promise.race([
    work,
    new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
  ]);

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

/**
 * Runs `command` and then ends the process: with 0; with 1 after an error, which becomes a TRACE message, or after any TRACE
 * error; with 143 after SIGTERM or SIGINT, which abort `controller` and leave the command 25 seconds to finish; with 141,
 * quietly, when nothing reads stdout any more. Whatever was emitted before the end is written, even if the end is an uncaught
 * exception.
 */
export const runProcess = async (
  channel: Channel,
  output: Output,
  controller: AbortController,
  command: () => Promise<void>,
): Promise<never> => {
  const { signal } = controller;

  const endWith = async (code: number, flushed: Promise<unknown>): Promise<never> => {
    await Promise.allSettled([flushed]);
    process.exit(code);
  };

  const crash = (error: unknown) => {
    channel.emit(failureTrace(error));
    channel.close();
    void endWith(1, output.flush());
  };
  // The CDK's listeners exit before a pipe has accepted what was queued.
  for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event).on(event, crash);

  // The event loop is empty, but the command has not ended; Node would exit without a trace.
  process.on('beforeExit', () =>
    crash(new Error('The command is still waiting, but nothing is left that could wake it.')),
  );

  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(READER_GONE);
    process.stderr.write(`Cannot write to stdout (${error.code ?? error.name})\n`, () => process.exit(1));
  });
  // There is nowhere left to report it.
  process.stderr.on('error', () => undefined);

  const terminate = () => {
    if (signal.aborted) return;
    controller.abort();
    setTimeout(() => {
      void endWith(TERMINATED, Promise.race([output.flush(), delay(LAST_FLUSH_MS)]));
    }, GRACE_MS).unref();
  };
  process.on('SIGTERM', terminate).on('SIGINT', terminate);

  try {
    await command();
  } catch (error) {
    const stopped = signal.aborted && error instanceof Error && error.name === 'AbortError';
    if (!stopped) channel.emit(failureTrace(error));
  }
  channel.close();
  const code = signal.aborted ? TERMINATED : Number(channel.failed());
  // Not left to the event loop: a keep-alive connection or an open stdin would keep the process alive.
  return endWith(code, Promise.all([output.flush(), written(process.stderr)]));
};
