import { deletedFromFirstRead } from './deleted-span.ts';
import type { Selection } from './selection.ts';
import type { Query, SavedJob, StreamState, Unfinished } from './state.ts';
import { incrementStart, halve } from './window.ts';
import type { Window } from './window.ts';

/** One query to be read to its end. */
export interface Step {
  /** Absent for an object without cursor. */
  readonly window: Window | undefined;
  /** Columns new to the query, whose rows are read again; the cursor stays where it is. */
  readonly added: readonly string[] | undefined;
  /** A condition in SOQL that only rows with something in the added columns meet. */
  readonly where: string | undefined;
  /** Where an earlier attempt left off; at most one of the two. */
  readonly job: SavedJob | undefined;
  readonly afterId: string | undefined;
}

export interface Plan {
  /** To be read in this order. */
  readonly steps: readonly Step[];
  /** What is true before the first of them. */
  readonly state: StreamState;
  /** Whether rows have been sent before, so that `/deleted` can list some of them. */
  readonly asksDeleted: boolean;
  /** For the log: why rows are read again, if they are. */
  readonly note: string | undefined;
}

export interface PlanInput {
  readonly selection: Selection;
  readonly query: Query;
  readonly state: StreamState | undefined;
  /** Full refresh for an object without cursor, whatever was asked for. */
  readonly mode: 'incremental' | 'full_refresh';
  readonly startDate: Date | undefined;
  readonly lookbackMs: number;
  /** The instant up to which this read goes. */
  readonly to: Date;
}

/**
 * What to read, given what has been read. Changed conditions start the stream again; a field that is gone changes
 * nothing; a field that is new has the rows in which it is not empty read again, all rows where it cannot be filtered.
 */
export const planRead = (input: PlanInput): Plan =>
  input.mode === 'incremental' && input.selection.cursor !== undefined
    ? planIncremental(input, input.selection.cursor)
    : planFullRefresh(input);

/**
 * One that broke off goes on after the last Id, or with its job: rows that change behind that point meanwhile wait for the
 * next full refresh, as those do that change after it.
 */
const planFullRefresh = ({ selection, query, state, startDate }: PlanInput): Plan => {
  const whole = step(selection.cursor === undefined || startDate === undefined ? undefined : { from: startDate });
  const unfinished = state?.query.digest === query.digest ? usable(state, query) : undefined;
  const steps =
    unfinished === undefined || unfinished.added !== undefined
      ? [whole]
      : [resume(unfinished), ...(unfinished.window?.to ? [step({ from: unfinished.window.to })] : [])];
  return { steps, state: { query }, asksDeleted: false, note: undefined };
};

const planIncremental = (input: PlanInput, cursorField: string): Plan => {
  const { query, state, startDate, lookbackMs, to } = input;
  // Told from the first state on: rows sent before an attempt breaks off may be purged before the next one.
  const deleted = state?.deleted ?? deletedFromFirstRead(to, lookbackMs);
  const known: StreamState = { query, cursorField, deleted };
  const asksDeleted = state?.deleted !== undefined;
  const again = (note: string | undefined): Plan => ({
    steps: [step(spanning(startDate, to))],
    state: known,
    asksDeleted,
    note,
  });
  if (state === undefined) return again(undefined);
  if (state.query.digest !== query.digest) {
    return again(
      'its conditions, include_deleted, start_date or the org have changed: it is read again from the start',
    );
  }
  if (state.cursorField !== undefined && state.cursorField !== cursorField) {
    return again(`its cursor is now ${cursorField} instead of ${state.cursorField}: it is read again from the start`);
  }
  const unfinished = usable(state, query);
  if (state.cursor === undefined) {
    return unfinished?.window?.to === undefined || unfinished.added !== undefined
      ? again(undefined)
      : {
          steps: [resume(unfinished), increment(input, unfinished.window.to)],
          state: known,
          asksDeleted,
          note: undefined,
        };
  }
  const { cursor } = state;
  const base = { ...known, cursor, ...(state.repeats && { repeats: state.repeats }) };
  const waiting = state.unfinished?.added?.filter((field) => query.fields.includes(field)) ?? [];
  const added = newFields(state, query);
  if (added.length > 0) {
    const all = [...new Set([...waiting, ...added])];
    return {
      steps: [refill(input, all, spanning(startDate, cursor)), increment(input, cursor)],
      state: base,
      asksDeleted,
      note: `there are new fields (${added.join(', ')}): rows in which they are not empty are read again`,
    };
  }
  if (unfinished === undefined) return { steps: [increment(input, cursor)], state: base, asksDeleted, note: undefined };
  const readTo = unfinished.window?.to ?? cursor;
  const steps =
    unfinished.added === undefined
      ? [resume(unfinished), increment(input, readTo)]
      : [
          { ...refill(input, waiting, unfinished.window), job: unfinished.job, afterId: unfinished.afterId },
          ...(readTo < cursor ? [refill(input, waiting, { from: readTo, to: cursor })] : []),
          increment(input, cursor),
        ];
  return { steps, state: base, asksDeleted, note: undefined };
};

