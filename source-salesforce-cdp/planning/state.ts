import { ConfigError } from '../../airbyte/errors.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import schema from '../../schemas/source-state.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';
import type { Window } from './window.ts';

/** What a stream was asked for. Another digest means other rows; other fields mean other columns of the same rows. */
export interface Query {
  /** Paths of the columns, in the order of SELECT. */
  readonly fields: readonly string[];
  readonly digest: string;
}

/** A Bulk job whose result is being read. */
export interface SavedJob {
  readonly id: string;
  /** Of the result page to be read next; absent before the first one. */
  readonly locator?: string;
  /** Rows of the pages before it. */
  readonly rows: number;
}

/** A window that has been begun: what is needed to go on in it. */
export interface Unfinished {
  /** Absent for an object that has no cursor. */
  readonly window?: Window;
  /** Columns new to the query: the window holds only rows in which they matter, and the cursor stays where it is. */
  readonly added?: readonly string[];
  readonly job?: SavedJob;
  /** The last Id of an ordered read. */
  readonly afterId?: string;
}

/** How far `/deleted` has been read, and which of the ids it can list again have been sent as deleted, with when. */
export interface DeletedState {
  readonly covered: Date;
  readonly ids: ReadonlyMap<string, Date>;
}

export interface StreamState {
  readonly cursorField?: string;
  /** Everything before this has been read. Set only by the end of a window, never from a row. */
  readonly cursor?: Date;
  readonly query: Query;
  readonly unfinished?: Unfinished;
  readonly deleted?: DeletedState;
  /** Rows that the look-back will read again, by Id: a short hash of the record sent. */
  readonly repeats?: ReadonlyMap<string, string>;
}

/** At most so many ids or hashes are kept in a state, which travels with every page and is stored by the platform. */
export const STATE_ENTRIES = 2_000;

/** The state as it is saved: plain JSON, absent keys left out. */
export const encodeState = (state: StreamState): JsonObject => ({
  ...(state.cursorField !== undefined && { cursor_field: state.cursorField }),
  ...(state.cursor && { cursor: state.cursor.toISOString() }),
  query: { fields: state.query.fields, digest: state.query.digest },
  ...(state.unfinished && encodeUnfinished(state.unfinished)),
  ...(state.deleted && {
    deleted: {
      covered: state.deleted.covered.toISOString(),
      ids: Object.fromEntries([...state.deleted.ids].map(([id, date]) => [id, date.toISOString()])),
    },
  }),
  ...(state.repeats && state.repeats.size > 0 && { repeats: Object.fromEntries(state.repeats) }),
});

const encodeUnfinished = ({ window, added, job, afterId }: Unfinished): JsonObject => ({
  ...(window && {
    window: {
      ...(window.from && { from: window.from.toISOString() }),
      ...(window.to && { to: window.to.toISOString() }),
    },
  }),
  ...(added && { added }),
  ...(job && { job: { id: job.id, ...(job.locator !== undefined && { locator: job.locator }), rows: job.rows } }),
  ...(afterId !== undefined && { after_id: afterId }),
});

/** A state as the schema leaves it. */
interface RawState {
  readonly cursor_field?: string;
  readonly cursor?: string;
  readonly query: Query;
  readonly window?: { readonly from?: string; readonly to?: string };
  readonly added?: readonly string[];
  readonly job?: SavedJob;
  readonly after_id?: string;
  readonly deleted?: { readonly covered: string; readonly ids: Readonly<Record<string, string>> };
  readonly repeats?: Readonly<Record<string, string>>;
}

const schemaProblems = validator(schema);

/**
 * The saved states by stream. No file, null, `{}` and `[]` are no states; a stream whose state is null or `{}` has none.
 * Keys around a state that are not known (the platform adds `id`) are passed over; a state that this connector did not
 * write is a ConfigError, never a silent full refresh.
 */
export const parseStates = (input: unknown): ReadonlyMap<string, StreamState> => {
  if (isNothing(input)) return new Map();
  if (!Array.isArray(input)) throw foreign('The state file', ['it is not a list of stream states']);
  return new Map(
    input.flatMap((message: unknown): [string, StreamState][] => {
      const { type, stream } = asObject(message);
      const { stream_descriptor: descriptor, stream_state: state } = asObject(stream);
      const { name } = asObject(descriptor);
      if ((type !== 'STREAM' && type !== undefined && type !== null) || typeof name !== 'string') {
        throw foreign('The state file', ['it holds something other than the state of one stream']);
      }
      return isNothing(state) ? [] : [[name, parseState(name, state)]];
    }),
  );
};

const parseState = (stream: string, input: unknown): StreamState => {
  const problems = schemaProblems(input);
  if (problems.length > 0) throw foreign(`The state of ${stream}`, problems);
  const raw = input as RawState;
  const unfinished = parseUnfinished(raw);
  return {
    ...(raw.cursor_field !== undefined && { cursorField: raw.cursor_field }),
    ...(raw.cursor !== undefined && { cursor: new Date(raw.cursor) }),
    query: raw.query,
    ...(unfinished && { unfinished }),
    ...(raw.deleted && {
      deleted: {
        covered: new Date(raw.deleted.covered),
        ids: new Map(Object.entries(raw.deleted.ids).map(([id, date]) => [id, new Date(date)])),
      },
    }),
    ...(raw.repeats && { repeats: new Map(Object.entries(raw.repeats)) }),
  };
};

const parseUnfinished = ({ window, added, job, after_id: afterId }: RawState): Unfinished | undefined =>
  window === undefined && job === undefined && afterId === undefined
    ? undefined
    : {
        ...(window && {
          window: {
            ...(window.from !== undefined && { from: new Date(window.from) }),
            ...(window.to !== undefined && { to: new Date(window.to) }),
          },
        }),
        ...(added && { added }),
        ...(job && { job }),
        ...(afterId !== undefined && { afterId }),
      };

const foreign = (what: string, problems: readonly string[]): ConfigError =>
  new ConfigError(
    `${what} cannot be read: ${problems.join('; ')}. It was not written by this connector, or by a newer version of it. ` +
      'Clear the data of the stream (or reset its state) to read it again from the start.',
  );

const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0);
