import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterStep, duringStep, halveStep, planRead } from './plan.ts';
import type { Plan, PlanInput, Step } from './plan.ts';
import type { Selection } from './selection.ts';
import { encodeState, parseStates } from './state.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { StreamState } from './state.ts';

const selectionOf = (fields: readonly string[], cursor: string | undefined = 'SystemModstamp'): Selection => ({
  object: 'Contact',
  columns: fields.map((path) => ({ path, kind: 'text', filterable: !path.startsWith('Long') })),
  properties: fields.map((name, column) => ({ name, column })),
  hasId: true,
  cursor,
  isDeleted: 'selected',
});
const fingerprint = (fields: readonly string[], digest = 'd'): Fingerprint => ({ fields, digest });

const day = (number: number): Date => new Date(Date.UTC(2024, 0, number));
const MINUTE = 60_000;
const input = (more: Partial<PlanInput> & { fields?: readonly string[] } = {}): PlanInput => {
  const { fields = ['Id', 'Name'], ...rest } = more;
  return {
    selection: selectionOf(fields),
    fingerprint: fingerprint(fields),
    state: undefined,
    mode: 'incremental',
    startDate: undefined,
    lookbackMs: 10 * MINUTE,
    to: day(20),
    ...rest,
  };
};
const read: StreamState = { cursorField: 'SystemModstamp', cursor: day(10), fingerprint: fingerprint(['Id', 'Name']) };
const windows = ({ steps }: Plan) => steps.map(({ window }) => window);
const backTo10 = { from: new Date(day(10).getTime() - 10 * MINUTE), to: day(20) };

test('a first read covers everything since the start date, up to one instant', () => {
  expect(windows(planRead(input()))).toEqual([{ to: day(20) }]);
  const { steps, state } = planRead(input({ startDate: day(2) }));
  expect(steps).toEqual([
    { window: { from: day(2), to: day(20) }, added: undefined, where: undefined, job: undefined, afterId: undefined },
  ]);
  expect(state).toEqual({
    fingerprint: fingerprint(['Id', 'Name']),
    cursorField: 'SystemModstamp',
    deleted: { covered: new Date(day(20).getTime() - 10 * MINUTE), ids: new Map() },
  });
});

test('a later read begins the look-back before the cursor and keeps what the state has', () => {
  const deleted = { covered: day(10), ids: new Map() };
  const repeats = new Map([['003A', 'hash']]);
  const plan = planRead(input({ state: { ...read, deleted, repeats } }));
  expect(windows(plan)).toEqual([backTo10]);
  expect(plan.state).toEqual({ ...read, deleted, repeats });
  expect(plan.note).toBeUndefined();
});

test('deletions are asked for once rows have been sent, also by a first read that was interrupted', () => {
  const first = planRead(input());
  const [step] = first.steps;
  if (step === undefined) throw new Error('nothing to read');
  const second = planRead(input({ state: duringStep(first.state, step, { afterId: '003A' }), to: day(25) }));
  expect([first.asksDeleted, second.asksDeleted]).toEqual([false, true]);
  expect(second.state.deleted).toEqual(first.state.deleted);
});

test.each<[string, Partial<PlanInput>]>([
  ['changed conditions', { fingerprint: fingerprint(['Id', 'Name'], 'other') }],
  ['another cursor field', { selection: selectionOf(['Id', 'Name'], 'LastModifiedDate') }],
])('%s restart the stream with a note, and keep the deletions', (_, more) => {
  const deleted = { covered: day(10), ids: new Map() };
  const plan = planRead(
    input({ ...more, startDate: day(2), state: { ...read, deleted, repeats: new Map([['a', 'b']]) } }),
  );
  expect(windows(plan)).toEqual([{ from: day(2), to: day(20) }]);
  expect(plan.state.cursor).toBeUndefined();
  expect(plan.state.repeats).toBeUndefined();
  expect(plan.state.deleted).toEqual(deleted);
  expect(plan.note).toContain('again');
});

test('a removed field changes nothing', () => {
  const plan = planRead(input({ fields: ['Id'], state: read }));
  expect(windows(plan)).toEqual([backTo10]);
  expect(plan.note).toBeUndefined();
});

test('for an added field the rows where it is not empty are read again, up to the cursor', () => {
  const plan = planRead(input({ fields: ['Id', 'Name', 'Email', 'Account.Name'], state: read, startDate: day(2) }));
  expect(plan.steps[0]).toMatchObject({
    window: { from: day(2), to: day(10) },
    added: ['Email', 'Account.Name'],
    where: 'Email != null OR Account.Name != null',
  });
  expect(windows(plan)[1]).toEqual(backTo10);
  expect(plan.note).toContain('Email, Account.Name');
});

test('for an added field that cannot be filtered all rows are read again', () => {
  const { steps } = planRead(input({ fields: ['Id', 'Name', 'Email', 'LongText'], state: read }));
  expect(steps[0]).toMatchObject({ added: ['Email', 'LongText'], where: undefined });
});

test('for many added fields at once all rows are read again', () => {
  const fields = ['Id', 'Name', ...Array.from({ length: 21 }, (_, at) => `New${at}`)];
  expect(planRead(input({ fields, state: read })).steps[0]?.where).toBeUndefined();
  expect(planRead(input({ fields: fields.slice(1), state: read })).steps[0]?.added).toHaveLength(21);
});

