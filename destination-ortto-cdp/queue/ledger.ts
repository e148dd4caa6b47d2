import type { Log } from '../../airbyte/connector.ts';
import type { RejectReason, SkipReason } from '../reasons.ts';
import type { LeftOut, Problem } from '../records/mapped.ts';
import { createNamedRecords } from './named-records.ts';

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
  | 'opt_out_sent'
  | 'requests'
  | 'not_in_list'
  | 'implied_opt_outs';

/** The complete count of what became of every record, per stream. */
export interface Ledger {
  receive(stream: string): void;
  /**
   * `id` is the record's Salesforce id, by which the log names it unless it arrived whole. Nothing else of a record is printed.
   * `leftOut`: what was not sent of a record that was written.
   */
  settle(stream: string, id: string, fate: Fate, leftOut?: readonly LeftOut[]): void;
  note(stream: string, note: Note, count: number): void;
  /** The texts of these Salesforce fields were cut to Ortto's length. */
  cut(stream: string, fields: readonly string[]): void;
  /** Totals over all streams, for the progress line. */
  totals(): { readonly received: number; readonly settled: number; readonly rejected: number };
  /** Says what did not arrive whole, and names those records. Safe to call however the sync ends. */
  nameRecords(): void;
  /** Logs one line per stream with the counts so far. */
  print(): void;
  /** Prints, and throws if the fates of a stream do not add up to what it received. */
  close(): void;
}

interface Page {
  received: number;
  readonly counts: Map<'created' | 'merged' | 'recorded' | 'deleted', number>;
  readonly skipped: Map<SkipReason, number>;
  readonly rejected: Map<RejectReason, number>;
  /** By field and reason. */
  readonly leftOut: Map<string, Map<string, number>>;
  /** Records with something in `leftOut`. */
  incomplete: number;
  readonly notes: Map<Note, number>;
  readonly cuts: Map<string, number>;
}

/** The whole line, and `also` of a record's own. */
export const problemText = ({ field, reason }: Pick<Problem, 'field' | 'reason'>): string =>
  `${field ?? 'record'}: ${reason}`;

/** `streamPrefix` is what the connection put before the names of Salesforce's objects. */
export const createLedger = (log: Log, streams: readonly string[], streamPrefix = ''): Ledger => {
  const named = createNamedRecords(log, (stream) =>
    stream.startsWith(streamPrefix) ? stream.slice(streamPrefix.length) : stream,
  );
  const pages = new Map(streams.map((stream) => [stream, blankPage()]));

  const page = (stream: string): Page => {
    const found = pages.get(stream);
    if (found === undefined) throw new Error(`The ledger has no page for the stream ${stream}`);
    return found;
  };

  const leaveOut = (stream: string, id: string, leftOut: readonly LeftOut[]) => {
    const [first, ...others] = leftOut;
    if (first === undefined) return;
    const each = page(stream);
    each.incomplete += 1;
    for (const { field, reason } of leftOut) {
      const reasons = each.leftOut.get(field) ?? new Map<string, number>();
      each.leftOut.set(field, reasons);
      add(reasons, reason, 1);
    }
    named.add(stream, 'left_out', id, { ...first, ...(others.length > 0 && { also: others.map(problemText) }) });
  };

  const sayWhatIsMissing = () => {
    const all = [...pages.values()];
    const [rejected, incomplete] = [total(all.map(rejectedCount)), total(all.map((each) => each.incomplete))];
    if (rejected + incomplete > 0) {
      log.warn(
        `${rejected} records were rejected, and ${incomplete} were written without some of their fields. They come again only when they change in Salesforce; the lines that begin with send_again name them.`,
      );
    }
    for (const [stream, { received, skipped }] of pages) {
      const absent = skipped.get('no_person') ?? 0;
      if (absent > received / 2) {
        log.warn(
          `${stream}: ${absent} of ${received} records were skipped, because nobody in Ortto is the one they belong to (no_person). Check that Contact and Lead are selected and synced before this stream, and that its person is the right field.`,
        );
      }
    }
  };

  const print = () => {
    for (const [stream, each] of pages) log.info(`ledger ${JSON.stringify(summary(stream, each))}`);
  };

  return {
    receive(stream) {
      page(stream).received += 1;
    },
    settle(stream, id, fate, leftOut = []) {
      if (fate.kind === 'rejected') {
        add(page(stream).rejected, fate.reason, 1);
        named.add(stream, 'rejected', id, fate);
      } else if (fate.kind === 'skipped') {
        add(page(stream).skipped, fate.reason, 1);
        if (fate.reason === 'no_person') named.add(stream, 'no_person', id, fate);
      } else {
        add(page(stream).counts, fate.kind, 1);
        leaveOut(stream, id, leftOut);
      }
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
        rejected: total(all.map(rejectedCount)),
      };
    },
    nameRecords() {
      sayWhatIsMissing();
      named.nameAll();
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
  leftOut: new Map(),
  incomplete: 0,
  notes: new Map(),
  cuts: new Map(),
});

const add = <Key>(counts: Map<Key, number>, key: Key, count: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + count);
};

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, each) => sum + each, 0);

const rejectedCount = (page: Page): number => total(page.rejected.values());

const settledCount = (page: Page): number =>
  total(page.counts.values()) + total(page.skipped.values()) + rejectedCount(page);

const summary = (stream: string, page: Page) => ({
  stream,
  received: page.received,
  created: page.counts.get('created') ?? 0,
  merged: page.counts.get('merged') ?? 0,
  recorded: page.counts.get('recorded') ?? 0,
  skipped: Object.fromEntries(page.skipped),
  rejected: Object.fromEntries(page.rejected),
  deleted: page.counts.get('deleted') ?? 0,
  // Only if the sync ended early: records received but not settled will be sent again.
  ...(settledCount(page) < page.received && { unsettled: page.received - settledCount(page) }),
  ...Object.fromEntries(page.notes),
  ...(page.cuts.size > 0 && { cut: Object.fromEntries(page.cuts) }),
  ...(page.leftOut.size > 0 && {
    left_out: Object.fromEntries([...page.leftOut].map(([field, reasons]) => [field, Object.fromEntries(reasons)])),
  }),
});
