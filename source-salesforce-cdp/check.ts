import type { Log } from '../airbyte/connector.ts';
import type { ConnectionStatus, ControlMessage } from '../airbyte/protocol.ts';
import { parseConfig } from './config.ts';
import type { SourceConfig } from './config.ts';
import { SalesforceFailure } from './salesforce/failures.ts';
import { DEFAULT_OBJECTS } from './catalog/objects.ts';
import { identity } from './salesforce/rest.ts';
import { askSalesforce } from './salesforce/ask.ts';
import type { SalesforceClient } from './salesforce/client.ts';
import { survey } from './survey.ts';

/**
 * Logs in and says who as, at which org, which of the default objects and of those named in the config can be read, and
 * whether Bulk is allowed. FAILED lists
 * everything in the config that must change; a login that is refused is thrown as the error that says why.
 */
export const check = (input: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<ConnectionStatus> => {
  const config = parseConfig(input);
  return askSalesforce({ config, input, log, emit }, async (salesforce) => {
    const { username, organizationId } = await identity(salesforce);
    const { hidden, problems } = await survey(salesforce, config, log);
    if (problems.length > 0) return { status: 'FAILED', message: problems.join('\n') };
    if (hidden.length === DEFAULT_OBJECTS.length && config.objects.length === 0) {
      const message = `${username} can read none of ${hidden.join(', ')}. Ask a Salesforce administrator to grant it read access.`;
      return { status: 'FAILED', message };
    }
    const bulk = await bulkTrouble(salesforce);
    if (bulk !== undefined && config.api === 'bulk') {
      const message = `Set api to auto: ${username} may not use the Bulk API. ${bulk}`;
      return { status: 'FAILED', message };
    }
    const readable = [...DEFAULT_OBJECTS.filter((name) => !hidden.includes(name)), ...added(config)];
    const message = [
      `Logged in as ${username} at org ${organizationId}.`,
      `Can read ${readable.join(', ')}.`,
      ...(hidden.length > 0 ? [`Cannot read ${hidden.join(', ')}: grant the user access to have them.`] : []),
      bulk === undefined ? 'Bulk API: allowed.' : `Bulk API: not allowed, so big objects are read slowly. ${bulk}`,
    ].join(' ');
    log.info(message);
    return { status: 'SUCCEEDED', message };
  });
};

/** What the config names beside the default objects; Salesforce knows objects in any spelling. */
const added = ({ objects }: SourceConfig): readonly string[] =>
  objects
    .map(({ name }) => name)
    .filter((name) => !DEFAULT_OBJECTS.some((each) => each.toLowerCase() === name.toLowerCase()));

/** Why the Bulk API cannot be used, if so. Listing jobs is refused where creating one would be, and costs nothing. */
const bulkTrouble = async (salesforce: SalesforceClient): Promise<string | undefined> => {
  const path = '/jobs/query?jobType=V2Query';
  try {
    await salesforce.json({ what: 'list Bulk jobs', method: 'GET', path, api: 'bulk' });
    return undefined;
  } catch (error) {
    if (!(error instanceof SalesforceFailure) || error.kind === 'transient') throw error;
    return error.message;
  }
};
