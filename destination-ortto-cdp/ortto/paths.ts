import type { JsonObject } from '../../airbyte/protocol.ts';
import type { ReadResult } from './answers.ts';
import type { Connection } from './connection.ts';

/** The two kinds of object in Ortto. */
export type Entity = 'person' | 'organization';

/** The start of Ortto's paths for each. */
export const PATHS = { person: 'person', organization: 'accounts' } as const;

/** The answer to a read-only call; any refusal ends the sync. */
export const ask = async <Result>(
  connection: Connection,
  path: string,
  content: JsonObject,
  read: ReadResult<Result>,
  stream?: string,
): Promise<Result> => {
  const answer = await connection.send({ call: 'read', method: 'POST', path, content, read, stream });
  if (answer.kind === 'refused') throw answer.error;
  return answer.result;
};
