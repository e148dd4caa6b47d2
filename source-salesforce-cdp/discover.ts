import type { Log } from '../airbyte/connector.ts';
import { ConfigError } from '../airbyte/errors.ts';
import type { Catalog, ControlMessage } from '../airbyte/protocol.ts';
import { parseConfig } from './config.ts';
import { discoverStream } from './catalog/discover-stream.ts';
import { askSalesforce } from './salesforce/ask.ts';
import { refinementOf, survey } from './survey.ts';

/**
 * The streams of the org, in the order they are read. Entries of `objects` that lead nowhere are a ConfigError that lists all of
 * them. `emit` takes the config with its new refresh token, should the login have changed it.
 */
export const discover = (input: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<Catalog> => {
  const config = parseConfig(input);
  return askSalesforce({ config, input, log, emit }, async (salesforce) => {
    const { objects, found, hidden, problems } = await survey(salesforce, config, log);
    if (problems.length > 0) throw new ConfigError(problems.join('\n'));
    if (hidden.length > 0) log.warn(`The user cannot read ${hidden.join(', ')}: left out.`);
    const discovered = objects.flatMap((name) => {
      const description = found.get(name);
      return description === undefined ? [] : [discoverStream(description, refinementOf(config, name), found)];
    });
    for (const note of discovered.flatMap(({ notes }) => notes)) log.warn(`${note}.`);
    return { streams: discovered.map(({ stream }) => stream) };
  });
};
