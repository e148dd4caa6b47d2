import type { Destination } from '../airbyte/connector.ts';
import schema from '../schemas/destination-config.json' with { type: 'json' };
import { parseConfig } from './config.ts';

/** How often `check` tries: somebody waits for the answer. */
const CHECK_ATTEMPTS = 3;

/** Salesforce's records become people, organizations and activities of an Ortto CDP. */
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
