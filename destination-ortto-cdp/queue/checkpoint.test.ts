import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateMessage } from '../../airbyte/protocol.ts';
import { createCheckpoint, type Place } from './checkpoint.ts';

const state = (name: string, id: number, extra: object = {}): StateMessage => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { cursor: id } },
    id,
    ...extra,
  },
});

const ids = (states: readonly StateMessage[]) => states.map((message) => message.state['id']);

test('a state that nothing precedes is emitted at once, with zero counts', () => {
  expect(createCheckpoint().add(state('Contact', 1))).toEqual([
    state('Contact', 1, { destinationStats: { recordCount: 0, rejectedRecordCount: 0 } }),
  ]);
});

test('a state keeps every key it arrived with, unknown ones too', () => {
  const message = {
    ...state('Contact', 7, { sourceStats: { recordCount: 1 }, future: { x: [1] } }),
    top: 'kept',
  } as StateMessage;
  const checkpoint = createCheckpoint();
  const place = checkpoint.join({ name: 'Contact' });
  expect(checkpoint.add(message)).toEqual([]);
  expect(checkpoint.settle(place, 'rejected')).toEqual([
    {
      ...message,
      state: { ...message.state, destinationStats: { recordCount: 0, rejectedRecordCount: 1 } },
    },
  ]);
});

test('a rejection that settles early does not free a state behind an earlier write', () => {
  const checkpoint = createCheckpoint();
  const write = checkpoint.join({ name: 'Contact' });
  checkpoint.settle(checkpoint.join({ name: 'Contact' }), 'rejected');
  expect(checkpoint.add(state('Contact', 1))).toEqual([]);
  expect(ids(checkpoint.settle(write, 'accepted'))).toEqual([1]);
});

test('a stream does not hold back the states of another, nor those of its namesake in another namespace', () => {
  const checkpoint = createCheckpoint();
  checkpoint.join({ name: 'Contact' });
  checkpoint.join({ name: 'Lead', namespace: 'one' });
  expect(ids(checkpoint.add(state('Lead', 2)))).toEqual([2]);
  expect(checkpoint.waiting).toBe(0);
});

test('settling a record twice is an error', () => {
  const checkpoint = createCheckpoint();
  const place = checkpoint.join({ name: 'Lead' });
  checkpoint.settle(place, 'accepted');
  expect(() => checkpoint.settle(place, 'accepted')).toThrow('twice');
});

type Step =
  | { readonly kind: 'record' | 'state'; readonly stream: string }
  | { readonly kind: 'settle'; readonly at: number };
const streams = fc.constantFrom('Account', 'Contact', 'Lead');
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('record' as const), stream: streams }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('state' as const), stream: streams }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const), at: fc.nat() }) },
  ),
  { maxLength: 200 },
);

test('whatever the order of arrivals and settlements, no state is emitted early, none is lost, and order is kept', () => {
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const checkpoint = createCheckpoint();
      const line: { stream: string; id?: number; settled: boolean; rejected: boolean }[] = [];
      const open: { place: Place; entry: (typeof line)[number] }[] = [];
      const left = new Set<number>();

      const leave = (freed: readonly StateMessage[]) => {
        for (const message of freed) {
          const id = message.state['id'] as number;
          const at = line.findIndex((entry) => entry.id === id);
          const stream = line[at]?.stream;
          const ahead = line.slice(0, at).filter((entry) => entry.stream === stream);
          expect(left.has(id)).toBe(false);
          expect(ahead.every((entry) => (entry.id === undefined ? entry.settled : left.has(entry.id)))).toBe(true);
          const since = ahead.slice(ahead.findLastIndex((entry) => entry.id !== undefined) + 1);
          const rejected = since.filter((entry) => entry.rejected).length;
          expect(message.state.destinationStats).toEqual({
            recordCount: since.length - rejected,
            rejectedRecordCount: rejected,
          });
          left.add(id);
        }
      };
      const settle = (at: number) => {
        const [next] = open.splice(at % open.length, 1);
        if (next === undefined) return;
        next.entry.settled = true;
        next.entry.rejected = at % 3 === 0;
        leave(checkpoint.settle(next.place, next.entry.rejected ? 'rejected' : 'accepted'));
      };

      for (const [index, step] of script.entries()) {
        if (step.kind === 'settle') {
          settle(step.at);
        } else {
          const entry = {
            stream: step.stream,
            settled: false,
            rejected: false,
            ...(step.kind === 'state' && { id: index }),
          };
          line.push(entry);
          if (step.kind === 'state') leave(checkpoint.add(state(step.stream, index)));
          else open.push({ place: checkpoint.join({ name: step.stream }), entry });
        }
      }
      while (open.length > 0) settle(0);
      expect([...left].sort((a, b) => a - b)).toEqual(line.flatMap((entry) => entry.id ?? []));
      expect(checkpoint.waiting).toBe(0);
    }),
    { numRuns: 1000 },
  );
});
