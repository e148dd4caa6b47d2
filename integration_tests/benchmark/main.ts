import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeWithDestination } from './destination.ts';
import type { Load } from './destination.ts';
import { entryOf, hasOneCore, measure } from './measured-process.ts';
import type { Measured } from './measured-process.ts';
import { figure, machine, median, table } from './report.ts';
import { BLOCK_ROWS } from './rows.ts';
import { startServer } from './start-server.ts';
import type { Server } from './start-server.ts';
import { PEERS, readWithPeer, readWithSource } from './source.ts';
import type { Reading } from './source.ts';
import { root } from '../fixtures/root.ts';

// How fast the connectors are, compared with other ways to do the same: in turn, in one run, on the same bytes.
// Prints tables and writes bench.json.

const USAGE = `Usage: npm run bench -- [--only <start,compare,growth,streams,destination>] [--rounds <3>]
  [--rows <rows of 20 columns, 500000>] [--wide-rows <rows of 100 columns, 30000>] [--growth <50000,200000,800000,3500000>]
Rows are multiples of ${BLOCK_ROWS}.`;

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'start,compare,growth,streams,destination' },
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '500000' },
      'wide-rows': { type: 'string', default: '30000' },
      growth: { type: 'string', default: '50000,200000,800000,3200000' },
    },
  });
  const options = {
    parts: values.only.split(','),
    rounds: Number(values.rounds),
    rows: Number(values.rows),
    wideRows: Number(values['wide-rows']),
    growth: values.growth.split(',').map(Number),
  };
  const sizes = [options.rows, options.wideRows, ...options.growth];
  if (!(options.rounds >= 1) || sizes.some((rows) => !(rows > 0) || rows % BLOCK_ROWS > 0)) throw new Error(USAGE);
  return options;
};

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

/** Medians of readings of the same bytes. */
const summary = (readings: readonly Reading[]) => {
  const of = (value: (reading: Reading) => number): number => median(readings.map(value));
  return {
    recordsPerSecond: of(({ rows, wallMs }) => (rows / wallMs) * 1_000),
    recordsPerCpuSecond: of(({ rows, cpuMs }) => (rows / cpuMs) * 1_000),
    megabytesPerSecond: of(({ csvBytes, wallMs }) => csvBytes / wallMs / 1_000),
    peakMb: of(({ peakMb }) => peakMb),
    firstRecordMs: of(({ firstMs }) => firstMs ?? Number.NaN),
  };
};
type Summary = ReturnType<typeof summary>;

/** How long a connector takes for its smallest command. */
const start = async () => {
  const connectors = ['source-salesforce-cdp', 'destination-ortto-cdp'] as const;
  const starts: { connector: string; wallMs: number; cpuMs: number; peakMb: number }[] = [];
  for (const connector of connectors) {
    const runs: Measured[] = [];
    for (let run = 0; run < 5; run += 1) {
      runs.push(await measure({ args: [...entryOf(connector), 'spec'], onOutput: () => undefined }));
    }
    const of = (key: keyof Measured): number => median(runs.map((run) => run[key]));
    starts.push({ connector, wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMb: of('peakMb') });
  }
  say('\nspec, medians of 5\n');
  say(
    table(
      ['', 'wall s', 'CPU s', 'peak MB'],
      starts.map(({ connector, wallMs, cpuMs, peakMb }) => [
        connector,
        figure(wallMs / 1_000),
        figure(cpuMs / 1_000),
        figure(peakMb),
      ]),
    ),
  );
  return starts;
};

const compare = async (server: Server, columns: number, rows: number, rounds: number) => {
  const serving = { columns, rows, jobMs: 0 };
  const ways = ['ours', ...PEERS, 'floor'] as const;
  const readings = new Map<string, Reading[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) {
      const reading = await (way === 'ours' ? readWithSource(server, serving) : readWithPeer(server, serving, way));
      readings.set(way, [...(readings.get(way) ?? []), reading]);
    }
  }
  const summaries = new Map(ways.map((way) => [way, summary(readings.get(way) ?? [])]));
  const ours = summaries.get('ours') ?? summary([]);
  const cell = (one: Summary, key: keyof Summary): string => `${figure(one[key])} (${figure(one[key] / ours[key])})`;
  const names: Readonly<Record<(typeof ways)[number], string>> = {
    ours: 'source-salesforce-cdp',
    udsv: 'undici + udsv + stringify',
    'csv-parse': 'undici + csv-parse + stringify',
    jsforce: 'jsforce bulk2.query + console.log',
    floor: 'floor: download, gunzip, count',
  };
  say(`\n${figure(rows)} rows of ${columns} columns (as a ratio to ours), medians of ${rounds}\n`);
  say(
    table(
      ['', 'records/s', 'records/CPU-s', 'CSV MB/s', 'peak MB', 'first record ms'],
      ways.map((way) => {
        const one = summaries.get(way) ?? ours;
        const keys = [
          'recordsPerSecond',
          'recordsPerCpuSecond',
          'megabytesPerSecond',
          'peakMb',
          'firstRecordMs',
        ] as const;
        return [names[way], ...keys.map((key) => cell(one, key))];
      }),
    ),
  );
  return { columns, rows, ways: Object.fromEntries(summaries) };
};

