import type { ControlMessage, JsonObject } from '../../airbyte/protocol.ts';

/**
 * The config with the refresh token that a login has issued in place of the old one. The platform saves it even when the run
 * fails later; without it the next login would be refused.
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
