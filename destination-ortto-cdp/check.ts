import type { Log } from '../airbyte/connector.ts';
import type { ConnectionStatus } from '../airbyte/protocol.ts';
import type { Ortto } from './ortto/api.ts';

/** The custom fields that every Ortto plan has room for; larger plans have more for people. */
const ROOM = { person: 100, organization: 25 } as const;

/** Reads what a sync will need to read, and writes nothing. Throws ConfigError if the key or the region is wrong. */
export const checkAccount = async (ortto: Ortto, log: Log): Promise<ConnectionStatus> => {
  await ortto.definitions();
  const people = (await ortto.customFields('person')).length;
  const organizations = (await ortto.customFields('organization')).length;
  const room = [
    `Custom fields in use: ${people} for people (every plan allows at least ${ROOM.person})`,
    `${organizations} of ${ROOM.organization} for organizations`,
  ].join(', ');
  log.info(`Ortto accepts the API key. ${room}.`);
  return { status: 'SUCCEEDED', message: `Connected to Ortto. ${room}.` };
};
