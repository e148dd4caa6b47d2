import { ConfigError } from '../../airbyte/errors.ts';
import type { JsonObject } from '../../airbyte/protocol.ts';
import schema from '../../schemas/source-state.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Window } from './window.ts';

/** A Bulk job whose result is being read. */
export interface SavedJob {
  readonly id: string;
  /** Of the result page to read next; absent before the first one. */
  readonly locator?: string;
  /** Rows of the pages before it. */
  readonly rows: number;
}

/** A window that has been partly read: what is needed to continue in it. */
export interface Unfinished {
  /** Absent for an object that has no cursor. */
  readonly window?: Window;
  /** Columns new to the query: only rows where they are not empty are read, and the cursor does not move. */
  readonly added?: readonly string[];
  readonly job?: SavedJob;
  /** The last Id read, for a read in the order of Ids. */
  readonly afterId?: string;
}

/** How far `/deleted` has been read, and which of the ids it can list again have been sent as deleted, with the time of deletion. */
export interface DeletedState {
  readonly covered: Date;
  readonly ids: ReadonlyMap<string, Date>;
}

export interface StreamState {
  readonly cursorField?: string;
  /** Everything before this time has been read. Set only at the end of a window, never from a row. */
  readonly cursor?: Date;
  readonly fingerprint: Fingerprint;
  readonly unfinished?: Unfinished;
  readonly deleted?: DeletedState;
  /** Rows that the look-back will read again: a short hash of the record sent, by Id. */
  readonly repeats?: ReadonlyMap<string, string>;
}

/** Most ids or hashes kept in a state, which is sent with every page and stored by the platform. */
export const STATE_ENTRIES = 2_000;

/** The state as it is saved: plain JSON without absent keys. */
export const encodeState = (state: StreamState): JsonObject => ({
  ...(state.cursorField !== undefined && { cursor_field: state.cursorField }),
  ...(state.cursor && { cursor: state.cursor.toISOString() }),
  query: { fields: state.fingerprint.fields, digest: state.fingerprint.digest },
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

/** A state that the schema has accepted. */
interface RawState {
  readonly cursor_field?: string;
  readonly cursor?: string;
  readonly query: Fingerprint;
  readonly window?: { readonly from?: string; readonly to?: string };
  readonly added?: readonly string[];
  readonly job?: SavedJob;
  readonly after_id?: string;
  readonly deleted?: { readonly covered: string; readonly ids: Readonly<Record<string, string>> };
  readonly repeats?: Readonly<Record<string, string>>;
}

const schemaProblems = validator(schema);

/**
 * The saved states by stream. No file, null, `{}` and `[]` mean that there are none; null and `{}` mean the same for one stream.
 * Unknown keys around a state are ignored (the platform adds `id`); a state that this connector did not write is a ConfigError,
 * never a silent full refresh.
 */
export const parseStates = (input: unknown): ReadonlyMap<string, StreamState> => {
  if (isEmpty(input)) return new Map();
  if (!Array.isArray(input)) throw unreadable('The state file', ['it is not a list of stream states']);
  return new Map(
    input.flatMap((message: unknown): [string, StreamState][] => {
      const { type, stream } = asObject(message);
      const { stream_descriptor: descriptor, stream_state: state } = asObject(stream);
      const { name } = asObject(descriptor);
      if ((type !== 'STREAM' && type !== undefined && type !== null) || typeof name !== 'string') {
        throw unreadable('The state file', ['it contains something other than the state of a stream']);
      }
      return isEmpty(state) ? [] : [[name, parseState(name, state)]];
    }),
  );
};

const parseState = (stream: string, input: unknown): StreamState => {
  const problems = schemaProblems(input);
  if (problems.length > 0) throw unreadable(`The state of ${stream}`, problems);
  const raw = input as RawState;
  const unfinished = parseUnfinished(raw);
  return {
    ...(raw.cursor_field !== undefined && { cursorField: raw.cursor_field }),
    ...(raw.cursor !== undefined && { cursor: new Date(raw.cursor) }),
    fingerprint: raw.query,
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

const unreadable = (what: string, problems: readonly string[]): ConfigError =>
  new ConfigError(
    `${what} cannot be read: ${problems.join('; ')}. It was written by something else, or by a newer version of this connector. ` +
      "Clear the stream's data (or reset its state) to read it again from the start.",
  );

const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0);
