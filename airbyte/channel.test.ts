import { expect, test } from 'vitest';
import { createChannel } from './channel.ts';
import type { Output } from './output.ts';
import { streamStatus, traceError } from './protocol.ts';
import type { AirbyteMessage, RecordLines } from './protocol.ts';

const recorder = () => {
  const emitted: (AirbyteMessage | RecordLines)[] = [];
  const output: Output = {
    put: (message) => emitted.push(message),
    text: () => undefined,
    room: () => undefined,
    flush: async () => undefined,
  };
  const properties = { token: { type: 'string', airbyte_secret: true } };
  return { emitted, channel: createChannel(output, () => ({ properties })) };
};

test('every text meant for people is scrubbed', () => {
  const { emitted, channel } = recorder();
  channel.hideSecretsOf({ token: 'the-token' });
  const said = 'with the-token';
  channel.emit({ type: 'LOG', log: { level: 'INFO', message: said, stack_trace: said } });
  channel.emit({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: said } });
  channel.emit(traceError({ message: said, internal_message: said, stack_trace: said, failure_type: 'system_error' }));
  expect(emitted).toHaveLength(3);
  expect(JSON.stringify(emitted).match(/with \*{4}/g)).toHaveLength(6);
  expect(JSON.stringify(emitted)).not.toContain('the-token');
});

test('a record is passed on as it is', () => {
  const { emitted, channel } = recorder();
  channel.hideSecretsOf({ token: 'the-token' });
  const message = { type: 'RECORD', record: { stream: 'A', data: { text: 'the-token' }, emitted_at: 1 } } as const;
  channel.emit(message);
  expect(emitted[0]).toBe(message);
});

test('only a trace error is a failure', () => {
  const { channel } = recorder();
  channel.emit(streamStatus({ name: 'A' }, 'INCOMPLETE'));
  expect(channel.failed()).toBe(false);
  channel.emit(traceError({ message: 'no', failure_type: 'config_error' }));
  expect(channel.failed()).toBe(true);
});

test('a closed channel lets nothing through, and a writer that waits for room keeps waiting', async () => {
  const { emitted, channel } = recorder();
  channel.close();
  channel.emit(streamStatus({ name: 'A' }, 'RUNNING'));
  expect(emitted).toEqual([]);
  const waited = await Promise.race([channel.room(), new Promise((resolve) => setImmediate(resolve, 'still waiting'))]);
  expect(waited).toBe('still waiting');
});
