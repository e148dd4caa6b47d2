import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterStep, duringStep, halveStep, planRead } from './plan.ts';
import type { Step } from './plan.ts';
import { encodeState, parseStates } from './state.ts';
import type { StreamState } from './state.ts';
import { MINUTE, day, input, selectionOf } from '../fixtures/plan-input.ts';

// A whole life of a stream: the org changes, fields come and go, attempts break off anywhere, windows are cut in halves.

interface Row {
  readonly id: string;
  readonly changed: number;
  readonly values: Readonly<Record<string, string | null>>;
}
const FIELDS = ['Name', 'Email', 'LongText'];

/** Rows of a step in the order of their Ids, as Salesforce gives them. */
const answer = (org: readonly Row[], { window, added, where, afterId }: Step): Row[] =>
  org
    .filter(({ changed }) => changed >= (window?.from?.getTime() ?? 0) && changed < (window?.to?.getTime() ?? Infinity))
    .filter(({ values }) => where === undefined || (added ?? []).some((field) => (values[field] ?? null) !== null))
    .filter(({ id }) => afterId === undefined || id > afterId)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

const attempt = fc.record({
  /** Rows changed before the attempt; the clock moves on by an hour each time. */
  changes: fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      minute: fc.integer({ min: 0, max: 59 }),
      values: fc.record({
        Name: fc.option(fc.constantFrom('x', 'y')),
        Email: fc.option(fc.constantFrom('x', 'y')),
        LongText: fc.option(fc.constantFrom('x', 'y')),
      }),
    }),
    { maxLength: 4 },
  ),
  fields: fc.subarray(FIELDS),
  /** After so many rows the attempt breaks off. */
  rows: fc.integer({ min: 0, max: 8 }),
  /** Which steps are too much at once. */
  halves: fc.array(fc.boolean(), { maxLength: 6 }),
});

test.each(['incremental', 'full_refresh'] as const)(
  'however attempts of an %s break off, fields come and go and windows are split, the records end as the org is',
  (mode) => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (attempts) => {
        let org: Row[] = [];
        let saved: StreamState | undefined;
        let destination = new Map<string, Record<string, string | null>>();
        attempts.forEach(({ changes, fields, rows, halves }, hour) => {
          const start = day(1).getTime() + hour * 60 * MINUTE;
          // A full refresh shows each row as it was when it came to it; here nothing changes while one is under way.
          const still = mode === 'full_refresh' && saved?.unfinished !== undefined;
          for (const { id, minute, values } of still ? [] : changes) {
            org = [...org.filter((row) => row.id !== id), { id, changed: start + minute * MINUTE, values }];
          }
          const last = hour === attempts.length - 1;
          const now = new Date(start + 60 * MINUTE);
          const columns = ['Id', ...fields];
          const plan = planRead(input({ fields: columns, state: saved, mode, to: now }));
          // A full refresh that begins anew replaces what was there.
          if (mode === 'full_refresh' && saved?.unfinished === undefined) destination = new Map();
          let { state } = plan;
          let left = last ? Infinity : rows;
          let cuts = last ? [] : [...halves];
          const queue = [...plan.steps];
          for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
            const [cut, ...more] = cuts;
            cuts = more;
            const parts = cut === true ? halveStep(selectionOf(columns), step, now) : undefined;
            if (parts !== undefined) {
              queue.unshift(...parts);
              continue;
            }
            for (const row of answer(org, step)) {
              if (left-- <= 0) return;
              const record = Object.fromEntries(fields.map((field) => [field, row.values[field] ?? null]));
              destination.set(row.id, record);
              state = duringStep(state, step, { afterId: row.id });
              saved = state;
            }
            state = afterStep(state, step, undefined);
            const message = { stream: { stream_descriptor: { name: 'S' }, stream_state: encodeState(state) } };
            saved = parseStates(JSON.parse(JSON.stringify([message]))).get('S');
          }
        });
        const fields = attempts.at(-1)?.fields ?? [];
        const seen = (values: Readonly<Record<string, string | null>>) => fields.map((field) => values[field] ?? null);
        expect(Object.fromEntries([...destination].map(([id, values]) => [id, seen(values)]))).toEqual(
          Object.fromEntries(org.map(({ id, values }) => [id, seen(values)])),
        );
      }),
      { numRuns: 1_000 },
    );
  },
);
