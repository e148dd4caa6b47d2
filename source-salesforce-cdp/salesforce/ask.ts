import type { Log } from '../../airbyte/connector.ts';
import type { ControlMessage } from '../../airbyte/protocol.ts';
import type { SourceConfig } from '../config.ts';
import { connectSalesforce } from './client.ts';
import type { Salesforce } from './client.ts';
import { explained } from './failures.ts';
import { rotatedConfig } from './rotated-config.ts';

/** Runs what `check` and `discover` ask of Salesforce; failures come out as errors that speak to the user. */
export const askSalesforce = async <T>(
  ask: {
    readonly config: SourceConfig;
    readonly input: unknown;
    readonly log: Log;
    readonly emit: (message: ControlMessage) => void;
  },
  work: (salesforce: Salesforce) => Promise<T>,
): Promise<T> => {
  const salesforce = connectSalesforce(ask.config, {
    log: ask.log,
    signal: new AbortController().signal,
    rotated: (refreshToken) => ask.emit(rotatedConfig(ask.input, refreshToken)),
  });
  try {
    return await work(salesforce);
  } catch (error) {
    throw explained(error);
  }
};
