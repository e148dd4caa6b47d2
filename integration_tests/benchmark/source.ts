import { fileURLToPath } from 'node:url';
import { withJsonFiles } from '../fixtures/json-files.ts';
import { entryOf, measure } from './measured-process.ts';
import type { Measured } from './measured-process.ts';
import { cellsOf, columnsOf, DISTINCT_ROWS, recordOf } from './rows.ts';
import type { Server, Serving } from './start-server.ts';
import { createRecordCheck } from './record-check.ts';

const PEER_SCRIPT = fileURLToPath(new URL('peers.ts', import.meta.url));

/** One reading of all that is served. */
export interface Reading extends Measured {
  readonly rows: number;
  readonly csvBytes: number;
  /** From the answer that says that the job is complete to the first record; undefined where none is written. */
  readonly firstMs: number | undefined;
}

/** Reads streams with the shipped source and checks what it says. */
export const readWithSource = async (
  server: Server,
  serving: Serving,
  streams: readonly string[] = ['Contact'],
): Promise<Reading> => {
  const { url, csvBytes } = await server.serve(serving);
  const columns = columnsOf(serving.columns);
  const config = {
    login_url: url,
    api: 'bulk',
    credentials: { auth_type: 'refresh_token', client_id: 'id', client_secret: 'secret', refresh_token: 'token' },
  };
  const json_schema = { type: 'object', properties: Object.fromEntries(columns.map(({ name }) => [name, {}])) };
  const catalog = {
    streams: streams.map((name) => ({
      stream: { name, json_schema, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
  const recordCheck = createRecordCheck(Math.min(DISTINCT_ROWS, serving.rows), (row) => [recordOf(columns, row)]);
  const measured = await withJsonFiles({ 'config.json': config, 'catalog.json': catalog }, (pathOf) =>
    measure({
      args: [
        ...entryOf('source-salesforce-cdp'),
        'read',
        '--config',
        pathOf('config.json'),
        '--catalog',
        pathOf('catalog.json'),
      ],
      onOutput: (chunk) => recordCheck.take(chunk),
    }),
  );
  recordCheck.check(serving.rows * streams.length);
  const states = recordCheck.others.filter((line) => line.startsWith('{"type":"STATE"'));
  if (states.length < streams.length) throw new Error('The source has sent too few states.');
  return {
    ...measured,
    rows: serving.rows * streams.length,
    csvBytes: csvBytes * streams.length,
    firstMs: (recordCheck.firstAtEpochMs ?? Number.NaN) - server.completedAtEpochMs(),
  };
};

export const PEERS = ['udsv', 'csv-parse', 'jsforce'] as const;
export type Peer = (typeof PEERS)[number] | 'floor';

/** Reads the same with one of the other ways. */
export const readWithPeer = async (server: Server, serving: Serving, peer: Peer): Promise<Reading> => {
  const { url, csvBytes } = await server.serve(serving);
  const columns = columnsOf(serving.columns);
  const soql = `SELECT ${columns.map(({ name }) => name).join(', ')} FROM Contact`;
  const recordCheck = createRecordCheck(Math.min(DISTINCT_ROWS, serving.rows), (row) => {
    const cells = cellsOf(columns, row);
    const nulls = Object.entries(cells).map(([name, text]) => [name, text === '' ? null : text]);
    return [cells, Object.fromEntries(nulls)];
  });
  const measured = await measure({
    args: [PEER_SCRIPT, peer, url, soql],
    onOutput: (chunk) => recordCheck.take(chunk),
  });
  const reading = { ...measured, rows: serving.rows, csvBytes };
  if (peer === 'floor') {
    // Each page repeats the header row.
    if (Number(recordCheck.others[0]) < csvBytes) throw new Error('The floor has not read everything.');
    return { ...reading, firstMs: undefined };
  }
  recordCheck.check(serving.rows);
  return { ...reading, firstMs: (recordCheck.firstAtEpochMs ?? Number.NaN) - server.completedAtEpochMs() };
};
