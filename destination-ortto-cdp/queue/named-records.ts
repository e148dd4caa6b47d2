import type { Log } from '../../airbyte/connector.ts';

// The log names the records that did not arrive whole, and never a value of theirs: the first of each kind with what is wrong, and
// all of them by their Salesforce ids in lines that the source's `send_again` takes.

/** Why records are named. */
export type Cause = 'rejected' | 'left_out' | 'no_person';

/** What the line of a record says beside its stream and id. */
export interface Blame {
  readonly reason: string;
  readonly field?: string | undefined;
  /** Everything else that is wrong with the record, as `field: reason`. */
  readonly also?: readonly string[] | undefined;
}

export interface NamedRecords {
  readonly add: (stream: string, cause: Cause, id: string, blame: Blame) => void;
  /** Logs the ids that no line has named yet. Safe to call however the sync ends. */
  readonly nameAll: () => void;
}

/** Records per stream, cause and reason that get a line each. */
const OWN_LINE = 100;
const IDS_A_LINE = 200;
/** Lines' worth of ids that wait per stream and cause; beyond that, the first ones leave early. */
const MAX_LINES = 100;

const ID_LENGTH = 18;
const ID = /^[0-9A-Za-z]{18}$/;

/** The first word of a record's own line. */
const WORDS: { readonly [Name in Cause]: string } = {
  rejected: 'rejected',
  left_out: 'left_out',
  no_person: 'skipped',
};

interface Entry {
  count: number;
  /** Names of records that have no Salesforce id. */
  readonly unnamed: string[];
}

/** `objectOf` gives the Salesforce object of a stream. */
export const createNamedRecords = (log: Log, objectOf: (stream: string) => string): NamedRecords => {
  const entries = new Map<string, Entry>();
  const waiting = new Map<string, { readonly object: string; readonly cause: Cause; readonly ids: PackedIds }>();

  const sendAgain = (object: string, cause: Cause, ids: readonly string[]) => {
    const because = cause === 'rejected' ? {} : { because: cause };
    log.warn(`send_again ${JSON.stringify({ stream: object, ...because, ids })}`);
  };

  const keep = (stream: string, cause: Cause, id: string) => {
    const key = `${cause} ${stream}`;
    const kept = waiting.get(key) ?? { object: objectOf(stream), cause, ids: createPackedIds() };
    waiting.set(key, kept);
    kept.ids.add(id);
    if (kept.ids.lines > MAX_LINES) sendAgain(kept.object, cause, kept.ids.takeLine());
  };

  const nameUnnamed = (key: string, unnamed: string[]) => {
    const [cause, stream, reason] = JSON.parse(key) as [Cause, string, string];
    if (unnamed.length > 0) log.warn(`${WORDS[cause]} ${JSON.stringify({ stream, reason, ids: unnamed })}`);
    unnamed.length = 0;
  };

  return {
    add(stream, cause, id, { reason, field, also }) {
      const key = JSON.stringify([cause, stream, reason]);
      const entry = entries.get(key) ?? { count: 0, unnamed: [] };
      entries.set(key, entry);
      entry.count += 1;
      const hasId = ID.test(id);
      if (entry.count <= OWN_LINE) log.warn(`${WORDS[cause]} ${JSON.stringify({ stream, id, reason, field, also })}`);
      else if (!hasId && entry.unnamed.push(id) >= IDS_A_LINE) nameUnnamed(key, entry.unnamed);
      if (hasId) keep(stream, cause, id);
    },
    nameAll() {
      for (const [key, { unnamed }] of entries) nameUnnamed(key, unnamed);
      for (const { object, cause, ids } of waiting.values()) {
        for (let line = ids.takeLine(); line.length > 0; line = ids.takeLine()) sendAgain(object, cause, line);
      }
    },
  };
};

/** Ids in the order they were added, as bytes: as strings, a hundred thousand of them would take megabytes. */
interface PackedIds {
  readonly add: (id: string) => void;
  /** The ids of the oldest line, each once; empty when there are none. */
  readonly takeLine: () => string[];
  /** Lines that the ids fill. */
  readonly lines: number;
}

const createPackedIds = (): PackedIds => {
  let pages: Buffer[] = [];
  let last = 0;

  return {
    add(id) {
      if (pages.length === 0 || last === IDS_A_LINE) {
        pages.push(Buffer.alloc(IDS_A_LINE * ID_LENGTH));
        last = 0;
      }
      pages.at(-1)?.write(id, last * ID_LENGTH, 'latin1');
      last += 1;
    },
    takeLine() {
      const [page, ...others] = pages;
      if (page === undefined) return [];
      const count = others.length === 0 ? last : IDS_A_LINE;
      pages = others;
      const ids = Array.from({ length: count }, (_, index) =>
        page.toString('latin1', index * ID_LENGTH, (index + 1) * ID_LENGTH),
      );
      return [...new Set(ids)];
    },
    get lines() {
      return pages.length;
    },
  };
};
