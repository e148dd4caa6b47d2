import type { DatabaseSync } from 'node:sqlite';
import type { PlannedColumn, PlannedParent, Plan } from './plan.ts';
import type { Stored } from './store.ts';
import { csvText, jsonText } from './values.ts';

// Runs plans and writes their rows: as REST's nested JSON and as Bulk's CSV.

type Row = readonly (Stored | undefined)[];

/** The rowids a query selects, in its order. */
export const selectRowIds = (database: DatabaseSync, plan: Plan): Float64Array => {
  const { from, where, orderBy, limit } = plan;
  const statement = database.prepare(`SELECT t.rowid ${from} WHERE ${where.text} ${orderBy} ${limit}`);
  statement.setReturnArrays(true);
  const ids: number[] = [];
  for (const row of statement.iterate(...where.values)) ids.push(Number((row as unknown as Row)[0]));
  return Float64Array.from(ids);
};

/** Reads single rows of a plan; undefined for one that is gone. */
export const rowReader = (database: DatabaseSync, plan: Plan): ((rowId: number) => Row | undefined) => {
  const statement = database.prepare(`${plan.select} WHERE t.rowid = ?`);
  statement.setReturnArrays(true);
  return (rowId) => statement.get(rowId) as unknown as Row | undefined;
};

/** All rows of a plan whose rowid is in (after, upTo], in the plan's order, one at a time. */
export function* scanRows(database: DatabaseSync, plan: Plan, after: number, upTo: number): Generator<Row> {
  const statement = database.prepare(
    `${plan.select} WHERE ${plan.where.text} AND t.rowid > ? AND t.rowid <= ? ${plan.orderBy} ${plan.limit}`,
  );
  statement.setReturnArrays(true);
  for (const row of statement.iterate(...plan.where.values, after, upTo)) yield row as unknown as Row;
}

interface Node {
  readonly columns: PlannedColumn[];
  readonly parent: PlannedParent | undefined;
  readonly children: Map<string, Node>;
  /** Keys in SELECT order: columns and children mixed. */
  readonly order: (PlannedColumn | Node)[];
}

const createNode = (parent: PlannedParent | undefined): Node => ({
  columns: [],
  parent,
  children: new Map(),
  order: [],
});

const treeOf = (plan: Plan): Node => {
  const root = createNode(undefined);
  for (const column of plan.columns) {
    let node = root;
    for (let depth = 1; depth < column.path.length; depth += 1) {
      const path = column.path.slice(0, depth);
      const key = path.at(-1) ?? '';
      let child = node.children.get(key);
      if (child === undefined) {
        child = createNode(plan.parents.find((parent) => parent.path.join('.') === path.join('.')));
        node.children.set(key, child);
        node.order.push(child);
      }
      node = child;
    }
    node.order.push(column);
  }
  return root;
};

const compoundText = (column: PlannedColumn, row: Row): string => {
  const parts = column.parts.filter((part) => row[part.at] !== null);
  if (parts.length === 0) return 'null';
  return `{${column.parts.map((part) => `"${part.key}":${jsonText(part.field, row[part.at])}`).join(',')}}`;
};

export interface JsonWriter {
  (row: Row): string;
}

/** Writes a row as REST does: attributes first, parents nested with attributes of their own, compound fields as objects. */
export const jsonWriter = (plan: Plan, version: string, objectOfId: (id: string) => string): JsonWriter => {
  const tree = treeOf(plan);
  const url = (object: string, id: Stored | undefined): string => `/services/data/v${version}/sobjects/${object}/${id}`;
  const attributes = (type: string, object: string, id: Stored | undefined): string =>
    id === undefined ? `"attributes":{"type":"${type}"}` : `"attributes":{"type":"${type}","url":"${url(object, id)}"}`;
  const base64Url = (id: Stored | undefined, name: string): string =>
    JSON.stringify(`${url(plan.object.name, id)}/${name}`);
  const write = (node: Node, row: Row, head: string): string => {
    let text = `{${head}`;
    for (const item of node.order) {
      if ('order' in item) {
        const id = item.parent === undefined ? null : (row[item.parent.at] ?? null);
        const key = item.parent?.path.at(-1) ?? '';
        if (id === null) text += `,"${key}":null`;
        else {
          const object = item.parent?.object ?? objectOfId(String(id));
          text += `,"${key}":${write(item, row, attributes(item.parent?.object ?? 'Name', object, id))}`;
        }
      } else {
        const { field } = item;
        const value = row[item.at];
        const isBlob = field.type === 'base64' && value !== null && plan.idAt !== undefined;
        if (item.parts.length > 0 || item.at < 0) text += `,"${field.name}":${compoundText(item, row)}`;
        else if (isBlob) text += `,"${field.name}":${base64Url(row[plan.idAt ?? -1], field.name)}`;
        else text += `,"${field.name}":${jsonText(field, value)}`;
      }
    }
    return `${text}}`;
  };
  return (row) =>
    write(
      tree,
      row,
      attributes(plan.object.name, plan.object.name, plan.idAt === undefined ? undefined : row[plan.idAt]),
    );
};

/** The header row and a writer of rows in Bulk's dialect: every value quoted, null as two quotes. */
export const csvWriter = (
  plan: Plan,
  dialect: { readonly delimiter: string; readonly lineEnding: string; readonly isScientific: boolean },
): { readonly header: string; readonly line: (row: Row) => string } => {
  const { delimiter, lineEnding, isScientific } = dialect;
  return {
    header: plan.columns.map((column) => `"${column.path.join('.')}"`).join(delimiter) + lineEnding,
    line: (row) => {
      let text = '';
      for (const [index, column] of plan.columns.entries()) {
        const { field } = column;
        const value = row[column.at] ?? (field.type === 'boolean' && column.path.length === 1 ? 0 : null);
        text += index === 0 ? '"' : `${delimiter}"`;
        text += csvText(field, value, isScientific);
        text += '"';
      }
      return text + lineEnding;
    },
  };
};
