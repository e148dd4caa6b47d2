import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Transport } from 'jsforce/lib/transport.js';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/types/common.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import type { Api } from './failure-table.ts';
import type { Exchange } from './http.ts';

/**
 * A transport that makes jsforce's requests by `exchange`. Its own one crashes the process when a response is cut off, hides
 * status and headers, and repeats logins without end.
 */
export const createTransport = (exchange: Exchange, api: Api, signal: AbortSignal | undefined): Transport =>
  new ExchangeTransport(async (request) => {
    const { status, headers, body } = await exchange(request, api, signal);
    return { statusCode: status, headers, body: await text(body) };
  });

class ExchangeTransport extends Transport {
  readonly #exchange: (request: HttpRequest) => Promise<HttpResponse>;

  constructor(exchange: (request: HttpRequest) => Promise<HttpResponse>) {
    super();
    this.#exchange = exchange;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#exchange(request) }));
  }
}
