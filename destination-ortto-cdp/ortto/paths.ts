import type { JsonObject } from '../../airbyte/protocol.ts';
import type { Connection } from './connection.ts';

/** The two kinds that Ortto keeps. */
export type Entity = 'person' | 'organization';

/** How Ortto's paths begin for each. */
export const PATHS = { person: 'person', organization: 'accounts' } as const;

/** The body of an answer to a call that only reads; whatever Ortto refuses of it ends the sync. */
export const read = async (
  connection: Connection,
  path: string,
  content: JsonObject,
  stream?: string,
): Promise<JsonObject> => {
  const answer = await connection.send({ call: 'read', method: 'POST', path, content, stream });
  if (answer.kind === 'refused') throw answer.error;
  return answer.body;
};
