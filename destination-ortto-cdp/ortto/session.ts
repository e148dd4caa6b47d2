import { setMaxListeners } from 'node:events';
import type { Log } from '../../airbyte/connector.ts';
import { orttoApi } from './api.ts';
import type { Ortto } from './api.ts';
import type { DestinationConfig } from '../config.ts';
import { createGate } from './gate.ts';
import { openConnection } from './connection.ts';

export interface Session {
  readonly ortto: Ortto;
  /** Ends waits and sends no further request, so that the calls under way finish soon. */
  readonly stop: () => void;
  /** Stops, and resolves once no request is under way. */
  readonly close: () => Promise<void>;
}

export interface SessionOptions {
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  readonly onRequest?: (stream: string | undefined) => void;
}

/** Ortto behind one gate: everything that a run asks of it counts toward the same rate. */
export const openSession = async (
  config: DestinationConfig,
  log: Log,
  options: SessionOptions = {},
): Promise<Session> => {
  const stopping = new AbortController();
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  // Every waiting call listens: so one listener per call is not a leak.
  setMaxListeners(0, signal);
  const connection = await openConnection({
    apiUrl: config.apiUrl,
    apiKey: config.apiKey,
    gate: createGate(config.requestsPerSecond),
    signal,
    closing: stopping.signal,
    onRequest: options.onRequest ?? (() => {}),
    onWait: (message) => log.warn(message),
    ...(options.attempts !== undefined && { attempts: options.attempts }),
  });
  const stop = () => stopping.abort();
  return {
    ortto: orttoApi(connection),
    stop,
    async close() {
      stop();
      await connection.close();
    },
  };
};
