import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { networkFailure } from './failures.ts';

/** While one chunk is turned into lines, zlib's thread fills the next; with small chunks they would wait for each other. */
const DECOMPRESSED_CHUNK_BYTES = 128 * 1024;

/** The body of a response without its content encoding. */
export const decompressed = (body: Readable, encoding: string | undefined): Readable =>
  // The callback of pipeline has nothing to do: an error destroys the last stream too, and its reader gets it.
  encoding?.toLowerCase() === 'gzip'
    ? pipeline(body, createGunzip({ chunkSize: DECOMPRESSED_CHUNK_BYTES }), () => {})
    : body;

/** The body of a response, whose errors become SalesforceFailures. */
export async function* withClassifiedErrors(
  body: Readable,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkFailure(error, signal);
  }
}
