import type { Log } from '../../airbyte/connector.ts';
import type { ControlMessage, JsonObject } from '../../airbyte/protocol.ts';
import type { SourceConfig } from '../config.ts';
import { explained } from './failures.ts';
import { connectSalesforce } from './client.ts';
import type { Salesforce } from './client.ts';

/**
 * The config as it came, with the refresh token that a login has put in the place of the old one. The platform saves it, also
 * when the run fails later; without it the next login would be refused.
 */
export const rotatedConfig = (input: unknown, refreshToken: string): ControlMessage => {
  const config = input as JsonObject & { readonly credentials: JsonObject };
  return {
    type: 'CONTROL',
    control: {
      type: 'CONNECTOR_CONFIG',
      emitted_at: Date.now(),
      connectorConfig: {
        config: { ...config, credentials: { ...config.credentials, refresh_token: refreshToken } },
      },
    },
  };
};

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
