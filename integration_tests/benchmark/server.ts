import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { answerAtOnce } from './instant-ortto.ts';
import { BLOCK_ROWS, BLOCKS, columnsOf, csvOf, describedFields, headerOf } from './rows.ts';
import type { ServerNote, Serving } from './start-server.ts';

// A process of its own that serves finished bytes, so that a measured client has the processor almost to itself:
// Bulk results in pages, the few calls around them, and an Ortto that answers at once. Messages tell it
// what to serve, and it reports when a job is complete.

interface Bytes {
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

const bytesOf = (csv: string): Bytes => {
  const plain = Buffer.from(csv);
  return { plain, gzip: gzipSync(plain) };
};

const tables = new Map<number, { readonly header: Bytes; readonly blocks: readonly Bytes[] }>();

const tableOf = (count: number) => {
  const columns = columnsOf(count);
  const table = tables.get(count) ?? {
    header: bytesOf(headerOf(columns)),
    blocks: Array.from({ length: BLOCKS }, (_, at) => bytesOf(csvOf(columns, at * BLOCK_ROWS, (at + 1) * BLOCK_ROWS))),
  };
  tables.set(count, table);
  return table;
};

let serving: Serving = { columns: 20, rows: 0, jobMs: 0 };
const jobs = new Map<string, { readonly object: string; readonly doneAt: number; isTold: boolean }>();

const json = (response: ServerResponse, body: unknown): void => {
  response.setHeader('content-type', 'application/json;charset=UTF-8');
  response.end(JSON.stringify(body));
};

const describe = (name: string): object => ({
  name,
  label: name,
  custom: name.endsWith('__c'),
  queryable: true,
  replicateable: true,
  keyPrefix: '003',
  fields: describedFields(columnsOf(serving.columns)),
  childRelationships: [],
});

const createJob = (query: string): object => {
  const [, fields = '', object = ''] = /^SELECT (.+?) FROM (\w+)/i.exec(query) ?? [];
  const wanted = columnsOf(serving.columns).map(({ name }) => name);
  if (fields.split(/,\s*/).join() !== wanted.join()) throw new Error(`not the columns served: ${fields}`);
  const id = `750${String(jobs.size + 1).padStart(15, '0')}`;
  jobs.set(id, { object, doneAt: Date.now() + serving.jobMs, isTold: false });
  return jobOf(id);
};

const jobOf = (id: string): object => {
  const job = jobs.get(id);
  if (job === undefined) throw new Error(`no job ${id}`);
  const isComplete = Date.now() >= job.doneAt;
  if (isComplete && !job.isTold) {
    job.isTold = true;
    tell({ kind: 'complete', atEpochMs: performance.timeOrigin + performance.now() });
  }
  return {
    id,
    operation: 'queryAll',
    object: job.object,
    state: isComplete ? 'JobComplete' : 'InProgress',
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: 64,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
    numberRecordsProcessed: isComplete ? serving.rows : 0,
  };
};

/** A page: the header row and whole blocks, at most `maxRecords` rows; all rows when that is not given. */
const results = (request: IncomingMessage, response: ServerResponse, search: URLSearchParams): void => {
  const { header, blocks } = tableOf(serving.columns);
  const from = Number(search.get('locator') ?? 0);
  const most = Number(search.get('maxRecords') ?? Infinity);
  const rows = Math.min(serving.rows - from, Math.max(1, Math.floor(most / BLOCK_ROWS)) * BLOCK_ROWS);
  const isGzip = (request.headers['accept-encoding'] ?? '').includes('gzip');
  const next = from + rows;
  response.setHeader('content-type', 'text/csv');
  response.setHeader('sforce-numberofrecords', rows);
  response.setHeader('sforce-locator', next < serving.rows ? next : 'null');
  if (isGzip) response.setHeader('content-encoding', 'gzip');
  // Gzip streams one after the other are one gzip stream.
  const bytes = (part: Bytes | undefined): Buffer => (isGzip ? part?.gzip : part?.plain) ?? Buffer.alloc(0);
  let at = from;
  const send = (): void => {
    while (at < next) {
      const block = blocks[(at / BLOCK_ROWS) % BLOCKS];
      at += BLOCK_ROWS;
      if (!response.write(bytes(block))) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  response.write(bytes(header));
  send();
};

const salesforce = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
  const [, id = '', part] = /\/jobs\/query\/(\w+)(\/results)?$/.exec(url.pathname) ?? [];
  if (part !== undefined) {
    results(request, response, url.searchParams);
    return;
  }
  const body = await text(request);
  if (url.pathname.endsWith('/oauth2/token')) {
    json(response, { access_token: 'token', instance_url: url.origin, token_type: 'Bearer' });
  } else if (url.pathname.endsWith('/composite/batch')) {
    const { batchRequests } = JSON.parse(body) as { batchRequests: readonly { url: string }[] };
    const answers = batchRequests.map((one) => describe(one.url.split('/').at(-2) ?? ''));
    json(response, { hasErrors: false, results: answers.map((result) => ({ statusCode: 200, result })) });
  } else if (url.pathname.endsWith('/jobs/query')) {
    json(response, createJob((JSON.parse(body) as { query: string }).query));
  } else if (id !== '') {
    json(response, jobOf(id));
  } else {
    throw new Error(`no such call: ${url.pathname}`);
  }
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', origin());
  const answer = url.pathname.startsWith('/v1/')
    ? text(request).then((body) => json(response, answerAtOnce(url.pathname.slice(4), JSON.parse(body) as JsonObject)))
    : salesforce(request, response, url);
  answer.catch((error: unknown) => {
    process.stderr.write(`The benchmark's server: ${String(error)}\n`);
    response.statusCode = 400;
    json(response, [{ errorCode: 'MALFORMED_QUERY', message: String(error) }]);
  });
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const tell = (note: ServerNote): void => void process.send?.(note);

const csvBytes = ({ columns, rows }: Serving): number => {
  const { header, blocks } = tableOf(columns);
  const sizes = blocks.map(({ plain }) => plain.length);
  const count = rows / BLOCK_ROWS;
  return Array.from({ length: count }, (_, at) => sizes[at % BLOCKS] ?? 0).reduce(
    (sum, size) => sum + size,
    header.plain.length,
  );
};

server.listen(0, '127.0.0.1', () => {
  process.on('message', (next: Serving) => {
    serving = next;
    jobs.clear();
    tell({ kind: 'ready', url: origin(), csvBytes: csvBytes(next) });
  });
  tell({ kind: 'listening' });
});
// The process that started it is gone.
process.on('disconnect', () => process.exit());
