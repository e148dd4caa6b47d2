import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AirbyteMessage } from '../../airbyte/protocol.ts';
import manifest from '../../package.json' with { type: 'json' };
import { runConnector, spawnConnector } from './connector-process.ts';
import type { SpawnOptions } from './connector-process.ts';
import { lineFaults } from './lines.ts';
import { useFolder } from '../fixtures/use-folder.ts';

const SOURCE = fileURLToPath(new URL('../fixtures/source.ts', import.meta.url));
const DESTINATION = fileURLToPath(new URL('../fixtures/destination.ts', import.meta.url));
const SECRET = 'planted/secret+value';

const stream = { name: 'rows', json_schema: { type: 'object', default: null }, supported_sync_modes: ['full_refresh'] };
const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };

const inFolder = useFolder('protocol-edge');
let files = 0;

/** A file whose name does not end in .json, as PyAirbyte writes them. */
const file = (content: unknown): string => {
  files += 1;
  const path = inFolder(`${files}.txt`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const readArgs = (config: unknown): string[] => ['read', '--config', file(config), '--catalog', file(catalog)];
const read = (config: unknown, options?: SpawnOptions) => runConnector(SOURCE, readArgs(config), options);
const writeArgs = (): string[] => ['write', '--config', file({ api_key: SECRET }), '--catalog', file(catalog)];
const write = (options: SpawnOptions) => runConnector(DESTINATION, writeArgs(), options);

const logs = (messages: readonly AirbyteMessage[]): string[] =>
  messages.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []));
const records = (messages: readonly AirbyteMessage[]) =>
  messages.flatMap((message) => (message.type === 'RECORD' ? [message.record.data] : []));
const errors = (messages: readonly AirbyteMessage[]) =>
  messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error] : [],
  );
const states = (messages: readonly AirbyteMessage[]) => messages.filter(({ type }) => type === 'STATE');

test('inputs are read whatever their name ends in, and null keys of the catalog are absent', async () => {
  const nulls = {
    streams: [
      { ...catalog.streams[0], stream: { ...stream, namespace: null }, cursor_field: null, generation_id: null },
    ],
  };
  const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 'rows' }, stream_state: { at: 1 } } }];
  const args = ['read', '--config', file({ act: 'echo' }), '--catalog', file(nulls), '--state', file(state)];
  const { exitCode, messages, strayLines } = await runConnector(SOURCE, args);
  expect(records(messages)).toEqual([{ catalog, state }]);
  expect([exitCode, strayLines]).toEqual([0, []]);
});

