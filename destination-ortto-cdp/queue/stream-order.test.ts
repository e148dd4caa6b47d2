import { expect, test } from 'vitest';
import { createOrder } from './stream-order.ts';

const order = () =>
  createOrder(
    new Map([
      ['Account', 'entity'],
      ['Contact', 'entity'],
      ['Campaign', 'none'],
      ['Task', 'activity'],
    ]),
  );

test('a stream is over once another has come and nothing of it waits', () => {
  const streams = order();
  streams.came('Account', 'record');
  streams.opened('Account');
  expect(streams.over()).toEqual([]);
  streams.came('Campaign', 'record');
  expect(streams.over()).toEqual([]);
  streams.closed('Account');
  expect(streams.over()).toEqual(['Account']);
  expect(streams.over()).toEqual([]);
});

test('a stream that comes again is over again, and a state of another one ends it too', () => {
  const streams = order();
  for (const round of [1, 2]) {
    streams.came('Account', 'record');
    streams.came('Contact', 'state');
    expect(streams.over(), `round ${round}`).toContain('Account');
  }
});

test('people may follow while one of their streams has not been heard of', () => {
  const streams = order();
  streams.came('Account', 'record');
  streams.came('Task', 'record');
  expect(streams.mayFollow).toBe(true);
  streams.came('Contact', 'state');
  expect(streams.mayFollow).toBe(false);
});

test('people who have once arrived after events may do so again', () => {
  const streams = order();
  for (const stream of ['Account', 'Contact', 'Campaign', 'Contact']) streams.came(stream, 'record');
  streams.came('Task', 'record');
  expect(streams.mayFollow).toBe(false);
  streams.came('Contact', 'state');
  expect(streams.mayFollow).toBe(false);
  streams.came('Contact', 'record');
  expect(streams.mayFollow).toBe(true);
});
