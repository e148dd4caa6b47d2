import { Refusal } from './failure.ts';
import type { Org } from './org.ts';

// /updated and /deleted: ids by the time of their last change, as older replication tools use them.

const restTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}+0000`;

const minuteMs = 60_000;

const spanOf = (org: Org, name: string, parameters: URLSearchParams, days: number) => {
  const object = org.catalog.find(name);
  if (object === undefined) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  if (object.definition.flags?.replicateable === false) {
    throw new Refusal(400, 'INVALID_TYPE', `${name} is not replicateable`);
  }
  const [start, end] = ['start', 'end'].map((key) => {
    const ms = Date.parse(parameters.get(key) ?? '');
    return Math.floor(ms / 1000) * 1000;
  });
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) {
    throw new Refusal(400, 'INVALID_REPLICATION_DATE', 'start and end must be dates with a time and a zone');
  }
  if (end - start <= minuteMs) {
    throw new Refusal(400, 'INVALID_REPLICATION_DATE', 'startDate must be at least one minute before endDate');
  }
  if (start < org.now() - days * 86_400_000) {
    throw new Refusal(400, 'INVALID_REPLICATION_DATE', `startDate cannot be more than ${days} days ago`);
  }
  // While a transaction is open, rows with older timestamps may still appear.
  const covered = Math.min(end, org.openSince() ?? end, org.clock.second());
  return { object, start, end, covered };
};

export const updatedIds = (org: Org, name: string, parameters: URLSearchParams): Record<string, unknown> => {
  const { object, start, end, covered } = spanOf(org, name, parameters, 30);
  const cursor = object.field('SystemModstamp')?.name ?? 'CreatedDate';
  const alive = object.field('IsDeleted') === undefined ? '' : 'AND "IsDeleted" = 0';
  const rows = org
    .database()
    .prepare(`SELECT "Id" FROM "${object.name}" WHERE "${cursor}" >= ? AND "${cursor}" < ? ${alive}`)
    .all(start, end);
  return { ids: rows.map((row) => row['Id']), latestDateCovered: restTime(covered) };
};

export const deletedIds = (org: Org, name: string, parameters: URLSearchParams): Record<string, unknown> => {
  const { object, start, end, covered } = spanOf(org, name, parameters, 15);
  const rows = org
    .database()
    .prepare('SELECT id, at FROM deletions WHERE object = ? AND at >= ? AND at < ? ORDER BY at, id')
    .all(object.name, start, end);
  return {
    deletedRecords: rows.map((row) => ({ id: row['id'], deletedDate: restTime(Number(row['at'])) })),
    earliestDateAvailable: restTime(org.clock.second() - 15 * 86_400_000),
    latestDateCovered: restTime(covered),
  };
};
