import { PassThrough, Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from './errors.ts';
import { parseMessage, readInput, TornInputError } from './input.ts';

const never = () => new AbortController().signal;
const items = async (stream: Readable) => {
  const lots = await Array.fromAsync(readInput(stream, never()), (lot) => [...lot]);
  return lots.flat();
};
const line = (data: unknown, more: object = {}): string =>
  JSON.stringify({ type: 'RECORD', record: { stream: 'A', emitted_at: 1, data, ...more } });

test('lines arrive whole and numbered wherever the chunks are cut', async () => {
  const row = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null)));
  const separator = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n \n');
  await fc.assert(
    fc.asyncProperty(fc.array(row), separator, fc.boolean(), fc.array(fc.nat()), async (rows, end, closed, cuts) => {
      const bytes = Buffer.from(rows.map((data) => line(data)).join(end) + (closed ? end : ''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
      const step = (end.match(/\n/g) ?? []).length;
      expect(await items(Readable.from(chunks))).toEqual(
        JSON.parse(JSON.stringify(rows)).map((data: unknown, index: number) => ({
          kind: 'record',
          stream: 'A',
          namespace: undefined,
          data,
          nulled: [],
          line: index * step + 1,
        })),
      );
    }),
  );
});

test('null counts as absent, and data that is no object as none', () => {
  const parse = (text: string) => parseMessage(Buffer.from(text), 1);
  const record = { kind: 'record', stream: 'A', nulled: [], line: 1 };
  expect(parse(line({}, { namespace: null, meta: null }))).toEqual({ ...record, namespace: undefined, data: {} });
  expect(parse(line({ a: null }, { namespace: 'n' }))).toEqual({ ...record, namespace: 'n', data: { a: null } });
  for (const data of [null, undefined, [], 'text']) {
    expect(parse(line(data))).toEqual({ ...record, namespace: undefined, data: undefined });
  }
});

test('columns that were nulled on the way are named, whatever else a record says of its changes', () => {
  const nulled = (meta: unknown) => {
    const item = parseMessage(Buffer.from(line({ a: null }, { meta })), 1);
    return item?.kind === 'record' ? item.nulled : undefined;
  };
  const reason = 'PLATFORM_FIELD_SIZE_LIMITATION';
  expect(
    nulled({
      changes: [
        { field: 'a', change: 'NULLED', reason },
        { field: 'Account.Name', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' },
        { field: 'b', change: 'TRUNCATED', reason },
        { field: 5, change: 'NULLED', reason },
        null,
      ],
    }),
  ).toEqual(['a', 'Account.Name']);
  for (const meta of [null, {}, { changes: null }, { changes: {} }, [], 'x']) expect(nulled(meta)).toEqual([]);
});

test('a state keeps every key it came with, and its own text', () => {
  const message = {
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, x: null }, id: 3, global_: null },
    record: null,
  };
  const text = JSON.stringify(message);
  expect(parseMessage(Buffer.from(text), 9)).toEqual({ kind: 'state', message: { ...message, text }, line: 9 });
});

test.each(['TRACE', 'LOG', 'CONTROL', 'CATALOG', 'SOMETHING_NEW'])('%s messages are passed over', (type) => {
  expect(parseMessage(Buffer.from(JSON.stringify({ type, record: null })), 1)).toBeUndefined();
});

test.each([
  ['is not JSON', '{"type":"RECORD","record":{"planted'],
  ['is not JSON', 'planted log line'],
  ['is not an Airbyte message', '"planted"'],
  ['is not an Airbyte message', '{"planted":1}'],
  ['is not an Airbyte message', 'null'],
  ['is a RECORD message without a stream', '{"type":"RECORD","record":{"data":{"a":"planted"}}}'],
  ['is a STATE message without a state', '{"type":"STATE","planted":1}'],
  ['is a STATE message without a stream', '{"type":"STATE","state":{"data":{"planted":1}}}'],
  ['is a STATE message without a stream', '{"type":"STATE","state":{"type":"STREAM","stream":{"planted":1}}}'],
])('a line that %s is torn, and not quoted: %s', (problem, text) => {
  expect(() => parseMessage(Buffer.from(text), 12)).toThrow(TornInputError);
  expect(() => parseMessage(Buffer.from(text), 12)).toThrow(`Line 12 of the input ${problem}.`);
  expect(() => parseMessage(Buffer.from(text), 12)).not.toThrow(/planted/);
});

test('a character cut in half is torn, not replaced', () => {
  const bytes = Buffer.from(line({ a: 'é' }));
  const torn = Buffer.concat([bytes.subarray(0, -5), bytes.subarray(-4)]);
  expect(() => parseMessage(torn, 1)).toThrow('is not UTF-8');
});

test('the stream waits while the consumer works', async () => {
  const stream = new PassThrough({ highWaterMark: 100 });
  const input = readInput(stream, never());
  let written = 0;
  const writing = (async () => {
    for (; written < 50; written += 1) {
      if (!stream.write(`${line({ text: 'x'.repeat(50) })}\n`)) {
        await new Promise((resolve) => {
          stream.once('drain', resolve);
        });
      }
    }
    stream.end();
  })();
  const count = (lot: Iterable<unknown>) => [...lot].length;
  const first = await input.next();
  await new Promise(setImmediate);
  expect(written).toBeLessThan(10);
  const counts = await Array.fromAsync(input, count);
  expect(counts.reduce((sum, each) => sum + each, count(first.value ?? []))).toBe(50);
  await writing;
});

test('an abort ends the input without error, between lines and while waiting for one', async () => {
  for (const ahead of [`${line({ id: 1 })}\n${line({ id: 2 })}\n`, `${line({ id: 1 })}\n{"type":"REC`]) {
    const stream = new PassThrough();
    const controller = new AbortController();
    const input = readInput(stream, controller.signal);
    stream.write(ahead);
    const lot = (await input.next()).value?.[Symbol.iterator]();
    expect(lot?.next().value).toMatchObject({ data: { id: 1 } });
    controller.abort();
    expect(lot?.next().done).toBe(true);
    expect(await Array.fromAsync(input)).toEqual([]);
    expect(stream.destroyed).toBe(true);
  }
});

test('what comes before a torn line has been handed over when its error comes', async () => {
  const lots = readInput(Readable.from([Buffer.from(`${line({ id: 1 })}\ntorn\n${line({ id: 2 })}\n`)]), never());
  const taken: unknown[] = [];
  const take = async () => {
    for await (const lot of lots) for (const item of lot) taken.push(item);
  };
  await expect(take()).rejects.toThrow('Line 2 of the input is not JSON.');
  expect(taken).toMatchObject([{ data: { id: 1 } }]);
});

test('a failing stream is an error, not an end', async () => {
  const stream = new PassThrough();
  stream.write(`${line({ id: 1 })}\n`);
  const input = readInput(stream, never());
  await input.next();
  stream.destroy(new Error('cut'));
  await expect(input.next()).rejects.toThrow('cut');
});

test.each(['GLOBAL', 'LEGACY'])(
  'a %s state is a config error: the source cannot be used with this destination',
  (type) => {
    const text = JSON.stringify({ type: 'STATE', state: { type, data: { planted: 1 } } });
    expect(() => parseMessage(Buffer.from(text), 7)).toThrow(ConfigError);
    expect(() => parseMessage(Buffer.from(text), 7)).toThrow(`Line 7 of the input is a ${type} state.`);
  },
);
