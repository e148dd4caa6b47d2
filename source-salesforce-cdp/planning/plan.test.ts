import { expect, test } from 'vitest';
import { afterStep, duringStep, halveStep, planRead } from './plan.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { Selection } from './selection.ts';
import type { StreamState } from './state.ts';
import { MINUTE, day, input, query, selectionOf } from '../fixtures/plan-input.ts';

const read: StreamState = { cursorField: 'SystemModstamp', cursor: day(10), query: query(['Id', 'Name']) };
const windows = ({ steps }: Plan) => steps.map(({ window }) => window);
const backTo10 = { from: new Date(day(10).getTime() - 10 * MINUTE), to: day(20) };

test('a first read takes everything since the start date, up to one instant', () => {
  expect(windows(planRead(input()))).toEqual([{ to: day(20) }]);
  const { steps, state } = planRead(input({ startDate: day(2) }));
  expect(steps).toEqual([
    { window: { from: day(2), to: day(20) }, added: undefined, where: undefined, job: undefined, afterId: undefined },
  ]);
  expect(state).toEqual({
    query: query(['Id', 'Name']),
    cursorField: 'SystemModstamp',
    deleted: { covered: new Date(day(20).getTime() - 10 * MINUTE), ids: new Map() },
  });
});

test('a later read begins at the cursor less the look-back and keeps what the state knows', () => {
  const deleted = { covered: day(10), ids: new Map() };
  const repeats = new Map([['003A', 'hash']]);
  const plan = planRead(input({ state: { ...read, deleted, repeats } }));
  expect(windows(plan)).toEqual([backTo10]);
  expect(plan.state).toEqual({ ...read, deleted, repeats });
  expect(plan.note).toBeUndefined();
});

test('deletions are asked for once rows have been sent, also by a first read that broke off', () => {
  const first = planRead(input());
  const [step] = first.steps;
  if (step === undefined) throw new Error('nothing to read');
  const second = planRead(input({ state: duringStep(first.state, step, { afterId: '003A' }), to: day(25) }));
  expect([first.asksDeleted, second.asksDeleted]).toEqual([false, true]);
  expect(second.state.deleted).toEqual(first.state.deleted);
});

test.each<[string, Partial<PlanInput>]>([
  ['changed conditions', { query: query(['Id', 'Name'], 'other') }],
  ['another cursor field', { selection: selectionOf(['Id', 'Name'], 'LastModifiedDate') }],
])('%s start the stream again, say so, and keep the deletions', (_, more) => {
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

test('an added field has the rows in which it is not empty read again, up to the cursor', () => {
  const plan = planRead(input({ fields: ['Id', 'Name', 'Email', 'Account.Name'], state: read, startDate: day(2) }));
  expect(plan.steps[0]).toMatchObject({
    window: { from: day(2), to: day(10) },
    added: ['Email', 'Account.Name'],
    where: 'Email != null OR Account.Name != null',
  });
  expect(windows(plan)[1]).toEqual(backTo10);
  expect(plan.note).toContain('Email, Account.Name');
});

test('an added field that cannot be filtered has all rows read again', () => {
  const { steps } = planRead(input({ fields: ['Id', 'Name', 'Email', 'LongText'], state: read }));
  expect(steps[0]).toMatchObject({ added: ['Email', 'LongText'], where: undefined });
});

test('many added fields at once have all rows read again', () => {
  const fields = ['Id', 'Name', ...Array.from({ length: 21 }, (_, at) => `New${at}`)];
  expect(planRead(input({ fields, state: read })).steps[0]?.where).toBeUndefined();
  expect(planRead(input({ fields: fields.slice(1), state: read })).steps[0]?.added).toHaveLength(21);
});

test('an interrupted window resumes where it was left, then what has changed since is read', () => {
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

test('a job whose columns are no longer those wanted is not resumed, a query with fewer columns is', () => {
  const window = { from: day(9), to: day(15) };
  const resumed = (fields: readonly string[], unfinished: StreamState['unfinished']) =>
    planRead(input({ fields, state: { ...read, ...(unfinished && { unfinished }) } })).steps[0];
  expect(resumed(['Id'], { window, job: { id: '750', rows: 5 } })).toMatchObject({ window, job: undefined });
  expect(resumed(['Name', 'Id'], { window, job: { id: '750', rows: 5 } })?.job?.id).toBe('750');
  expect(resumed(['Id'], { window, afterId: '003A' })).toMatchObject({ window, afterId: '003A' });
});

test('an interrupted refill resumes, and one that was interrupted by another new field starts again with both', () => {
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

test('a full refresh has no end, goes on where it was left, and starts over once it is finished', () => {
  const full = { mode: 'full_refresh' as const, startDate: day(2) };
  const fresh = planRead(input(full));
  expect(windows(fresh)).toEqual([{ from: day(2) }]);
  expect(fresh.state).toEqual({ query: query(['Id', 'Name']) });
  const [whole] = fresh.steps;
  if (whole === undefined) throw new Error('nothing to read');
  const middle = duringStep(fresh.state, whole, { afterId: '003A' });
  expect(planRead(input({ ...full, state: middle })).steps).toEqual([{ ...whole, afterId: '003A' }]);
  expect(planRead(input({ ...full, state: afterStep(middle, whole, undefined) })).steps).toEqual([whole]);
});

test('of a full refresh that was split in two, only what is left is read', () => {
  const full = { mode: 'full_refresh' as const };
  const [whole] = planRead(input(full)).steps;
  const halves = whole && halveStep(selectionOf(['Id', 'Name']), whole, day(20));
  if (halves === undefined) throw new Error('not halved');
  const { to } = halves[0].window ?? {};
  const middle = duringStep({ query: query(['Id', 'Name']) }, halves[0], { afterId: '003A' });
  expect(windows(planRead(input({ ...full, state: middle })))).toEqual([{ to }, { from: to }]);
  const state = afterStep(middle, halves[0], undefined);
  expect(windows(planRead(input({ ...full, state })))).toEqual([{ from: to }]);
});

test('an object without a cursor is read whole, and cannot be split', () => {
  const selection: Selection = { ...selectionOf(['Id']), cursor: undefined };
  const { steps, state } = planRead(input({ selection, startDate: day(2) }));
  expect([steps[0]?.window, state.cursorField]).toEqual([undefined, undefined]);
  expect(steps[0] && halveStep(selection, steps[0], day(20))).toBeUndefined();
});
