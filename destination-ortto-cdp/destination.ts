import type { Destination } from '../airbyte/connector.ts';
import schema from '../schemas/destination-config.json' with { type: 'json' };
import { parseConfig } from './config.ts';

/** Attempts per request of `check`, where someone is waiting for the answer. */
const CHECK_ATTEMPTS = 3;

/** Writes Salesforce's records to an Ortto CDP as people, organizations and activities. */
export const orttoDestination: Destination = {
  spec: () => ({
    connectionSpecification: schema,
    supportsIncremental: true,
    supported_destination_sync_modes: ['append_dedup', 'append'],
    protocol_version: '0.18.0',
  }),
  async check(config, log) {
    const parsed = parseConfig(config);
    const { openSession } = await import('./ortto/session.ts');
    const { checkAccount } = await import('./check.ts');
    const { ortto, close } = await openSession(parsed, log, { attempts: CHECK_ATTEMPTS });
    try {
      return await checkAccount(ortto, log);
    } finally {
      await close();
    }
  },
  async *write(input) {
    const config = parseConfig(input.config);
    const { DEFAULT_LIMITS, write } = await import('./write.ts');
    yield* write(config, input, DEFAULT_LIMITS);
  },
};