test('an interrupted window continues where it stopped, then later changes are read', () => {
  const window = { from: day(9), to: day(15) };
  const since15 = { from: new Date(day(15).getTime() - 10 * MINUTE), to: day(20) };
  for (const unfinished of [
    { window, afterId: '003A' },
    { window, job: { id: '750', locator: 'L', rows: 5 } },
  ]) {
    const { steps } = planRead(input({ state: { ...read, unfinished } }));
    expect(steps[0]).toMatchObject(unfinished);
    expect(steps.slice(1).map((step) => step.window)).toEqual([since15]);
  }
});

test('a job whose columns are no longer the wanted ones is not continued, a query with fewer columns is', () => {
  const window = { from: day(9), to: day(15) };
  const resumed = (fields: readonly string[], unfinished: StreamState['unfinished']) =>
    planRead(input({ fields, state: { ...read, ...(unfinished && { unfinished }) } })).steps[0];
  expect(resumed(['Id'], { window, job: { id: '750', rows: 5 } })).toMatchObject({ window, job: undefined });
  expect(resumed(['Name', 'Id'], { window, job: { id: '750', rows: 5 } })?.job?.id).toBe('750');
  expect(resumed(['Id'], { window, afterId: '003A' })).toMatchObject({ window, afterId: '003A' });
});

test('an interrupted backfill continues, and one interrupted by another new field restarts with both', () => {
  const unfinished = { window: { to: day(5) }, added: ['Name'], afterId: '003A' };
  const state = { ...read, unfinished };
  expect(
    planRead(input({ state })).steps.map(({ window, added, where, afterId }) => [window, added, where, afterId]),
  ).toEqual([
    [{ to: day(5) }, ['Name'], 'Name != null', '003A'],
    [{ from: day(5), to: day(10) }, ['Name'], 'Name != null', undefined],
    [backTo10, undefined, undefined, undefined],
  ]);
  expect(planRead(input({ state, fields: ['Id', 'Name', 'Email'] })).steps[0]).toMatchObject({
    window: { to: day(10) },
    added: ['Name', 'Email'],
    afterId: undefined,
  });
});

test('a full refresh has no end, continues where it stopped, and starts over once it is finished', () => {
  const full = { mode: 'full_refresh' as const, startDate: day(2) };
  const fresh = planRead(input(full));
  expect(windows(fresh)).toEqual([{ from: day(2) }]);
  expect(fresh.state).toEqual({ fingerprint: fingerprint(['Id', 'Name']) });
  const [whole] = fresh.steps;
  if (whole === undefined) throw new Error('nothing to read');
  const middle = duringStep(fresh.state, whole, { afterId: '003A' });
  expect(planRead(input({ ...full, state: middle })).steps).toEqual([{ ...whole, afterId: '003A' }]);
  expect(planRead(input({ ...full, state: afterStep(middle, whole, undefined) })).steps).toEqual([whole]);
});

test('of a full refresh that was split in two, only the rest is read', () => {
  const full = { mode: 'full_refresh' as const };
  const [whole] = planRead(input(full)).steps;
  const halves = whole && halveStep(selectionOf(['Id', 'Name']), whole, day(20));
  if (halves === undefined) throw new Error('not halved');
  const { to } = halves[0].window ?? {};
  const middle = duringStep({ fingerprint: fingerprint(['Id', 'Name']) }, halves[0], { afterId: '003A' });
  expect(windows(planRead(input({ ...full, state: middle })))).toEqual([{ to }, { from: to }]);
  const state = afterStep(middle, halves[0], undefined);
  expect(windows(planRead(input({ ...full, state })))).toEqual([{ from: to }]);
});

test('an object without cursor is read as a whole and cannot be halved', () => {
  const selection: Selection = { ...selectionOf(['Id']), cursor: undefined };
  const { steps, state } = planRead(input({ selection, startDate: day(2) }));
  expect([steps[0]?.window, state.cursorField]).toEqual([undefined, undefined]);
  expect(steps[0] && halveStep(selection, steps[0], day(20))).toBeUndefined();
});

// A whole life of a stream: the org changes, fields come and go, attempts are interrupted anywhere, windows are halved.

interface Row {
  readonly id: string;
  readonly changed: number;
  readonly values: Readonly<Record<string, string | null>>;
}
const FIELDS = ['Name', 'Email', 'LongText'];

/** Rows of a step in the order of their Ids, as Salesforce returns them. */
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
  /** After this many rows the attempt is interrupted. */
  rows: fc.integer({ min: 0, max: 8 }),
  /** Which steps are too large. */
  halves: fc.array(fc.boolean(), { maxLength: 6 }),
});

test.each(['incremental', 'full_refresh'] as const)(
  'however attempts of an %s break off, fields come and go and windows are cut, the records end as the org is',
  (mode) => {
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (attempts) => {
        let org: Row[] = [];
        let saved: StreamState | undefined;
        let destination = new Map<string, Record<string, string | null>>();
        attempts.forEach(({ changes, fields, rows, halves }, hour) => {
          const start = day(1).getTime() + hour * 60 * MINUTE;
          // A full refresh shows each row as it was when it was reached; here nothing changes during one.
          const still = mode === 'full_refresh' && saved?.unfinished !== undefined;
          for (const { id, minute, values } of still ? [] : changes) {
            org = [...org.filter((row) => row.id !== id), { id, changed: start + minute * MINUTE, values }];
          }
          const last = hour === attempts.length - 1;
          const now = new Date(start + 60 * MINUTE);
          const columns = ['Id', ...fields];
          const plan = planRead(input({ fields: columns, state: saved, mode, to: now }));
          // A full refresh that starts over replaces what was there.
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
