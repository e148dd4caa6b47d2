import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { AirbyteMessage, RecordLines } from './protocol.ts';

/** One system call and one reader wake-up per batch instead of per record; the size of a Linux pipe. */
const BATCH_BYTES = 64 * 1024;

/** The one writer to stdout. What is put leaves in the order of the calls. */
export interface Output {
  /**
   * Queues a message, or ready-made lines, whose bytes the caller must not change afterwards. Records leave in batches, at
   * the latest when the process turns to something else; everything else leaves at once. Throws, naming the
   * stream, on what cannot be written as JSON (BigInt, cycles); nothing of it is queued then.
   */
  put(message: AirbyteMessage | RecordLines): void;
  /** Queues plain text, for answers to a person (`--help`, `--version`). */
  readonly text: (text: string) => void;
  /** Undefined while the reader keeps up; otherwise resolves once it has caught up. Await it between records. */
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

/** An output that writes to `stream`; `process.stdout` but in tests. Errors of the stream are its owner's to handle. */
export const createOutput = (stream: Writable): Output => {
  let lines = '';
  let chunks: Uint8Array[] = [];
  let size = 0;
  let idle: NodeJS.Immediate | undefined;
  let drained: Promise<void> | undefined;

  const sealLines = () => {
    if (lines === '') return;
    chunks.push(Buffer.from(lines));
    lines = '';
  };

  const drain = async () => {
    await once(stream, 'drain');
    drained = undefined;
  };

  const send = () => {
    clearImmediate(idle);
    idle = undefined;
    sealLines();
    const [first] = chunks;
    if (first === undefined) return;
    const batch = chunks.length === 1 ? first : Buffer.concat(chunks);
    chunks = [];
    size = 0;
    if (stream.write(batch) || drained !== undefined) return;
    drained = drain();
    // Whoever waits for room sees the error; if nobody does, the stream's owner still does.
    drained.catch(() => undefined);
  };

  const queue = (part: string | Uint8Array) => {
    if (typeof part === 'string') {
      lines += part;
    } else {
      sealLines();
      chunks.push(part);
    }
    size += part.length;
    if (size >= BATCH_BYTES) send();
    else idle ??= setImmediate(send);
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