const step = (window: Window | undefined): Step => ({
  window,
  added: undefined,
  where: undefined,
  job: undefined,
  afterId: undefined,
});

const spanning = (from: Date | undefined, to: Date): Window => ({ ...(from && { from }), to });

const increment = ({ startDate, lookbackMs, to }: PlanInput, cursor: Date): Step =>
  step({ from: incrementStart(cursor, lookbackMs, startDate), to });

const resume = ({ window, job, afterId }: Unfinished): Step => ({ ...step(window), job, afterId });

/** Salesforce finds rows by a long chain of ORs more slowly than it reads them all. */
const MOST_FILTERED_FIELDS = 20;

const refill = ({ selection }: PlanInput, added: readonly string[], window: Window | undefined): Step => ({
  ...step(window),
  added,
  where:
    added.length <= MOST_FILTERED_FIELDS &&
    added.every((path) => selection.columns.some((column) => column.path === path && column.filterable))
      ? added.map((path) => `${path} != null`).join(' OR ')
      : undefined,
});

const newFields = (state: StreamState, query: Query): string[] =>
  query.fields.filter((field) => !state.query.fields.includes(field));

/**
 * How much of what an earlier attempt began can be gone on with. New columns are missing in all that it read; the result
 * of a job has exactly the columns it was made with, while a query can go on with fewer.
 */
const usable = (state: StreamState, query: Query): Unfinished | undefined => {
  const { unfinished } = state;
  if (unfinished === undefined || newFields(state, query).length > 0) return undefined;
  if (unfinished.added !== undefined && !unfinished.added.some((field) => query.fields.includes(field))) {
    return undefined;
  }
  const { job, ...rest } = unfinished;
  return job !== undefined && state.query.fields.length === query.fields.length ? { ...rest, job } : rest;
};

/**
 * The two halves of a step that is too much at once, both to be read from their beginning; undefined for an object
 * without cursor, else as for `halve`.
 */
export const halveStep = (
  selection: Selection,
  { window, added, where }: Step,
  now: Date,
): readonly [Step, Step] | undefined => {
  const halves = selection.cursor === undefined ? undefined : halve(window ?? {}, now);
  return (
    halves && [
      { ...step(halves[0]), added, where },
      { ...step(halves[1]), added, where },
    ]
  );
};

/** The state in the middle of a step: everything before this position has been sent. An empty one starts the step again. */
export const duringStep = (
  state: StreamState,
  { window, added }: Step,
  { job, afterId }: { readonly job?: SavedJob; readonly afterId?: string },
): StreamState => {
  const { repeats: _, ...rest } = state;
  return {
    ...rest,
    unfinished: {
      ...(window && { window }),
      ...(added && { added }),
      ...(job && { job }),
      ...(afterId !== undefined && { afterId }),
    },
  };
};

/** The state after a step, halves included: what is left of the whole follows from where it ends. */
export const afterStep = (
  state: StreamState,
  { window, added }: Step,
  repeats: ReadonlyMap<string, string> | undefined,
): StreamState => {
  const { unfinished: _, repeats: before, ...rest } = state;
  const to = window?.to;
  if (added !== undefined) {
    const { cursor } = rest;
    if (to !== undefined && cursor !== undefined && to < cursor) {
      return { ...rest, unfinished: { window: { from: to, to: cursor }, added } };
    }
    return { ...rest, ...(before && { repeats: before }) };
  }
  if (to === undefined) return rest;
  if (rest.cursorField === undefined) return { ...rest, unfinished: { window: { from: to } } };
  return { ...rest, cursor: to, ...(repeats && repeats.size > 0 && { repeats }) };
};
