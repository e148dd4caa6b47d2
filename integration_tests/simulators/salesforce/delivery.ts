import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { FaultAction } from './faults.ts';
import { cutOffset } from './faults.ts';

// Sends an answer over the wire, compressed when asked for, and damaged as the fault script says.

const find = <K extends FaultAction['kind']>(actions: readonly FaultAction[], kind: K) =>
  actions.find((action): action is FaultAction & { readonly kind: K } => action.kind === kind);

async function* onePiece(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

const collect = async (body: AsyncIterable<Buffer>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(body));

/** Ends after this many bytes; calls back when that was early. */
async function* firstBytes(body: AsyncIterable<Buffer>, limit: number, onCut: () => void): AsyncGenerator<Buffer> {
  let left = limit;
  for await (const piece of body) {
    if (piece.length > left) {
      if (left > 0) yield piece.subarray(0, left);
      onCut();
      return;
    }
    left -= piece.length;
    yield piece;
  }
}

/** Destroys both ends when either fails or the client hangs up. */
const gzipped = (body: AsyncIterable<Buffer>): AsyncIterable<Buffer> => {
  const gzip = createGzip({ level: 1 });
  pipeline(Readable.from(body), gzip).catch((error: Error) => gzip.destroy(error));
  return gzip;
};

async function* drips(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 1;
  for await (const piece of body) {
    for (let from = 0; from < piece.length; from += size) {
      size = (size % 10) + 1;
      yield piece.subarray(from, from + size);
      await breathe();
    }
  }
}

/** Sends pieces so that none waits in a buffer when the connection is reset, then resets it. */
const sendThenReset = async (response: ServerResponse, body: AsyncIterable<Buffer>): Promise<void> => {
  for await (const piece of body) {
    await new Promise<void>((resolve) => {
      response.write(piece, () => resolve());
    });
  }
  response.destroy();
};

const headersOf = (answer: Answer, actions: readonly FaultAction[], isCompressed: boolean): Record<string, string> => {
  const headers = { ...answer.headers, ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}) };
  return find(actions, 'headers')?.edit(headers) ?? headers;
};

/** Resolves when everything that will be sent is sent. `onBytes` hears of every piece's size on the wire. */
export const deliver = async (
  response: ServerResponse,
  answer: Answer,
  actions: readonly FaultAction[],
  options: { readonly acceptsGzip: boolean; readonly onBytes: (bytes: number) => void },
): Promise<void> => {
  const isCompressed = options.acceptsGzip && answer.body !== undefined;
  for (const [name, value] of Object.entries(headersOf(answer, actions, isCompressed))) response.setHeader(name, value);
  response.statusCode = answer.status;
  if (answer.body === undefined) {
    response.end();
    return;
  }
  let body: AsyncIterable<Buffer> = Buffer.isBuffer(answer.body) ? onePiece(answer.body) : answer.body;
  const edit = find(actions, 'body');
  if (edit !== undefined) body = onePiece(edit.edit(await collect(body)));
  let isWhole = true;
  const cut = find(actions, 'cut');
  if (cut !== undefined) {
    const whole = await collect(body);
    body = onePiece(whole.subarray(0, cutOffset(whole, cut.at)));
  }
  if (isCompressed) body = gzipped(body);
  const gzipCut = find(actions, 'gzip-cut');
  if (gzipCut !== undefined) {
    body = firstBytes(body, gzipCut.bytes, () => undefined);
  }
  const stall = find(actions, 'stall');
  if (stall !== undefined) {
    body = firstBytes(body, stall.afterBytes, () => {
      isWhole = false;
    });
  }
  if (find(actions, 'drip') !== undefined) body = drips(body);
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of body) {
      options.onBytes(piece.length);
      yield piece;
    }
  };
  if (cut?.how === 'reset' || gzipCut?.how === 'reset') {
    await sendThenReset(response, counted());
    return;
  }
  if (stall !== undefined) {
    for await (const piece of counted()) response.write(piece);
    if (isWhole) response.end();
    return;
  }
  await pipeline(Readable.from(counted()), response);
};
