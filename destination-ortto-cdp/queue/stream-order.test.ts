import { expect, test } from 'vitest';
import { createStreamOrder } from './stream-order.ts';

const order = () =>
  createStreamOrder(
    new Map([
      ['Account', 'entity'],
      ['Contact', 'entity'],
      ['Campaign', 'none'],
      ['Task', 'activity'],
    ]),
  );

test('a stream is over once another has come and nothing of it waits', () => {
  const streams = order();
  streams.arrived('Account', 'record');
  streams.taskAdded('Account');
  expect(streams.takeEnded()).toEqual([]);
  streams.arrived('Campaign', 'record');
  expect(streams.takeEnded()).toEqual([]);
  streams.taskEnded('Account');
  expect(streams.takeEnded()).toEqual(['Account']);
  expect(streams.takeEnded()).toEqual([]);
});

test('a stream that comes again is over again, and a state of another one ends it too', () => {
  const streams = order();
  for (const round of [1, 2]) {
    streams.arrived('Account', 'record');
    streams.arrived('Contact', 'state');
    expect(streams.takeEnded(), `round ${round}`).toContain('Account');
  }
});

test('people may follow while one of their streams has not been heard of', () => {
  const streams = order();
  streams.arrived('Account', 'record');
  streams.arrived('Task', 'record');
  expect(streams.mayPeopleFollow).toBe(true);
  streams.arrived('Contact', 'state');
  expect(streams.mayPeopleFollow).toBe(false);
});

test('people who have once arrived after activities may do so again', () => {
  const streams = order();
  for (const stream of ['Account', 'Contact', 'Campaign', 'Contact']) streams.arrived(stream, 'record');
  streams.arrived('Task', 'record');
  expect(streams.mayPeopleFollow).toBe(false);
  streams.arrived('Contact', 'state');
  expect(streams.mayPeopleFollow).toBe(false);
  streams.arrived('Contact', 'record');
  expect(streams.mayPeopleFollow).toBe(true);
});
