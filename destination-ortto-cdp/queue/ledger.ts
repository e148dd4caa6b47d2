import type { Log } from '../../airbyte/connector.ts';
import type { RejectReason, SkipReason } from '../reasons.ts';

/** What became of a record: exactly one fate each. */
export type Fate =
  | { readonly kind: 'created' | 'merged' | 'recorded' | 'deleted' }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      /** The field at fault, where one is. */
      readonly field?: string | undefined;
      /** Everything else that is wrong with the record, as `field: reason`. */
      readonly also?: readonly string[] | undefined;
    };

/** Numbers outside the sum, because they do not count records. */
export type Note =
  | 'linked'
  | 'unlinked'
  | 'link_waiting'
  | 'link_refused'
  | 'shared'
  | 'requests'
  | 'not_in_list'
  | 'implied_opt_outs';

/** The complete count of what became of every record, per stream. */
export interface Ledger {
  receive(stream: string): void;
  /** `id` is the record's Salesforce id, which identifies a rejected record in the log. Nothing else of a record is printed. */
  settle(stream: string, id: string, fate: Fate): void;
  note(stream: string, note: Note, count: number): void;
  /** The texts of these Salesforce fields were cut to Ortto's length. */
  cut(stream: string, fields: readonly string[]): void;
  /** Totals over all streams, for the progress line. */
  totals(): { readonly received: number; readonly settled: number; readonly rejected: number };
  /** Logs the rejected ids that have not had a line of their own. Safe to call however the sync ends. */
  nameRemainingIds(): void;
  /** Logs one line per stream with the counts so far. */
  print(): void;
  /** Prints, and throws if the fates of a stream do not add up to what it received. */
  close(): void;
}

/** Rejections per stream and reason that get a line each; the ids of further ones are listed, many to a line. */
const OWN_LINE = 100;
const IDS_A_LINE = 200;

interface Page {
  received: number;
  readonly counts: Map<'created' | 'merged' | 'recorded' | 'deleted', number>;
  readonly skipped: Map<SkipReason, number>;
  readonly rejected: Map<RejectReason, { count: number; unnamed: string[] }>;
  readonly notes: Map<Note, number>;
  readonly cuts: Map<string, number>;
}

export const createLedger = (log: Log, streams: readonly string[]): Ledger => {
  const pages = new Map(streams.map((stream) => [stream, blankPage()]));

  const page = (stream: string): Page => {
    const found = pages.get(stream);
    if (found === undefined) throw new Error(`The ledger has no page for the stream ${stream}`);
    return found;
  };

  const nameIds = (stream: string, reason: string, ids: string[]) => {
    if (ids.length === 0) return;
    log.warn(`rejected ${JSON.stringify({ stream, reason, ids })}`);
    ids.length = 0;
  };

  const reject = (stream: string, id: string, { reason, field, also }: Fate & { readonly kind: 'rejected' }) => {
    const entry = page(stream).rejected.get(reason) ?? { count: 0, unnamed: [] };
    page(stream).rejected.set(reason, entry);
    entry.count += 1;
    if (entry.count <= OWN_LINE) {
      log.warn(`rejected ${JSON.stringify({ stream, id, reason, field, also })}`);
    } else if (entry.unnamed.push(id) >= IDS_A_LINE) {
      nameIds(stream, reason, entry.unnamed);
    }
  };

  const print = () => {
    for (const [stream, each] of pages) log.info(`ledger ${JSON.stringify(summary(stream, each))}`);
  };

  return {
    receive(stream) {
      page(stream).received += 1;
    },
    settle(stream, id, fate) {
      if (fate.kind === 'rejected') reject(stream, id, fate);
      else if (fate.kind === 'skipped') add(page(stream).skipped, fate.reason, 1);
      else add(page(stream).counts, fate.kind, 1);
    },
    note(stream, note, count) {
      add(page(stream).notes, note, count);
    },
    cut(stream, fields) {
      for (const field of fields) add(page(stream).cuts, field, 1);
    },
    totals() {
      const all = [...pages.values()];
      return {
        received: total(all.map((each) => each.received)),
        settled: total(all.map(settledCount)),
        rejected: total(all.map((each) => rejectedCount(each))),
      };
    },
    nameRemainingIds() {
      for (const [stream, { rejected }] of pages) {
        for (const [reason, { unnamed }] of rejected) nameIds(stream, reason, unnamed);
      }
    },
    print,
    close() {
      print();
      const open = [...pages].filter(([, each]) => settledCount(each) !== each.received);
      if (open.length > 0) {
        const sums = open.map(([stream, each]) => `${stream}: ${settledCount(each)} of ${each.received}`);
        throw new Error(`Not every record is accounted for: ${sums.join(', ')}`);
      }
    },
  };
};

const blankPage = (): Page => ({
  received: 0,
  counts: new Map(),
  skipped: new Map(),
  rejected: new Map(),
  notes: new Map(),
  cuts: new Map(),
});

const add = <Key>(counts: Map<Key, number>, key: Key, count: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + count);
};

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, each) => sum + each, 0);

const rejectedCount = (page: Page): number => total([...page.rejected.values()].map(({ count }) => count));

const settledCount = (page: Page): number =>
  total(page.counts.values()) + total(page.skipped.values()) + rejectedCount(page);

const summary = (stream: string, page: Page) => ({
  stream,
  received: page.received,
  created: page.counts.get('created') ?? 0,
  merged: page.counts.get('merged') ?? 0,
  recorded: page.counts.get('recorded') ?? 0,
  skipped: Object.fromEntries(page.skipped),
  rejected: Object.fromEntries([...page.rejected].map(([reason, { count }]) => [reason, count])),
  deleted: page.counts.get('deleted') ?? 0,
  // Only if the sync ended early: records received but not settled will be sent again.
  ...(settledCount(page) < page.received && { unsettled: page.received - settledCount(page) }),
  ...Object.fromEntries(page.notes),
  ...(page.cuts.size > 0 && { cut: Object.fromEntries(page.cuts) }),
});