const growth = async (server: Server, sizes: readonly number[]) => {
  const readings: Reading[] = [];
  for (const rows of sizes) readings.push(await readWithSource(server, { columns: 20, rows, jobMs: 0 }));
  say('\nThe source as results grow, 20 columns\n');
  say(
    table(
      ['rows', 'wall s', 'CPU s', 'peak MB', 'first record ms'],
      readings.map(({ rows, wallMs, cpuMs, peakMb, firstMs }) => [
        rows.toLocaleString('en'),
        figure(wallMs / 1_000),
        figure(cpuMs / 1_000),
        figure(peakMb),
        figure(firstMs),
      ]),
    ),
  );
  return readings;
};

/** Long enough to see what is done while a job is waited for. */
const JOB_MS = 5_000;

const streams = async (server: Server) => {
  const names = Array.from({ length: 8 }, (_, at) => `Stream_${at + 1}__c`);
  const serving = { columns: 20, rows: 10_000, jobMs: JOB_MS };
  const one = await readWithSource(server, serving, names.slice(0, 1));
  const all = await readWithSource(server, serving, names);
  say(`\n8 streams whose jobs take ${JOB_MS / 1_000} s each\n`);
  say(
    table(
      ['', 'wall s'],
      [
        ['in one sync', figure(all.wallMs / 1_000)],
        ['one after the other (8 times a sync of one)', figure((8 * one.wallMs) / 1_000)],
      ],
    ),
  );
  return { one, all };
};

const destination = async (server: Server) => {
  const unlimited = { contacts: 50_000, times: 10, requestsPerSecond: 1_000 };
  const cases: readonly (Load & { readonly label: string })[] = [
    { label: '10 requests/s', contacts: 8_000, times: 1, requestsPerSecond: 10, cores: 'all' },
    { label: '30 requests/s', contacts: 24_000, times: 1, requestsPerSecond: 30, cores: 'all' },
    { label: 'unlimited', ...unlimited, cores: 'all' },
    ...(hasOneCore() ? [{ label: 'unlimited, on one core', ...unlimited, cores: 'one' } as const] : []),
  ];
  const writings: (Awaited<ReturnType<typeof writeWithDestination>> & { label: string })[] = [];
  for (const { label, ...load } of cases) {
    writings.push({ label, ...(await writeWithDestination(server, load)) });
  }
  say('\nThe destination, people of 20 columns, an Ortto that answers at once\n');
  say(
    table(
      ['', 'records', 'records/s', 'records/CPU-s', 'requests/s at the server', 'peak MB'],
      writings.map(({ label, records, requestsPerSecond, wallMs, cpuMs, peakMb }) => [
        label,
        records.toLocaleString('en'),
        figure((records / wallMs) * 1_000),
        figure((records / cpuMs) * 1_000),
        figure(requestsPerSecond),
        figure(peakMb),
      ]),
    ),
  );
  return writings;
};

const main = async (): Promise<void> => {
  const { parts, rounds, rows, wideRows, growth: sizes } = readOptions();
  const begun = performance.now();
  const cache = mkdtempSync(path.join(tmpdir(), 'benchmark-cache-'));
  // The image has its modules compiled beforehand.
  process.env['NODE_COMPILE_CACHE'] = cache;
  const server = await startServer();
  try {
    const on = machine();
    say(Object.entries(on).flat().join(' '));
    await readWithSource(server, { columns: 20, rows: BLOCK_ROWS, jobMs: 0 });
    const has = (part: string): boolean => parts.includes(part);
    const results = {
      machine: on,
      start: has('start') && (await start()),
      compared: has('compare') && [
        await compare(server, 20, rows, rounds),
        await compare(server, 100, wideRows, rounds),
      ],
      growth: has('growth') && (await growth(server, sizes)),
      streams: has('streams') && (await streams(server)),
      destination: has('destination') && (await destination(server)),
    };
    const file = path.join(root, 'bench.json');
    writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
    say(`\nDone in ${figure((performance.now() - begun) / 1_000)} s; the figures are in bench.json too.`);
  } finally {
    server.stop();
    rmSync(cache, { recursive: true, force: true });
  }
};

await main();
