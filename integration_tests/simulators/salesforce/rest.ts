import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import { Refusal } from './failure.ts';
import { idOf } from './ids.ts';
import type { Org } from './org.ts';
import type { Plan } from './plan.ts';
import { planQuery } from './plan.ts';
import { createRandom } from './pools.ts';
import { jsonWriter, rowReader, selectRowIds } from './rows.ts';
import { parseSoql } from './soql.ts';

/** Settings of REST queries; may be changed while it runs. */
export interface RestSettings {
  /** `random`: every page has between 1 and the asked number of rows, as wide rows bring about. */
  pageRows: 'asked' | 'random';
}

interface Cursor {
  readonly id: string;
  readonly plan: Plan;
  readonly rowIds: Float64Array;
  readonly batchSize: number;
}

export interface RestApi {
  readonly settings: RestSettings;
  query(soql: string, options: { version: string; includeDeleted: boolean; queryOptions: string | undefined }): Answer;
  /** `locator` is the last part of a nextRecordsUrl. */
  next(locator: string, version: string): Answer;
  /** Every nextRecordsUrl handed out stops working, as after two days. */
  readonly expireCursors: () => void;
}

const MAX_ROWS = 2000;
const MIN_ROWS = 200;

/** `Sforce-Query-Options: batchSize=500` -> 500; Salesforce keeps it between 200 and 2,000. */
const batchSizeOf = (queryOptions: string | undefined): number => {
  const [, size] = /batchSize\s*=\s*(\d+)/i.exec(queryOptions ?? '') ?? [];
  return size === undefined ? MAX_ROWS : Math.min(MAX_ROWS, Math.max(MIN_ROWS, Number(size)));
};

export const createRest = (org: Org): RestApi => {
  const settings: RestSettings = { pageRows: 'asked' };
  const cursors = new Map<string, Cursor>();
  const random = createRandom(1);
  let opened = 0;

  const objectOfId = (id: string): string => org.catalog.byPrefix(id.slice(0, 3))?.name ?? 'Name';

  const page = (cursor: Cursor, from: number, version: string): Answer => {
    const { plan, rowIds } = cursor;
    const size = settings.pageRows === 'random' ? 1 + random.below(cursor.batchSize) : cursor.batchSize;
    const to = Math.min(rowIds.length, from + size);
    const read = rowReader(org.database(), plan);
    const write = jsonWriter(plan, version, objectOfId);
    const records: string[] = [];
    for (const rowId of rowIds.subarray(from, to)) {
      const row = read(rowId);
      if (row !== undefined) records.push(write(row));
    }
    const isDone = to === rowIds.length;
    if (!isDone) cursors.set(cursor.id, cursor);
    const next = isDone ? '' : `,"nextRecordsUrl":"/services/data/v${version}/query/${cursor.id}-${to}"`;
    return jsonAnswer(`{"totalSize":${rowIds.length},"done":${isDone}${next},"records":[${records.join(',')}]}`);
  };

  return {
    settings,
    query: (text, { version, includeDeleted, queryOptions }) => {
      const soql = parseSoql(text);
      if (soql.exotic !== undefined && soql.exotic !== 'COUNT()') {
        throw new Refusal(400, 'MALFORMED_QUERY', `${soql.exotic} is outside what this org answers`);
      }
      const database = org.database();
      const plan = planQuery(org.catalog, soql, { includeDeleted, now: org.now() });
      const rowIds = selectRowIds(database, plan);
      if (soql.exotic === 'COUNT()') return jsonAnswer({ totalSize: rowIds.length, done: true, records: [] });
      opened += 1;
      return page({ id: idOf('01g', opened), plan, rowIds, batchSize: batchSizeOf(queryOptions) }, 0, version);
    },
    next: (locator, version) => {
      const [, id, from] = /^(\w{18})-(\d+)$/.exec(locator) ?? [];
      const cursor = cursors.get(id ?? '');
      if (cursor === undefined || Number(from) > cursor.rowIds.length) {
        throw new Refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
      }
      return page(cursor, Number(from), version);
    },
    expireCursors: () => cursors.clear(),
  };
};
