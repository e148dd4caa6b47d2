import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultAnswer } from './faults.ts';
import type { Answer } from './instance.ts';
import { parseExactly } from './json.ts';
import type { JsonObject } from './json.ts';

/** A refusal in the envelope that Ortto's errors have. */
export const envelope = (status: number, error: string, details?: readonly JsonObject[]): FaultAnswer => ({
  status,
  body: { request_id: randomUUID(), code: status, error, ...(details && { details }) },
});

/** The one refusal whose error is an object: too many requests (Ortto's help page "Rate limits"). */
export const rateLimited = (seconds: number): FaultAnswer => ({
  status: 429,
  body: { error: { code: 'rate-limit', message: 'rate limit', 'try-in-seconds': seconds } },
});

export const send = (
  response: ServerResponse,
  { status, body, headers }: FaultAnswer | (Answer & { headers?: undefined }),
): void => {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'Content-Type': isText ? 'text/html' : 'application/json',
    'X-Version': 'master-2611240900-1-simulator',
    ...headers,
  });
  response.end(isText ? body : `${JSON.stringify(body ?? {})}\n`);
};

const parse = (text: string): { readonly json: unknown } | undefined => {
  try {
    return { json: text === '' ? {} : parseExactly(text) };
  } catch {
    return undefined;
  }
};

export interface RequestBody {
  readonly tooLarge: boolean;
  /** Undefined when it is not JSON. */
  readonly parsed: { readonly json: unknown } | undefined;
}

/** Bytes past `limit` are read and thrown away, so that the caller can hear the refusal. */
export const readBody = async (request: IncomingMessage, limit: number): Promise<RequestBody> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  return { tooLarge: bytes > limit, parsed: parse(Buffer.concat(chunks).toString()) };
};
