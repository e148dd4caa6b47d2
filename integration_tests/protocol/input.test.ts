import { expect, test } from 'vitest';
import type { AirbyteMessage } from '../../airbyte/protocol.ts';
import { spawnConnector } from './connector-process.ts';
import { DESTINATION, SECRET, useConnectors } from './fixture-connectors.ts';
import { logTexts, traceErrors } from './message-kinds.ts';

// What a destination reads on stdin.

const { write, writeArgs } = useConnectors();

const states = (messages: readonly AirbyteMessage[]) => messages.filter(({ type }) => type === 'STATE');

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
  expect(logTexts(messages).at(-1)).toBe('received 2, then stopped');
  expect(traceErrors(messages)).toEqual([]);
});

test('states come back as they came, unknown keys and nulls included', async () => {
  const { messages, exitCode } = await write({ stdin: recordLine({ id: 1 }) + stateLine(7) });
  expect(states(messages)).toEqual([JSON.parse(stateLine(7))]);
  expect(exitCode).toBe(0);
});

test('nulls for absent keys, CRLF, blank lines, other messages and a missing last newline are tolerated', async () => {
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
  expect(logTexts(messages)).toEqual([
    'record {"stream":"rows","size":8,"line":1}',
    'record {"stream":"rows","size":4,"line":6}',
    'received 2',
  ]);
  expect(exitCode).toBe(0);
});

test('a line of 20 MB passes whole', async () => {
  const { messages, exitCode } = await write({ stdin: [recordLine({ text: 'é'.repeat(10_000_000) }), stateLine(1)] });
  expect(logTexts(messages)[0]).toContain(`"size":${10_000_000 + '{"text":""}'.length}`);
  expect(states(messages)).toHaveLength(1);
  expect(exitCode).toBe(0);
});

test('a truncated line fails with its number and nothing of its content', async () => {
  const { messages, exitCode, stdout, stderr } = await write({
    stdin: `${recordLine({ id: 1 })}${stateLine(1)}{"type":"RECORD","record":{"data":"${SECRET}\n${stateLine(2)}`,
  });
  expect(states(messages)).toHaveLength(1);
  expect(traceErrors(messages)).toMatchObject([
    { failure_type: 'transient_error', message: expect.stringMatching(/^Line 3 of the input is not JSON/) },
  ]);
  expect(exitCode).toBe(1);
  expect(stdout + stderr).not.toContain(SECRET);
});