test('options and arguments of a later Airbyte are tolerated', async () => {
  const unknown = ['--debug', '--level', '3', 'more'];
  const spec = await runConnector(SOURCE, ['spec', ...unknown]);
  expect(spec.messages.map(({ type }) => type)).toEqual(['SPEC']);
  const check = await runConnector(SOURCE, ['check', ...unknown, '--config', file({ password: SECRET })]);
  const ignored = 'Options of the command line that are not known were ignored: --debug, --level.';
  expect(check.messages).toEqual([
    { type: 'LOG', log: { level: 'WARN', message: ignored } },
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', message: 'signed in with ****' } },
  ]);
  const readAnyway = await runConnector(SOURCE, [...readArgs({ act: 'missing' }), ...unknown]);
  expect(records(readAnyway.messages)).toEqual([{ id: 1 }]);
  const written = await runConnector(DESTINATION, [...writeArgs(), ...unknown]);
  expect([spec, check, readAnyway, written].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
});

test('a spec has exactly the options of the connector', async () => {
  const { messages } = await runConnector(SOURCE, ['spec']);
  const [message] = messages;
  const schema = message?.type === 'SPEC' ? message.spec.connectionSpecification : {};
  expect(Object.keys(Object(schema['properties']))).toEqual(['act', 'password']);
  expect((await runConnector(SOURCE, ['spec-pretty'], { speaksFreely: true })).stdout).not.toContain('faros');
});

test('the version is that of the package', async () => {
  expect((await runConnector(DESTINATION, ['--version'], { speaksFreely: true })).stdout).toBe(`${manifest.version}\n`);
});

test.each([
  ['a missing option', ['read', '--config', 'c'], "required option '--catalog <path to json>' not specified"],
  ['an unknown command', ['reed'], "unknown command 'reed'"],
])('%s is a config error and one line on stderr', async (_, args, problem) => {
  const { exitCode, messages, stderr } = await runConnector(SOURCE, args);
  expect(errors(messages)).toMatchObject([{ failure_type: 'config_error' }]);
  expect(errors(messages)[0]?.message).toContain(problem);
  expect(stderr.split('\n')[0]).toContain(problem);
  expect(exitCode).toBe(1);
});

test('a dry run is refused rather than carried out for real', async () => {
  const { exitCode, messages } = await runConnector(DESTINATION, [...writeArgs(), '--dry-run']);
  expect(errors(messages)).toMatchObject([{ failure_type: 'config_error' }]);
  expect(exitCode).toBe(1);
});

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
  expect(errors(messages)).toMatchObject([{ failure_type: 'system_error' }]);
  expect(errors(messages)[0]?.message).toContain('A record of stream "rows" cannot be written as JSON');
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
  expect([errors(messages), strayLines]).toEqual([[], []]);
});

const recordLine = (data: unknown): string =>
  `${JSON.stringify({ type: 'RECORD', record: { stream: 'rows', data, emitted_at: 1 } })}\n`;
const stateLine = (id: number): string =>
  `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'rows' }, stream_state: { id } }, id, later: null } })}\n`;

test('SIGTERM while a destination waits for input ends the input, acknowledging only what was there', async () => {
  const { child, message, messages, ended } = spawnConnector(DESTINATION, writeArgs(), { stdin: null });
  child.stdin?.write(recordLine({ id: 1 }) + stateLine(1) + recordLine({ id: 2 }) + stateLine(2).slice(0, 30));
  await message((said) => said.type === 'LOG' && said.log.message.includes('"line":3'));
  child.kill('SIGTERM');
  expect(await ended).toBe(143);
  expect(states(messages)).toEqual([JSON.parse(stateLine(1))]);
  expect(logs(messages).at(-1)).toBe('received 2, then stopped');
  expect(errors(messages)).toEqual([]);
});

test('states come back as they came, unknown keys and nulls included', async () => {
  const { messages, exitCode } = await write({ stdin: recordLine({ id: 1 }) + stateLine(7) });
  expect(states(messages)).toEqual([JSON.parse(stateLine(7))]);
  expect(exitCode).toBe(0);
});

test('nulls for absent keys, CRLF, blank lines, other messages and a missing last newline are no obstacle', async () => {
  const full = {
    type: 'RECORD',
    log: null,
    state: null,
    record: { namespace: null, stream: 'rows', data: { id: 1 }, emitted_at: 1, meta: null },
  };
  const complete = {
    type: 'TRACE',
    trace: { type: 'STREAM_STATUS', stream_status: { status: 'COMPLETE' } },
    record: null,
  };
  const stdin = [
    JSON.stringify(full),
    '',
    JSON.stringify(complete),
    '  ',
    '{"type":"NEWS"}',
    JSON.stringify({ ...full, record: { stream: 'rows', data: null } }),
  ];
  const { messages, exitCode } = await write({ stdin: stdin.join('\r\n') });
  expect(logs(messages)).toEqual([
    'record {"stream":"rows","size":8,"line":1}',
    'record {"stream":"rows","size":4,"line":6}',
    'received 2',
  ]);
  expect(exitCode).toBe(0);
});

