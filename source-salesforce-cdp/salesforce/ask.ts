import type { Log } from '../../airbyte/connector.ts';
import type { ControlMessage } from '../../airbyte/protocol.ts';
import type { SourceConfig } from '../config.ts';
import { createSalesforceClient } from './client.ts';
import type { SalesforceClient } from './client.ts';
import { toConnectorError } from './failures.ts';
import { rotatedConfig } from './rotated-config.ts';

/** Runs the requests of `check` or `discover` in a session of their own. Throws errors whose messages are for the user. */
export const askSalesforce = async <T>(
  ask: {
    readonly config: SourceConfig;
    readonly input: unknown;
    readonly log: Log;
    readonly emit: (message: ControlMessage) => void;
  },
  work: (salesforce: SalesforceClient) => Promise<T>,
): Promise<T> => {
  const salesforce = createSalesforceClient(ask.config, {
    log: ask.log,
    signal: new AbortController().signal,
    rotated: (refreshToken) => ask.emit(rotatedConfig(ask.input, refreshToken)),
  });
  try {
    return await work(salesforce);
  } catch (error) {
    throw toConnectorError(error);
  }
};
