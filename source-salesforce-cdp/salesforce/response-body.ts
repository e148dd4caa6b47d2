import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { lostConnection } from './failures.ts';

/** By name in lower case; a header sent twice as one. */
export const plainHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** While one chunk is made into lines, zlib's thread fills the next; in small ones the two would wait for each other. */
const INFLATED_CHUNK_BYTES = 128 * 1024;

/** The body as it was before it was compressed for the way. */
export const inflated = (body: Readable, encoding: string | undefined): Readable =>
  // The callback of pipeline has nothing to do: an error destroys the last stream too, and its reader gets it.
  encoding?.toLowerCase() === 'gzip'
    ? pipeline(body, createGunzip({ chunkSize: INFLATED_CHUNK_BYTES }), () => {})
    : body;

/** The body, its failures told as Salesforce's. */
export async function* guarded(body: Readable, aborted: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw lostConnection(error, aborted);
  }
}
