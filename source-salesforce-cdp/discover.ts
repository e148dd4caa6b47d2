import type { Log } from '../airbyte/connector.ts';
import { ConfigError } from '../airbyte/errors.ts';
import type { Catalog, ControlMessage } from '../airbyte/protocol.ts';
import { parseConfig } from './config.ts';
import { discoverStream } from './catalog/discover-stream.ts';
import { askSalesforce } from './salesforce/ask.ts';
import { survey } from './survey.ts';
import { refinementOf } from './catalog/properties.ts';

/**
 * The streams of the org, in the order in which they are published. Throws one ConfigError for all entries of `objects` that do
 * not exist. `emit` gets the config with its new refresh token when the login has changed it.
 */
export const discover = (input: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<Catalog> => {
  const config = parseConfig(input);
  return askSalesforce({ config, input, log, emit }, async (salesforce) => {
    const { objects, described, hidden, problems } = await survey(salesforce, config, log);
    if (problems.length > 0) throw new ConfigError(problems.join('\n'));
    if (hidden.length > 0) log.warn(`Left out, because the user cannot read them: ${hidden.join(', ')}.`);
    const discovered = objects.flatMap((name) => {
      const description = described.get(name);
      return description === undefined ? [] : [discoverStream(description, refinementOf(config, name), described)];
    });
    for (const note of discovered.flatMap(({ notes }) => notes)) log.warn(`${note}.`);
    return { streams: discovered.map(({ stream }) => stream) };
  });
};
