import { createHash } from 'node:crypto';
import type { ObjectRefinement } from '../config.ts';
import type { Selection } from './selection.ts';

/** What a stream was asked for. A different digest means different rows; different fields mean different columns of the same rows. */
export interface Fingerprint {
  /** Paths of the columns, in the order of SELECT. */
  readonly fields: readonly string[];
  readonly digest: string;
}

/**
 * The fields, and a digest of everything else that decides which rows a stream has, including the org: a cursor of one org means
 * nothing in another (a refreshed sandbox is another org). The same from run to run.
 */
export const fingerprintOf = (
  selection: Selection,
  refinement: ObjectRefinement | undefined,
  settings: {
    readonly includeDeleted: boolean;
    readonly startDate: Date | undefined;
    readonly organization: string | undefined;
  },
): Fingerprint => {
  const conditions = (refinement?.conditions ?? []).map(({ field, operator, value }) => [
    field.toLowerCase(),
    operator,
    value ?? null,
  ]);
  const digested = [
    conditions.length > 1 ? (refinement?.match ?? 'all') : 'all',
    conditions,
    settings.includeDeleted,
    settings.startDate?.toISOString() ?? null,
    settings.organization ?? null,
  ];
  return {
    fields: selection.columns.map(({ path }) => path),
    digest: createHash('sha256').update(JSON.stringify(digested)).digest('base64url').slice(0, 16),
  };
};
