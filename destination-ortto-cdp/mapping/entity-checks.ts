import { listed } from '../../airbyte/errors.ts';
import { PERMISSIONS } from './consent.ts';
import type { MappingRow } from './defaults.ts';
import type { MappedField } from './entity.ts';
import type { Findings } from './findings.ts';

// What can be wrong with the fields of a stream taken together.

/** The same limit as in Ortto's own Salesforce integration. The fields for identity do not count. */
const FIELDS_PER_STREAM = 50;

/** Two fields that would write one, and those that would write over an id of the connector's. */
export const noteSharedTargets = (
  stream: string,
  fields: readonly MappedField[],
  own: readonly string[],
  { problems }: Findings,
): void => {
  const writers = Map.groupBy(fields, ({ id }) => id);
  for (const [id, rows] of writers) {
    const names = rows.map(({ from }) => from).join(' and ');
    if (own.includes(id))
      problems.push(
        `${stream}: ${names} would write ${id}, where the connector keeps a Salesforce id; map it to another field or to none`,
      );
    else if (rows.length > 1)
      problems.push(`${stream}: ${names} would all write ${id}; map all but one to another field or to none`);
  }
};

/** Permissions do not count toward the limit, just as identity fields do not. */
export const noteTooManyFields = (
  stream: string,
  fields: readonly MappedField[],
  rows: readonly MappingRow[],
  { problems }: Findings,
): void => {
  const counted = fields.filter(({ id }) => !PERMISSIONS.has(id));
  if (counted.length <= FIELDS_PER_STREAM) return;
  const named = new Set(rows.map(({ from }) => from));
  const custom = counted.filter(({ from }) => !named.has(from)).map(({ from }) => from);
  problems.push(
    `${stream}: ${counted.length} fields are mapped, but only ${FIELDS_PER_STREAM} are allowed; deselect at least ${counted.length - FIELDS_PER_STREAM} in the connection${custom.length > 0 ? `, for example from ${listed(custom)}` : ''}`,
  );
};

/** Without a field that shows opt-outs, everybody new is subscribed. */
export const noteMissingOptOut = (stream: string, fields: readonly MappedField[], { warnings }: Findings): void => {
  if (fields.some(({ id }) => id === 'bol::p')) return;
  warnings.push(
    `${stream}: no field shows who opted out of email (HasOptedOutOfEmail is not selected), so Ortto treats every new person as subscribed`,
  );
};