test('a line of 20 MB passes whole', async () => {
  const { messages, exitCode } = await write({ stdin: [recordLine({ text: 'é'.repeat(10_000_000) }), stateLine(1)] });
  expect(logs(messages)[0]).toContain(`"size":${10_000_000 + '{"text":""}'.length}`);
  expect(states(messages)).toHaveLength(1);
  expect(exitCode).toBe(0);
});

test('a torn line fails with its number and nothing of its content', async () => {
  const { messages, exitCode, stdout, stderr } = await write({
    stdin: `${recordLine({ id: 1 })}${stateLine(1)}{"type":"RECORD","record":{"data":"${SECRET}\n${stateLine(2)}`,
  });
  expect(states(messages)).toHaveLength(1);
  expect(errors(messages)).toMatchObject([
    { failure_type: 'transient_error', message: expect.stringMatching(/^Line 3 of the input is not JSON/) },
  ]);
  expect(exitCode).toBe(1);
  expect(stdout + stderr).not.toContain(SECRET);
});

test.each([
  ['read', 'config', 'config_error'],
  ['read', 'transient', 'transient_error'],
  ['read', 'bug', 'system_error'],
  ['discover', 'transient', 'transient_error'],
  ['discover', 'bug', 'system_error'],
  ['check', 'bug', 'system_error'],
])('%s turns a %s error into a %s trace that keeps the secret to itself', async (command, error, failureType) => {
  const config = file({ act: 'error', error, password: SECRET });
  const args = [command, '--config', config, '--catalog', file(catalog)];
  const { messages, exitCode, stdout, stderr } = await runConnector(SOURCE, args);
  expect(errors(messages)).toMatchObject([{ failure_type: failureType }]);
  expect(errors(messages)[0]?.message).toContain('the password **** was refused');
  expect(stdout + stderr).not.toContain(SECRET);
  expect(exitCode).toBe(1);
});

test.each(['config', 'transient'])('a check that fails with a %s error has worked', async (error) => {
  const args = ['check', '--config', file({ error, password: SECRET })];
  const { messages, exitCode } = await runConnector(SOURCE, args);
  const connectionStatus = { status: 'FAILED', message: 'the password **** was refused' };
  expect(messages.at(-1)).toEqual({ type: 'CONNECTION_STATUS', connectionStatus });
  expect(exitCode).toBe(0);
});

test('an option of the config that is not known is told by its name alone', async () => {
  const { messages } = await read({ act: 'missing', pasword: SECRET, _platform: 1 });
  const message = 'The configuration has options that are not known and have no effect: pasword.';
  expect(messages).toContainEqual({ type: 'LOG', log: { level: 'WARN', message } });
  expect(JSON.stringify(messages)).not.toContain(SECRET);
});

test.each(['check', 'discover', 'read'])(
  '%s says that a config file is malformed without quoting it',
  async (command) => {
    const config = file(`{"password": "${SECRET}", oops`);
    const args = [command, '--config', config, '--catalog', file(catalog)];
    const { stdout, stderr } = await runConnector(SOURCE, args);
    expect(stdout).toContain('--config: the file ');
    expect(stdout).toContain('is not valid JSON');
    expect(stdout + stderr).not.toContain(SECRET.slice(0, 7));
  },
);

test('a renewed secret is as hidden as the first', async () => {
  const { messages } = await read({ act: 'rotate', password: SECRET });
  expect(messages[0]).toMatchObject({ control: { connectorConfig: { config: { password: 'renewed-secret' } } } });
  expect(errors(messages)).toMatchObject([{ message: 'the password **** was refused' }]);
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
  expect(logs(quiet.messages)).toEqual(['complained by a library', 'first line\nsecond line']);
});

test('a read-only config and a missing home are enough', async () => {
  const config = file({ act: 'missing' });
  chmodSync(config, 0o400);
  const args = ['read', '--config', config, '--catalog', file(catalog)];
  const { exitCode, stderr } = await runConnector(SOURCE, args, { env: { HOME: undefined } });
  expect([exitCode, stderr]).toEqual([0, '']);
});
