import { withJsonFiles } from '../fixtures/json-files.ts';
import type { Written } from './instant-ortto.ts';
import { entryOf, measure } from './measured-process.ts';
import type { Measured } from './measured-process.ts';
import { columnsOf, DISTINCT_ROWS, recordOf } from './rows.ts';
import type { Server } from './start-server.ts';

/** One run of the shipped destination. */
export interface Writing extends Measured {
  readonly records: number;
  readonly requests: number;
  /** Rate of the merge requests while they came, as the server saw it. */
  readonly requestsPerSecond: number;
}

const lineOf = (record: object): string => `${JSON.stringify(record)}\n`;

const schemaOf = (type: string): object =>
  type === 'boolean' || type === 'double'
    ? { type: ['null', type === 'double' ? 'number' : 'boolean'] }
    : { type: ['null', type === 'multipicklist' ? 'array' : 'string'] };

export interface Load {
  readonly contacts: number;
  /** How often all of them are sent, one after the other. */
  readonly times: number;
  readonly requestsPerSecond: number;
  readonly cores: 'all' | 'one';
}

/** Writes contacts as people to an Ortto that answers at once, and checks that each of them has arrived. */
export const writeWithDestination = async (
  server: Server,
  { contacts, times, requestsPerSecond, cores }: Load,
): Promise<Writing> => {
  if (contacts > DISTINCT_ROWS) throw new Error(`There are ${DISTINCT_ROWS} different contacts.`);
  const columns = columnsOf(20);
  const { url } = await server.serve({ columns: 20, rows: 0, jobMs: 0 });
  const config = {
    api_key: 'key',
    api_url: url,
    requests_per_second: requestsPerSecond,
    link_people_to_organizations: false,
    people: { merge_strategy: 'overwrite_existing' },
  };
  const properties = Object.fromEntries(columns.map(({ name, type }) => [name, schemaOf(type)]));
  const catalog = {
    streams: [
      {
        stream: { name: 'Contact', json_schema: { type: 'object', properties } },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      },
    ],
  };
  const state = {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'Contact' }, stream_state: {} },
    },
  };
  const rows = Array.from({ length: contacts }, (_, row) => recordOf(columns, row));
  const lines = rows.map((data) => lineOf({ type: 'RECORD', record: { stream: 'Contact', data, emitted_at: 0 } }));
  const once = inBatches(lines);
  const input = [...Array.from({ length: times }, () => once).flat(), Buffer.from(lineOf(state))];
  const output: Buffer[] = [];
  const measured = await withJsonFiles({ 'config.json': config, 'catalog.json': catalog }, (pathOf) =>
    measure({
      args: [
        ...entryOf('destination-ortto-cdp'),
        'write',
        '--config',
        pathOf('config.json'),
        '--catalog',
        pathOf('catalog.json'),
      ],
      onOutput: (chunk) => void output.push(chunk),
      input,
      cores,
    }),
  );
  const answer = await fetch(`${url}/v1/written`, { method: 'POST', body: '{}' });
  const { requests, people, ids, spanMs } = (await answer.json()) as Written;
  // Rows deleted in Salesforce are skipped.
  const living = rows.filter(({ IsDeleted: isDeleted }) => isDeleted === false).length;
  if (ids !== living || !Buffer.concat(output).includes('"type":"STATE"')) {
    throw new Error(`${ids} of ${living} people have arrived (${people} rows in ${requests} requests).`);
  }
  return {
    ...measured,
    records: contacts * times,
    requests,
    requestsPerSecond: ((requests - 1) / spanMs) * 1_000,
  };
};

/** As a source would write them: about 64 KiB at once. */
const inBatches = (lines: readonly string[]): Buffer[] => {
  const size = 100;
  return Array.from({ length: Math.ceil(lines.length / size) }, (_, at) =>
    Buffer.from(lines.slice(at * size, (at + 1) * size).join('')),
  );
};
