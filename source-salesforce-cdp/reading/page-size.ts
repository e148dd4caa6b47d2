import type { Kind } from '../catalog/field-types.ts';
import type { Selection } from '../planning/selection.ts';

/** Bytes of a typical cell, including its quotes and comma. */
const CELL_BYTES: Readonly<Record<Kind, number>> = { text: 24, list: 24, number: 11, boolean: 8, datetime: 27 };

/** Large enough that the request for a page costs little, small enough to fetch it again after an interruption. */
const PAGE_BYTES = 24_000_000;

/**
 * `maxRecords` of a Bulk result page, by the width of its rows. Depends only on the columns, so that a saved locator stays
 * valid.
 */
export const pageSize = ({ columns }: Pick<Selection, 'columns'>): number => {
  const rowBytes = columns.reduce((sum, { kind }) => sum + CELL_BYTES[kind], 1);
  return Math.min(100_000, Math.max(2_000, Math.round(PAGE_BYTES / rowBytes / 1_000) * 1_000));
};
