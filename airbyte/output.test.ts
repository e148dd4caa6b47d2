import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutput } from './output.ts';
import { streamState } from './protocol.ts';
import type { JsonObject, RecordMessage } from './protocol.ts';

/** A reader that takes chunks only when told to. */
const slowReader = () => {
  const chunks: string[] = [];
  let taken: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 16,
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString());
      taken = done;
    },
  });
  return { stream, chunks, take: () => taken?.() };
};

const reader = () => {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, chunks, text: () => chunks.join('') };
};

const record = (data: JsonObject): RecordMessage => ({ type: 'RECORD', record: { stream: 'A', data, emitted_at: 1 } });
const state = streamState({ name: 'A' }, { at: 1 });

test('messages and ready-made lines leave in the order of the calls', async () => {
  const part = fc.oneof(
    fc.constant(state),
    fc.string({ maxLength: 40_000 }).map((text) => record({ text })),
    fc.string({ maxLength: 40_000 }).map((text) => ({
      type: 'RECORD_LINES' as const,
      stream: 'A',
      count: 1,
      bytes: Buffer.from(`${JSON.stringify(record({ text }))}\n`),
    })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part), async (parts) => {
      const { stream, text } = reader();
      const output = createOutput(stream);
      for (const message of parts) output.put(message);
      await output.flush();
      const lines = parts.map((item) =>
        item.type === 'RECORD_LINES' ? item.bytes.toString() : `${JSON.stringify(item)}\n`,
      );
      expect(text()).toBe(lines.join(''));
    }),
    { numRuns: 50 },
  );
});

test('records are batched, and a state takes them along at once', () => {
  const { stream, chunks } = reader();
  const output = createOutput(stream);
  output.put(record({ id: 1 }));
  output.put(record({ id: 2 }));
  expect(chunks).toEqual([]);
  output.put(state);
  expect(chunks).toHaveLength(1);
  expect(chunks[0]?.split('\n')).toHaveLength(4);
});

test('a batch that is not full leaves when the process turns to something else', async () => {
  const { stream, text } = reader();
  createOutput(stream).put(record({ id: 1 }));
  expect(text()).toBe('');
  await new Promise(setImmediate);
  expect(text()).toBe(`${JSON.stringify(record({ id: 1 }))}\n`);
});

test('there is no room until a slow reader has caught up', async () => {
  const { stream, chunks, take } = slowReader();
  const output = createOutput(stream);
  expect(output.room()).toBeUndefined();
  output.put(state);
  const room = output.room();
  expect(room).toBeDefined();
  take();
  await room;
  expect(output.room()).toBeUndefined();
  expect(chunks).toHaveLength(1);
});

test('a writer that waits for room learns that the reader is gone', async () => {
  const { stream } = slowReader();
  stream.on('error', () => undefined);
  const output = createOutput(stream);
  output.put(state);
  const room = output.room();
  stream.destroy(new Error('gone'));
  await expect(room).rejects.toThrow('gone');
  await expect(output.flush()).rejects.toThrow('destroyed');
});

const cyclic: Record<string, unknown> = { planted: 1 };
cyclic['self'] = cyclic;

test.each([
  ['a BigInt', { planted: 1n }],
  ['a cycle', cyclic],
])('%s is refused with the name of the stream, and the others continue', async (_, data) => {
  const { stream, text } = reader();
  const output = createOutput(stream);
  output.put(record({ id: 1 }));
  expect(() => output.put(record(data))).toThrow('A record of stream "A" cannot be written as JSON');
  expect(() => output.put(streamState({ name: 'B' }, data))).toThrow('A state of stream "B" cannot be written');
  expect(() => output.put(record(data))).not.toThrow(/planted/);
  output.put(record({ id: 2, nothing: undefined }));
  await output.flush();
  expect(
    text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).record.data),
  ).toEqual([{ id: 1 }, { id: 2 }]);
});
