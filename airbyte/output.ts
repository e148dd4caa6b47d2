import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { AirbyteMessage, RecordLines } from './protocol.ts';

/** One stream write per batch instead of per record, since each write costs as much as hundreds of records. */
const BATCH_BYTES = 256 * 1024;
/** Buffers that are reused: they would otherwise pile up for the garbage collector. */
const SPARE_BATCHES = 4;

/** The only writer to stdout. What is put is written in the order of the calls. */
export interface Output {
  /**
   * Queues a message, or ready-made lines, whose bytes are copied at once. Records are written in batches, at the latest when
   * the event loop turns; everything else is written at once. Throws, naming the stream, if a message cannot be written as
   * JSON (BigInt, cycles); nothing of it is queued then.
   */
  put(message: AirbyteMessage | RecordLines): void;
  /** Queues plain text, for answers to a person (`--help`, `--version`). */
  readonly text: (text: string) => void;
  /** Undefined while the reader keeps up; otherwise resolves once it has caught up. To be awaited between records. */
  room(): Promise<void> | undefined;
  /** Resolves when everything queued so far has been handed to the operating system. */
  flush(): Promise<void>;
}

const subject = (message: AirbyteMessage): string => {
  if (message.type === 'RECORD') return `A record of stream ${JSON.stringify(message.record.stream)}`;
  if (message.type === 'STATE') {
    return `A state of stream ${JSON.stringify(message.state.stream?.stream_descriptor?.name)}`;
  }
  return `A ${message.type} message`;
};

const lineOf = (message: AirbyteMessage): string => {
  if (message.type === 'STATE' && message.text !== undefined) return `${message.text}\n`;
  try {
    return `${JSON.stringify(message)}\n`;
  } catch (error) {
    // The message of a TypeError from JSON.stringify may quote keys of the data; its kind is enough.
    const kind = error instanceof Error ? error.name : 'error';
    throw new Error(`${subject(message)} cannot be written as JSON (${kind}: BigInt, cycle or size).`, {
      cause: error,
    });
  }
};

/** An output that writes to `stream`: `process.stdout`, except in tests. The stream's owner handles its errors. */
export const createOutput = (stream: Writable): Output => {
  let lines = '';
  let batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let size = 0;
  /** Batches that have been written and can be filled again. */
  const spare: Buffer<ArrayBuffer>[] = [];
  let idle: NodeJS.Immediate | undefined;
  let drained: Promise<void> | undefined;

  const drain = async () => {
    await once(stream, 'drain');
    drained = undefined;
  };

  const write = () => {
    const written = batch;
    const isTaken = stream.write(written.subarray(0, size), () => {
      if (spare.length < SPARE_BATCHES) spare.push(written);
    });
    batch = spare.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    size = 0;
    if (isTaken || drained !== undefined) return;
    drained = drain();
    // A caller that waits for room sees the error; if there is none, the stream's owner still does.
    drained.catch(() => undefined);
  };

  const append = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BATCH_BYTES - size);
      batch.set(part, size);
      size += part.length;
      at += part.length;
      if (size === BATCH_BYTES) write();
    }
  };

  const sealLines = () => {
    if (lines === '') return;
    append(Buffer.from(lines));
    lines = '';
  };

  const send = () => {
    clearImmediate(idle);
    idle = undefined;
    sealLines();
    if (size > 0) write();
  };

  const queue = (part: string | Uint8Array) => {
    if (typeof part === 'string') {
      lines += part;
      if (lines.length >= BATCH_BYTES) sealLines();
    } else {
      sealLines();
      append(part);
    }
    idle ??= setImmediate(send);
  };

  return {
    put(message) {
      if (message.type === 'RECORD_LINES') {
        if (message.bytes.length > 0) queue(message.bytes);
        return;
      }
      queue(lineOf(message));
      if (message.type !== 'RECORD') send();
    },
    text: queue,
    room: () => drained,
    flush: async () => {
      send();
      await new Promise<void>((resolve, reject) => {
        stream.write('', (error) => (error ? reject(error) : resolve()));
      });
    },
  };
};
