import { lineHead, lineTail } from './layout.ts';
import type { Envelope } from './layout.ts';
import type { SelectedProperty, Selection } from './selection.ts';
import { jsonOfValue } from './values.ts';
import type { Watch } from './watch.ts';

/** A row of a REST answer: fields by name, parents as objects of their own. */
export type RestRow = { readonly [field: string]: unknown };

export interface RestLines {
  readonly lines: Uint8Array;
  /** How many lines there are: rows without those that an earlier read has sent already. */
  readonly records: number;
  /** Paths of columns whose value was none of its kind, once for each such value. */
  readonly nulled: readonly string[];
}

/** Turns the rows of REST pages into the lines that the transcoder makes of the same rows, byte for byte. */
export const createRowLines = (
  selection: Selection,
  envelope: Envelope,
  watch?: Watch,
): ((rows: readonly RestRow[]) => RestLines) => {
  const head = lineHead(envelope);
  const plainTail = lineTail(envelope, []);
  const paths = selection.columns.map(({ path }) => path.split('.'));
  const keys = selection.properties.map(({ name }, index) => `${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
  const { cursor } = selection;

  const objectText = (
    members: Extract<SelectedProperty, { members: unknown }>['members'],
    values: readonly string[],
  ): string =>
    members.every(({ column }) => values[column] === 'null')
      ? 'null'
      : `{${members.map(({ name, column }) => `${JSON.stringify(name)}:${values[column]}`).join(',')}}`;

  const admits = (row: RestRow, values: readonly string[], data: string): boolean => {
    if (watch === undefined || cursor === undefined || !selection.hasId) return true;
    const id = String(row['Id']);
    const time = (values[paths.findIndex(([name]) => name === cursor)] ?? '').slice(1, -1);
    if (row['IsDeleted'] === true) watch.deleted(id, time);
    if (time >= watch.repeatedBefore && time < watch.rereadFrom) return true;
    return watch.admit(id, time, Buffer.from(data));
  };

  return (rows) => {
    const allNulled: string[] = [];
    const lines: string[] = [];
    for (const row of rows) {
      const nulled: string[] = [];
      const values = selection.columns.map(({ kind, path }, column) => {
        const json = jsonOfValue(kind, valueAt(row, paths[column] ?? []));
        if (json === undefined) nulled.push(path);
        return json ?? 'null';
      });
      const fields = selection.properties.map(
        (property, index) =>
          `${keys[index]}${'column' in property ? values[property.column] : objectText(property.members, values)}`,
      );
      const data = `{${fields.join('')}}`;
      if (!admits(row, values, data)) continue;
      lines.push(`${head}${data.slice(1)}${nulled.length === 0 ? plainTail : lineTail(envelope, nulled)}`);
      allNulled.push(...nulled);
    }
    return { lines: Buffer.from(lines.join('')), records: lines.length, nulled: allNulled };
  };
};

const valueAt = (row: RestRow, [name = '', inner]: readonly string[]): unknown => {
  const value = row[name];
  if (inner === undefined) return value;
  return typeof value === 'object' && value !== null ? (value as RestRow)[inner] : undefined;
};
