import { createHash } from 'node:crypto';
import type { ObjectRefinement } from '../config.ts';
import type { Selection } from './selection.ts';
import type { Query } from './state.ts';

/**
 * The fields and the digest of all else that decides which rows a stream has, the org they are in included: a cursor of one
 * org says nothing about the rows of another (a sandbox that was made anew is another). Stable from run to run.
 */
export const fingerprintOf = (
  selection: Selection,
  refinement: ObjectRefinement | undefined,
  settings: {
    readonly includeDeleted: boolean;
    readonly startDate: Date | undefined;
    readonly organization: string | undefined;
  },
): Query => {
  const conditions = (refinement?.conditions ?? []).map(({ field, operator, value }) => [
    field.toLowerCase(),
    operator,
    value ?? null,
  ]);
  const asked = [
    conditions.length > 1 ? (refinement?.match ?? 'all') : 'all',
    conditions,
    settings.includeDeleted,
    settings.startDate?.toISOString() ?? null,
    settings.organization ?? null,
  ];
  return {
    fields: selection.columns.map(({ path }) => path),
    digest: createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 16),
  };
};
