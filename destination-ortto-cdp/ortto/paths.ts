import type { JsonObject } from '../../airbyte/protocol.ts';
import type { Connection } from './connection.ts';

/** The two kinds of object in Ortto. */
export type Entity = 'person' | 'organization';

/** The start of Ortto's paths for each. */
export const PATHS = { person: 'person', organization: 'accounts' } as const;

/** The body of the answer to a call that only reads; any refusal ends the sync. */
export const readBody = async (
  connection: Connection,
  path: string,
  content: JsonObject,
  stream?: string,
): Promise<JsonObject> => {
  const answer = await connection.send({ call: 'read', method: 'POST', path, content, stream });
  if (answer.kind === 'refused') throw answer.error;
  return answer.body;
};
