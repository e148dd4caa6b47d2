import { deletedFromFirstRead } from './deleted-span.ts';
import type { Selection } from './selection.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { SavedJob, StreamState, Unfinished } from './state.ts';
import { incrementStart, halve } from './window.ts';
import type { Window } from './window.ts';

/** One query, to be read to its end. */
export interface Step {
  /** Absent for an object without cursor. */
  readonly window: Window | undefined;
  /** Columns new to the query, whose rows are read again; the cursor does not move. */
  readonly added: readonly string[] | undefined;
  /** A condition in SOQL that selects the rows where the added columns are not empty. */
  readonly where: string | undefined;
  /** Where an earlier attempt stopped; at most one of the two is set. */
  readonly job: SavedJob | undefined;
  readonly afterId: string | undefined;
}

export interface Plan {
  /** To be read in this order. */
  readonly steps: readonly Step[];
  /** The state before the first step. */
  readonly state: StreamState;
  /** Whether rows have been sent before, so that `/deleted` can list some of them. */
  readonly asksDeleted: boolean;
  /** For the log: why rows are read again, if they are. */
  readonly note: string | undefined;
}

export interface PlanInput {
  readonly selection: Selection;
  readonly fingerprint: Fingerprint;
  readonly state: StreamState | undefined;
  /** An object without cursor gets a full refresh in either mode. */
  readonly mode: 'incremental' | 'full_refresh';
  readonly startDate: Date | undefined;
  readonly lookbackMs: number;
  /** The instant at which this read ends. */
  readonly to: Date;
}

/**
 * What to read, given what has been read. Changed conditions start the stream from the beginning; a removed field changes
 * nothing; for a new field the rows where it is not empty are read again, or all rows if it cannot be filtered.
 */
export const planRead = (input: PlanInput): Plan =>
  input.mode === 'incremental' && input.selection.cursor !== undefined
    ? planIncremental(input, input.selection.cursor)
    : planFullRefresh(input);

/**
 * An interrupted one continues after the last Id, or with its job: rows before that point that have changed meanwhile wait for
 * the next full refresh, just like rows that change after this one.
 */
const planFullRefresh = ({ selection, fingerprint, state, startDate }: PlanInput): Plan => {
  const whole = step(selection.cursor === undefined || startDate === undefined ? undefined : { from: startDate });
  const unfinished = state?.fingerprint.digest === fingerprint.digest ? resumable(state, fingerprint) : undefined;
  const steps =
    unfinished === undefined || unfinished.added !== undefined
      ? [whole]
      : [resume(unfinished), ...(unfinished.window?.to ? [step({ from: unfinished.window.to })] : [])];
  return { steps, state: { fingerprint }, asksDeleted: false, note: undefined };
};

const planIncremental = (input: PlanInput, cursorField: string): Plan => {
  const { fingerprint, state, startDate, lookbackMs, to } = input;
  // Part of every state from the first one on: rows sent by an interrupted attempt may be purged before the next one.
  const deleted = state?.deleted ?? deletedFromFirstRead(to, lookbackMs);
  const known: StreamState = { fingerprint, cursorField, deleted };
  const asksDeleted = state?.deleted !== undefined;
  const restart = (note: string | undefined): Plan => ({
    steps: [step(spanning(startDate, to))],
    state: known,
    asksDeleted,
    note,
  });
  if (state === undefined) return restart(undefined);
  if (state.fingerprint.digest !== fingerprint.digest) {
    return restart(
      'its conditions, include_deleted, start_date or the org changed, so it is read again from the start',
    );
  }
  if (state.cursorField !== undefined && state.cursorField !== cursorField) {
    return restart(
      `its cursor is now ${cursorField} instead of ${state.cursorField}, so it is read again from the start`,
    );
  }
  const unfinished = resumable(state, fingerprint);
  if (state.cursor === undefined) {
    return unfinished?.window?.to === undefined || unfinished.added !== undefined
      ? restart(undefined)
      : {
          steps: [resume(unfinished), increment(input, unfinished.window.to)],
          state: known,
          asksDeleted,
          note: undefined,
        };
  }
  const { cursor } = state;
  const base = { ...known, cursor, ...(state.repeats && { repeats: state.repeats }) };
  const waiting = state.unfinished?.added?.filter((field) => fingerprint.fields.includes(field)) ?? [];
  const added = newFields(state, fingerprint);
  if (added.length > 0) {
    const all = [...new Set([...waiting, ...added])];
    return {
      steps: [backfill(input, all, spanning(startDate, cursor)), increment(input, cursor)],
      state: base,
      asksDeleted,
      note: `it has new fields (${added.join(', ')}), so the rows where they are not empty are read again`,
    };
  }
  if (unfinished === undefined) return { steps: [increment(input, cursor)], state: base, asksDeleted, note: undefined };
  const readTo = unfinished.window?.to ?? cursor;
  const steps =
    unfinished.added === undefined
      ? [resume(unfinished), increment(input, readTo)]
      : [
          { ...backfill(input, waiting, unfinished.window), job: unfinished.job, afterId: unfinished.afterId },
          ...(readTo < cursor ? [backfill(input, waiting, { from: readTo, to: cursor })] : []),
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

/** Salesforce evaluates a long chain of ORs more slowly than it reads all rows. */
const MAX_FILTERED_FIELDS = 20;

const backfill = ({ selection }: PlanInput, added: readonly string[], window: Window | undefined): Step => ({
  ...step(window),
  added,
  where:
    added.length <= MAX_FILTERED_FIELDS &&
    added.every((path) => selection.columns.some((column) => column.path === path && column.filterable))
      ? added.map((path) => `${path} != null`).join(' OR ')
      : undefined,
});

const newFields = (state: StreamState, fingerprint: Fingerprint): string[] =>
  fingerprint.fields.filter((field) => !state.fingerprint.fields.includes(field));

/**
 * The part of an interrupted attempt that can be continued. New columns are missing from everything it read; a job's result
 * has exactly the columns it was created with, while a query can continue with fewer.
 */
const resumable = (state: StreamState, fingerprint: Fingerprint): Unfinished | undefined => {
  const { unfinished } = state;
  if (unfinished === undefined || newFields(state, fingerprint).length > 0) return undefined;
  if (unfinished.added !== undefined && !unfinished.added.some((field) => fingerprint.fields.includes(field))) {
    return undefined;
  }
  const { job, ...rest } = unfinished;
  return job !== undefined && state.fingerprint.fields.length === fingerprint.fields.length ? { ...rest, job } : rest;
};

/**
 * The two halves of a step that is too large, each to be read from its beginning; undefined for an object without cursor, and
 * where `halve` is.
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

/** The state in the middle of a step: everything before this position has been sent. An empty position restarts the step. */
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

/** The state after a step, or after one half of it: what is left follows from where the step ends. */
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
