import { spawn } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { spawnConnector } from './connector-process.ts';
import { lineFaults } from './lines.ts';
import { SECRET, SOURCE, records, useConnectors } from './fixture-connectors.ts';
import { logTexts, traceErrors } from './message-kinds.ts';

// What a connector writes to stdout, and how it ends, whatever happens to it.

const { read, readArgs } = useConnectors();

/** Of output too long to parse: how many lines, and each line that is not byte by byte the one before it. */
const outlineOf = async (stdout: AsyncIterable<Buffer>): Promise<{ count: number; different: string[] }> => {
  const different: string[] = [];
  let count = 0;
  let last = Buffer.alloc(0);
  let rest = Buffer.alloc(0);
  for await (const chunk of stdout) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      const line = rest.subarray(start, end);
      if (!line.equals(last)) different.push(line.toString());
      last = line;
      count += 1;
      start = end + 1;
    }
    rest = rest.subarray(start);
    await setImmediate();
  }
  return { count, different: rest.length === 0 ? different : [...different, rest.toString()] };
};

test('memory stays flat while the reader is slower than the writer', async () => {
  const child = spawn(process.execPath, [SOURCE, ...readArgs({ act: 'flood' })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { count, different } = await outlineOf(child.stdout);
  // All the records are one line 300,000 times, so it is enough to look at each line that is unlike the one before.
  expect(different.map((line) => lineFaults(line))).toEqual([[], []]);
  expect(count).toBe(300_001);
  const memory = Number(/memory (\d+)/.exec(different.at(-1) ?? '')?.[1]);
  expect(memory).toBeGreaterThan(30);
  expect(memory).toBeLessThan(220);
});

test('everything queued and the trace arrive after an uncaught exception', async () => {
  const { exitCode, messages, strayLines } = await read({ act: 'crash', password: SECRET }, { pauseMs: 2 });
  expect(records(messages)).toHaveLength(5000);
  expect(messages.at(-1)).toMatchObject({ type: 'TRACE', trace: { error: { failure_type: 'system_error' } } });
  expect([exitCode, strayLines]).toEqual([1, []]);
});

test.each(['rejection', 'never'])('%s: a promise nobody looks after ends in a trace', async (act) => {
  const { exitCode, messages } = await read({ act });
  expect(messages.map(({ type }) => type)).toEqual(['RECORD', 'TRACE']);
  expect(exitCode).toBe(1);
});

test.each(['bigint', 'cycle'])('a record with a %s is a loud failure that names its stream', async (act) => {
  const { exitCode, messages } = await read({ act });
  expect(records(messages)).toEqual([{ id: 1 }]);
  expect(traceErrors(messages)).toMatchObject([{ failure_type: 'system_error' }]);
  expect(traceErrors(messages)[0]?.message).toContain('A record of stream "rows" cannot be written as JSON');
  expect(exitCode).toBe(1);
});

test('a reader that leaves early ends the process quietly', async () => {
  const { child, stderr, ended } = spawnConnector(SOURCE, readArgs({ act: 'endless' }));
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await ended).toBe(141);
  expect(stderr()).toBe('');
});

test('SIGTERM lets a source finish, say what is true and end with 143', async () => {
  const { child, message, messages, ended, strayLines } = spawnConnector(SOURCE, readArgs({ act: 'endless' }));
  await message(({ type }) => type === 'LOG');
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(messages.at(-1)).toMatchObject({
    type: 'STATE',
    state: { stream: { stream_state: { rows: records(messages).length } } },
  });
  expect([traceErrors(messages), strayLines]).toEqual([[], []]);
});

test('a trace error of one stream ends the read with 1', async () => {
  const { exitCode, messages } = await read({ act: 'failedStream' });
  expect(messages).toHaveLength(3);
  expect(exitCode).toBe(1);
});

test('what libraries print becomes log messages, and levels and line breaks are kept', async () => {
  const { messages, strayLines, stderr } = await read(
    { act: 'chatter' },
    { env: { LOG_LEVEL: 'DEBUG', WORKER_JOB_ID: '1' } },
  );
  const said = messages.flatMap((message) => (message.type === 'LOG' ? [message.log] : []));
  expect(said).toEqual([
    { level: 'INFO', message: 'printed by a library: 7' },
    { level: 'ERROR', message: 'complained by a library' },
    { level: 'DEBUG', message: 'a detail' },
    { level: 'WARN', message: 'first line\nsecond line' },
  ]);
  expect([strayLines, stderr]).toEqual([[], '']);
  const quiet = await read({ act: 'chatter' }, { env: { LOG_LEVEL: 'WARN' } });
  expect(logTexts(quiet.messages)).toEqual(['complained by a library', 'first line\nsecond line']);
});
