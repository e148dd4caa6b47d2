import type { Source } from '../airbyte/connector.ts';
import advancedAuth from '../schemas/source-advanced-auth.json' with { type: 'json' };
import connectionSpecification from '../schemas/source-config.json' with { type: 'json' };

/** Salesforce as an Airbyte source. The code that talks to Salesforce is loaded only when a command needs it. */
export const salesforceSource: Source = {
  spec: () => ({
    protocol_version: '0.18.0',
    supportsIncremental: true,
    connectionSpecification,
    advanced_auth: advancedAuth,
  }),
  async check(config, log, emit) {
    const { check } = await import('./check.ts');
    return check(config, log, emit);
  },
  async discover(config, log, emit) {
    const { discover } = await import('./discover.ts');
    return discover(config, log, emit);
  },
  async *read(input) {
    const { read } = await import('./read.ts');
    yield* read(input);
  },
};
