import type { Log } from '../airbyte/connector.ts';
import type { ConnectionStatus, ControlMessage } from '../airbyte/protocol.ts';
import { parseConfig } from './config.ts';
import type { SourceConfig } from './config.ts';
import { SalesforceFailure } from './salesforce/failures.ts';
import { DEFAULT_OBJECTS } from './catalog/objects.ts';
import { sameName } from './catalog/properties.ts';
import { identity } from './salesforce/rest.ts';
import { askSalesforce } from './salesforce/ask.ts';
import type { SalesforceClient } from './salesforce/client.ts';
import { survey } from './survey.ts';

/**
 * Logs in and reports the user, the org, which of the default objects and of those named in the config can be read, and whether
 * Bulk is allowed. FAILED lists everything in the config that must change; a rejected login is thrown as an error with the reason.
 */
export const check = (input: unknown, log: Log, emit: (message: ControlMessage) => void): Promise<ConnectionStatus> => {
  const config = parseConfig(input);
  return askSalesforce({ config, input, log, emit }, async (salesforce) => {
    const { username, organizationId } = await identity(salesforce);
    const { hidden, problems } = await survey(salesforce, config, log);
    if (problems.length > 0) return { status: 'FAILED', message: problems.join('\n') };
    if (hidden.length === DEFAULT_OBJECTS.length && config.objects.length === 0) {
      const message = `${username} cannot read any of ${hidden.join(', ')}. Ask a Salesforce administrator to grant read access.`;
      return { status: 'FAILED', message };
    }
    const bulkProblem = await findBulkProblem(salesforce);
    if (bulkProblem !== undefined && config.api === 'bulk') {
      const message = `${username} is not allowed to use the Bulk API: set api to auto. ${bulkProblem}`;
      return { status: 'FAILED', message };
    }
    const readable = [...DEFAULT_OBJECTS.filter((name) => !hidden.includes(name)), ...added(config)];
    const message = [
      `Logged in as ${username} at org ${organizationId}.`,
      `Can read ${readable.join(', ')}.`,
      ...(hidden.length > 0 ? [`Cannot read ${hidden.join(', ')}: grant the user access if you need them.`] : []),
      bulkProblem === undefined
        ? 'Bulk API: allowed.'
        : `Bulk API: not allowed, so large objects are read slowly. ${bulkProblem}`,
    ].join(' ');
    log.info(message);
    return { status: 'SUCCEEDED', message };
  });
};

/** Objects that the config names in addition to the default ones. */
const added = ({ objects }: SourceConfig): readonly string[] =>
  objects.map(({ name }) => name).filter((name) => !DEFAULT_OBJECTS.some((each) => sameName(each, name)));

/** Why the Bulk API cannot be used; undefined if it can. Listing jobs needs the same permission as creating one, and costs nothing. */
const findBulkProblem = async (salesforce: SalesforceClient): Promise<string | undefined> => {
  const path = '/jobs/query?jobType=V2Query';
  try {
    await salesforce.json({ what: 'list Bulk jobs', method: 'GET', path, api: 'bulk' });
    return undefined;
  } catch (error) {
    if (!(error instanceof SalesforceFailure) || error.kind === 'transient') throw error;
    return error.message;
  }
};
