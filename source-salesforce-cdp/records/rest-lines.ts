import { lineHead, lineTail } from './layout.ts';
import type { Envelope } from './layout.ts';
import type { RestRow } from '../salesforce/rest.ts';
import type { Selection } from '../planning/selection.ts';
import { jsonOfValue } from './json-values.ts';
import type { RowFilter } from './row-filter.ts';

export interface RestLines {
  readonly lines: Uint8Array;
  /** Number of lines: rows except those that the filter left out. */
  readonly records: number;
  /** Paths of columns whose value did not match the column's kind, once for each such value. */
  readonly nulled: readonly string[];
}

/** Turns the rows of REST pages into RECORD lines, byte for byte as the transcoder does for a Bulk result. */
export const createRestLines = (
  selection: Selection,
  envelope: Envelope,
  rowFilter?: RowFilter,
): ((rows: readonly RestRow[]) => RestLines) => {
  const head = lineHead(envelope).slice(0, -1);
  const plainTail = lineTail(envelope, []);
  const columns = selection.columns.map(({ path, kind }) => {
    const [name = '', inner] = path.split('.');
    return { path, kind, name, inner };
  });
  const keys = selection.properties.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  const cursorColumn = columns.findIndex(({ path }) => path === selection.cursor);
  const activeFilter = selection.hasId && cursorColumn >= 0 ? rowFilter : undefined;

  const admits = (filter: RowFilter, row: RestRow, cursor: string, data: string): boolean => {
    const id = String(row['Id']);
    if (row['IsDeleted'] === true) filter.deleted(id, cursor);
    return cursor >= filter.repeatedBefore && cursor < filter.rereadFrom
      ? true
      : filter.admit(id, cursor, Buffer.from(data));
  };

  return (rows) => {
    const allNulled: string[] = [];
    const values = columns.map(() => 'null');
    let lines = '';
    let records = 0;
    for (const row of rows) {
      let nulled: string[] | undefined;
      for (const [at, { path, kind, name, inner }] of columns.entries()) {
        const json = jsonOfValue(kind, inner === undefined ? row[name] : innerValue(row[name], inner));
        if (json === undefined) (nulled ??= []).push(path);
        values[at] = json ?? 'null';
      }
      let data = '';
      for (const [at, property] of selection.properties.entries()) {
        data += keys[at];
        data += 'column' in property ? values[property.column] : objectText(property.members, values);
      }
      data += '}';
      if (activeFilter !== undefined && !admits(activeFilter, row, (values[cursorColumn] ?? '').slice(1, -1), data))
        continue;
      lines += head + data + (nulled === undefined ? plainTail : lineTail(envelope, nulled));
      records++;
      if (nulled !== undefined) allNulled.push(...nulled);
    }
    return { lines: Buffer.from(lines), records, nulled: allNulled };
  };
};

const innerValue = (parent: unknown, name: string): unknown =>
  typeof parent === 'object' && parent !== null ? (parent as RestRow)[name] : undefined;

const objectText = (
  members: readonly { readonly name: string; readonly column: number }[],
  values: readonly string[],
): string =>
  members.every(({ column }) => values[column] === 'null')
    ? 'null'
    : `{${members.map(({ name, column }) => `${JSON.stringify(name)}:${values[column]}`).join(',')}}`;
