import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../benchmark/start-server.ts';
import type { Server } from '../benchmark/start-server.ts';
import { readWithSource } from '../benchmark/source.ts';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test('half a million rows are read within 200 MB, started as the image starts the source', async () => {
  const rows = 500_000;
  const reading = await readWithSource(server, { columns: 20, rows, jobMs: 0 });
  expect(reading.rows).toBe(rows);
  expect(reading.peakMb).toBeLessThan(200);
});
