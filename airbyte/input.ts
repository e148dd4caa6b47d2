import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { IncomingRecord, IncomingState } from './connector.ts';
import { ConfigError, TransientError } from './errors.ts';
import { withExactNumbers } from './exact-numbers.ts';
import { isObject } from './protocol.ts';
import type { StateMessage } from './protocol.ts';

/**
 * A line of the input is not an Airbyte message, or does not belong to this sync: the input is damaged, and another sync may
 * succeed. Names the line, never its content.
 */
export class TornInputError extends TransientError {
  override name = 'TornInputError';

  constructor(line: number, problem: string) {
    super(
      `Line ${line} of the input ${problem}. The upstream process was cut off, or something else wrote to its output.`,
    );
  }
}

const NEWLINE = 0x0a;

/**
 * Cuts chunks into lines without their newline. `cut` returns the lines that a chunk completes, `rest` the last line if it
 * has no newline. A line within one chunk is a view of it; one that spans chunks is joined once, when it is complete.
 */
const createCutter = () => {
  let parts: Buffer[] = [];
  return {
    cut(chunk: Buffer): Buffer[] {
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        const tail = chunk.subarray(start, end);
        lines.push(parts.length === 0 ? tail : Buffer.concat([...parts, tail]));
        parts = [];
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
      return lines;
    },
    rest: (): Buffer[] => (parts.length === 0 ? [] : [Buffer.concat(parts)]),
  };
};

/** The text of a line, for an answer that has to go out as it came; undefined for a blank line. */
const textOf = (bytes: Buffer, line: number): string | undefined => {
  if (!isUtf8(bytes)) throw new TornInputError(line, 'is not UTF-8');
  const text = bytes.toString();
  return text.trim() === '' ? undefined : text;
};

const parse = (text: string, line: number): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new TornInputError(line, 'is not JSON');
  }
};

const isOfOneStream = ({ stream }: Record<string, unknown>): boolean =>
  isObject(stream) && isObject(stream['stream_descriptor']) && typeof stream['stream_descriptor']['name'] === 'string';

const NONE: readonly string[] = [];

/** The columns that `meta.changes` says were nulled. */
const nulledOf = (meta: unknown): readonly string[] => {
  const changes = isObject(meta) ? meta['changes'] : undefined;
  if (!Array.isArray(changes)) return NONE;
  return changes.flatMap((change: unknown) =>
    isObject(change) && change['change'] === 'NULLED' && typeof change['field'] === 'string' ? [change['field']] : [],
  );
};

/**
 * The record or state on one line; undefined for a blank line and for messages that a destination does not need. Keys that
 * are null count as absent.
 */
export const parseMessage = (bytes: Buffer, line: number): IncomingRecord | IncomingState | undefined => {
  const text = textOf(bytes, line);
  if (text === undefined) return undefined;
  const message = parse(text, line);
  if (!isObject(message) || typeof message['type'] !== 'string') {
    throw new TornInputError(line, 'is not an Airbyte message');
  }
  if (message['type'] === 'RECORD') {
    const record = message['record'];
    if (!isObject(record) || typeof record['stream'] !== 'string') {
      throw new TornInputError(line, 'is a RECORD message without a stream');
    }
    const { stream, namespace, data } = record;
    return {
      kind: 'record',
      stream,
      namespace: typeof namespace === 'string' ? namespace : undefined,
      data: isObject(data) ? withExactNumbers(data, text) : undefined,
      nulled: nulledOf(record['meta']),
      line,
    };
  }
  if (message['type'] === 'STATE') {
    const { state } = message;
    if (!isObject(state)) throw new TornInputError(line, 'is a STATE message without a state');
    if (state['type'] === 'GLOBAL' || state['type'] === 'LEGACY') {
      throw new ConfigError(
        `Line ${line} of the input is a ${state['type']} state. This destination accepts states of single streams only: ` +
          'use a source that sends those.',
      );
    }
    if (!isOfOneStream(state)) throw new TornInputError(line, 'is a STATE message without a stream');
    return { kind: 'state', message: { ...(message as unknown as StateMessage), text }, line };
  }
  return undefined;
};

/**
 * The records and states on `stream`, in order, in the lots in which they arrive: awaiting each record would take longer than
 * parsing it. A lot is parsed item by item as it is iterated, once. The stream is paused while the consumer works, and
 * destroyed once the consumer stops. Ends early, even while waiting for a line, when `signal` is aborted. A lot throws
 * TornInputError, and ConfigError for a state that is not of a single stream.
 */
export async function* readInput(
  stream: Readable,
  signal: AbortSignal,
): AsyncGenerator<Iterable<IncomingRecord | IncomingState>, void> {
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const cutter = createCutter();
  let line = 0;
  const items = function* (lines: readonly Buffer[]) {
    for (const bytes of lines) {
      line += 1;
      const item = parseMessage(bytes, line);
      if (item !== undefined) yield item;
      if (signal.aborted) return;
    }
  };
  try {
    if (signal.aborted) return;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      yield items(cutter.cut(chunk));
    }
    if (!signal.aborted) yield items(cutter.rest());
  } catch (error) {
    // A destroyed stream fails the pending read; if the signal caused that, it is simply the end.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}
