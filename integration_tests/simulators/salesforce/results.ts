import type { DatabaseSync } from 'node:sqlite';
import { open } from 'node:fs/promises';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Plan } from './plan.ts';
import { csvWriter, scanRows } from './rows.ts';

// The result of a Bulk job: taken once, kept in a file, handed out by row numbers as often as asked for.

export interface Results {
  readonly rows: number;
  /** The header row, then rows [from, to): exactly the same bytes every time. */
  page(from: number, to: number): AsyncGenerator<Buffer>;
  remove(): void;
}

export interface ResultSettings {
  readonly file: string;
  readonly delimiter: string;
  readonly lineEnding: string;
  readonly isScientific: boolean;
  /** The org is scanned in stretches of this many rows (PK chunks), which are handed out in a shuffled order. */
  readonly chunkRows: number;
}

const FLUSH = 512 * 1024;

/** Chunks in an order that is not that of the ids, and always the same. */
const shuffled = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => ((a * 7919 + 3) % 101) - ((b * 7919 + 3) % 101) || a - b,
  );

/** Lets other requests run between chunks; each chunk is one consistent read. */
export const takeResults = async (database: DatabaseSync, plan: Plan, settings: ResultSettings): Promise<Results> => {
  const writer = csvWriter(plan, settings);
  const offsets: number[] = [0];
  const file = openSync(settings.file, 'w');
  let waiting: string[] = [];
  let waitingBytes = 0;
  let position = 0;
  const flush = (): void => {
    writeSync(file, waiting.join(''));
    waiting = [];
    waitingBytes = 0;
  };
  const last = Number(database.prepare(`SELECT COALESCE(MAX(rowid), 0) AS n FROM "${plan.object.name}"`).get()?.['n']);
  const isOrdered = plan.orderBy !== '' || plan.limit !== '';
  const chunks = isOrdered ? [0] : shuffled(Math.ceil(last / settings.chunkRows));
  const size = isOrdered ? last : settings.chunkRows;
  try {
    for (const chunk of chunks) {
      for (const row of scanRows(database, plan, chunk * size, (chunk + 1) * size)) {
        const line = writer.line(row);
        const bytes = Buffer.byteLength(line);
        position += bytes;
        waitingBytes += bytes;
        waiting.push(line);
        offsets.push(position);
        if (waitingBytes > FLUSH) flush();
      }
      if (chunks.length > 1) await breathe();
    }
    flush();
  } finally {
    closeSync(file);
  }
  const starts = Float64Array.from(offsets);
  const header = Buffer.from(writer.header);
  return {
    rows: starts.length - 1,
    page: async function* (from, to) {
      const start = starts[from] ?? 0;
      const end = starts[Math.min(to, starts.length - 1)] ?? start;
      yield header;
      if (end <= start) return;
      const handle = await open(settings.file);
      try {
        for await (const piece of handle.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024 })) {
          yield piece as Buffer;
        }
      } finally {
        await handle.close().catch(() => undefined);
      }
    },
    remove: () => rmSync(settings.file, { force: true }),
  };
};
