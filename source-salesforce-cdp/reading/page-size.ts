import type { Kind } from '../catalog/field-types.ts';
import type { Selection } from '../planning/selection.ts';

/** Bytes of a usual cell, its quotes and comma included. */
const CELL_BYTES: Readonly<Record<Kind, number>> = { text: 24, list: 24, number: 11, boolean: 8, datetime: 27 };

/** Big enough that a page's own request costs little, small enough to fetch it again after a cut. */
const PAGE_BYTES = 24_000_000;

/**
 * `maxRecords` of a Bulk result page, by the width of its rows. The same for the same columns, so that a locator that was
 * saved keeps its meaning.
 */
export const pageSize = ({ columns }: Pick<Selection, 'columns'>): number => {
  const rowBytes = columns.reduce((sum, { kind }) => sum + CELL_BYTES[kind], 1);
  return Math.min(100_000, Math.max(2_000, Math.round(PAGE_BYTES / rowBytes / 1_000) * 1_000));
};
