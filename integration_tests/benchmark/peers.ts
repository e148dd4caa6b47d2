import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { request } from 'undici';
import type { Dispatcher } from 'undici';

// The other ways to get a query's rows out of Salesforce as RECORD lines, each written as its documentation suggests, and the
// floor under all of them. Usage: peers.ts <way> <url> <query>. Values stay text: none of these knows the types.
// Each loads only what it needs, so that none pays for another's start.

const [way = '', url = '', soql = ''] = process.argv.slice(2);
const root = `${url}/services/data/v64.0`;
const emittedAt = Date.now();

const lineOf = (data: unknown): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream: 'Contact', data, emitted_at: emittedAt } })}\n`;

/** Lines leave in batches of 64 KiB, and no faster than they are read. */
const createSink = () => {
  let batch = '';
  return {
    add(line: string): Promise<unknown> | undefined {
      batch += line;
      if (batch.length < 65_536) return undefined;
      const isTaken = process.stdout.write(batch);
      batch = '';
      return isTaken ? undefined : once(process.stdout, 'drain');
    },
    end: () => void process.stdout.write(batch),
  };
};

/** Pages of a new job's result, as they come over the wire. */
async function* pages(): AsyncGenerator<Dispatcher.ResponseData> {
  const headers = { authorization: 'Bearer token', 'content-type': 'application/json' };
  const body = JSON.stringify({ operation: 'queryAll', query: soql });
  const created = await request(`${root}/jobs/query`, { method: 'POST', headers, body });
  const { id } = (await created.body.json()) as { id: string };
  for (;;) {
    const { body: answer } = await request(`${root}/jobs/query/${id}`, { headers });
    if (((await answer.json()) as { state: string }).state === 'JobComplete') break;
    await delay(250);
  }
  for (let locator: string | undefined = '0'; locator !== undefined && locator !== 'null';) {
    const path: string = `${root}/jobs/query/${id}/results?maxRecords=50000&locator=${locator}`;
    const page = await request(path, { headers: { ...headers, 'accept-encoding': 'gzip' } });
    locator = page.headers['sforce-locator'] as string | undefined;
    yield page;
  }
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  /** Downloads, decompresses, counts bytes: no client can do less. */
  async floor() {
    let bytes = 0;
    for await (const { body } of pages()) {
      for await (const chunk of body.pipe(createGunzip()) as AsyncIterable<Buffer>) bytes += chunk.length;
    }
    process.stdout.write(`${bytes}\n`);
  },
  async 'csv-parse'() {
    const { parse } = await import('csv-parse');
    const sink = createSink();
    for await (const { body } of pages()) {
      const rows = body.pipe(createGunzip()).pipe(parse({ columns: true }));
      for await (const row of rows) {
        const wait = sink.add(lineOf(row));
        if (wait !== undefined) await wait;
      }
    }
    sink.end();
  },
  async udsv() {
    const { inferSchema, initParser } = await import('udsv');
    const sink = createSink();
    for await (const { body } of pages()) {
      const decoder = new TextDecoder();
      let parser: ReturnType<typeof initParser> | undefined;
      let wait: Promise<unknown> | undefined;
      const take = (row: unknown): void => {
        wait = sink.add(lineOf(row)) ?? wait;
      };
      for await (const chunk of body.pipe(createGunzip()) as AsyncIterable<Buffer>) {
        const text = decoder.decode(chunk, { stream: true });
        parser ??= initParser(inferSchema(text));
        parser.chunk<Record<string, string>>(text, parser.stringObjs, (row) => take(row));
        if (wait !== undefined) await wait;
        wait = undefined;
      }
      parser?.end();
    }
    sink.end();
  },
  async jsforce() {
    const { default: jsforce } = await import('jsforce');
    const connection = new jsforce.Connection({ instanceUrl: url, accessToken: 'token', version: '64.0' });
    const records = await connection.bulk2.query(soql, { scanAll: true, pollInterval: 250 });
    // oxlint-disable-next-line no-console
    records.on('record', (row: unknown) => console.log(lineOf(row).trimEnd()));
    await once(records, 'end');
  },
};

await ways[way]?.();
