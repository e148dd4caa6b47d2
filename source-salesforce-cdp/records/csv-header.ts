import { TransientError } from '../../airbyte/errors.ts';
import type { Selection } from '../planning/selection.ts';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** The cells of the first row and where it ends; undefined while it is incomplete. */
export const firstRow = (input: Buffer, end: number): { cells: string[]; end: number } | undefined => {
  const cells: string[] = [];
  let insideQuotes = false;
  let start = 0;
  for (let at = 0; at < end; at++) {
    const b = input[at];
    if (b === QUOTE) insideQuotes = !insideQuotes;
    if (insideQuotes || (b !== COMMA && b !== LF)) continue;
    const stop = b === LF && input[at - 1] === CR ? at - 1 : at;
    cells.push(input.toString('utf8', start, stop).replace(/^\uFEFF?"(.*)"$/s, '$1'));
    if (b === LF) return { cells, end: at + 1 };
    start = at + 1;
  }
  return undefined;
};

/**
 * The column that each cell belongs to, according to the header row, whose order can differ from that of SELECT. Undefined when
 * the row is not a header: only the first page must have one. Throws when columns are missing or were not requested.
 */
export const columnOrder = (
  selection: Selection,
  cells: readonly string[],
  optional: boolean,
): number[] | undefined => {
  const paths = selection.columns.map(({ path }) => path.toLowerCase());
  const order = cells.map((cell) => paths.indexOf(cell.toLowerCase()));
  if (order.length === paths.length && new Set(order).size === paths.length && !order.includes(-1)) return order;
  if (optional && order[0] === -1) return undefined;
  const missing = selection.columns.filter((_, column) => !order.includes(column)).map(({ path }) => path);
  throw new TransientError(
    `The result of the Bulk job for ${selection.object} does not have the requested columns: ` +
      (missing.length > 0 ? `${missing.join(', ')} missing` : `${order.length} instead of ${paths.length}`),
  );
};
