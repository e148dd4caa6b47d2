import type { BulkSettings } from './bulk-settings.ts';
import { Refusal } from './failure.ts';
import type { Org } from './org.ts';
import type { Plan } from './plan.ts';
import { planQuery } from './plan.ts';
import { parseSoql } from './soql.ts';

/** What a client asks of a new job. */
export interface BulkRequest {
  readonly operation: string;
  readonly columnDelimiter: string;
  readonly lineEnding: string;
  readonly plan: Plan;
}

export const DELIMITERS: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

export const parseBody = (body: string): Record<string, unknown> => {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new Refusal(400, 'JSON_PARSER_ERROR', 'Unexpected character in the request body');
  }
};

const choice = (value: unknown, allowed: readonly string[], fallback: string, name: string): string => {
  const chosen = value ?? fallback;
  if (typeof chosen === 'string' && allowed.includes(chosen)) return chosen;
  throw new Refusal(400, 'INVALIDJOB', `${name} must be one of ${allowed.join(', ')}`);
};

const notInBulk = (message: string): Refusal => new Refusal(400, 'FEATURENOTENABLED', message);

const checkColumns = (plan: Plan): void => {
  for (const { field } of plan.columns) {
    if (field.type === 'address' || field.type === 'location') {
      throw notInBulk('Selecting compound data not supported in Bulk Query');
    }
    if (field.type === 'base64') throw notInBulk('Binary fields not supported in Bulk Query');
  }
};

/** Reads the body of a request for a job. Throws a Refusal for what Bulk answers with 400 at once. */
export const readBulkRequest = (org: Org, body: string, settings: BulkSettings): BulkRequest => {
  const request = parseBody(body);
  const operation = choice(request['operation'], ['query', 'queryAll'], '', 'operation');
  choice(request['contentType'], ['CSV'], 'CSV', 'contentType');
  const columnDelimiter = choice(request['columnDelimiter'], Object.keys(DELIMITERS), 'COMMA', 'columnDelimiter');
  const lineEnding = choice(request['lineEnding'], ['LF', 'CRLF'], 'LF', 'lineEnding');
  const soql = parseSoql(typeof request['query'] === 'string' ? request['query'] : '');
  if (soql.exotic !== undefined) throw notInBulk(`${soql.exotic} is not supported in Bulk Query`);
  if (soql.offset !== undefined) throw notInBulk('OFFSET is not supported in Bulk Query');
  const now = org.now();
  org.database();
  const plan = planQuery(org.catalog, soql, { includeDeleted: operation === 'queryAll', now });
  if (settings.unsupported.includes(plan.object.name)) {
    throw new Refusal(400, 'INVALIDENTITY', `Entity '${plan.object.name}' is not supported by the Bulk API.`);
  }
  checkColumns(plan);
  return { operation, columnDelimiter, lineEnding, plan };
};
