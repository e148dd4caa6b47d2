import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { ConfiguredCatalog, JsonObject, StateMessage } from '../../airbyte/protocol.ts';
import type { Attempt } from './jobs.ts';

/** A state as Airbyte keeps it and gives it to the next read. */
export interface SavedState {
  readonly type: 'STREAM';
  readonly stream: StateMessage['state']['stream'];
}

/**
 * What Airbyte keeps of a connection from one sync to the next. Whatever is kept is on disk when the call returns, and
 * replaced in one step: a kill leaves the old or the new, never half of it.
 */
export interface SavedConnection {
  readonly states: () => readonly SavedState[];
  /** The acknowledged state of its stream from now on; one without value is forgotten. */
  readonly keepState: (state: SavedState) => void;
  /** Forgets the states of streams that are read in full, as Airbyte does before each attempt. */
  readonly forgetFullStates: (catalog: ConfiguredCatalog) => void;
  /** The config that the source last asked to keep, if it ever did. */
  readonly sourceConfig: () => JsonObject | undefined;
  readonly keepSourceConfig: (config: JsonObject) => void;
  readonly lastAttempt: () => Attempt | undefined;
  readonly keepAttempt: (attempt: Attempt) => void;
}

const load = (file: string): unknown => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

const save = (file: string, content: unknown): void => {
  writeFileSync(`${file}.new`, JSON.stringify(content, undefined, 2));
  renameSync(`${file}.new`, file);
};

const nameOf = ({ stream }: SavedState): string => stream.stream_descriptor.name;

/** The states are a file of their own, the one a connector can be given; the rest is kept in another beside it. */
export const openSavedConnection = (stateFile: string): SavedConnection => {
  const restFile = `${stateFile.replace(/\.json$/, '')}.connection.json`;
  const states = (): readonly SavedState[] => (load(stateFile) ?? []) as SavedState[];
  const rest = () => (load(restFile) ?? {}) as { readonly sourceConfig?: JsonObject; readonly attempt?: Attempt };
  return {
    states,
    keepState: (state) => {
      const kept = new Map(states().map((each) => [nameOf(each), each]));
      if ((state.stream.stream_state ?? null) === null) kept.delete(nameOf(state));
      else kept.set(nameOf(state), state);
      save(stateFile, [...kept.values()]);
    },
    forgetFullStates: ({ streams }) => {
      const full = new Set(
        streams.flatMap(({ sync_mode, stream }) => (sync_mode === 'full_refresh' ? stream.name : [])),
      );
      const kept = states().filter((state) => !full.has(nameOf(state)));
      if (kept.length < states().length) save(stateFile, kept);
    },
    sourceConfig: () => rest().sourceConfig,
    keepSourceConfig: (sourceConfig) => save(restFile, { ...rest(), sourceConfig }),
    lastAttempt: () => rest().attempt,
    keepAttempt: (attempt) => save(restFile, { ...rest(), attempt }),
  };
};
