import type { JsonObject } from '../../airbyte/protocol.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import { PERSON_ID } from '../ortto/system-fields.ts';
import { FIND_STRATEGY, MERGE_STRATEGY } from './passes.ts';
import type { SentField } from './passes.ts';

// Requests about people whom Ortto's own id addresses: they create nobody, and need no other key.

/** Gives the people of these leads the ids of the contacts they became; nothing is created or replaced. */
export const handOverBody = (
  handOvers: readonly { readonly mapping: EntityMapping; readonly personId: string; readonly contactId: string }[],
): JsonObject => ({
  people: handOvers.map(({ mapping, personId, contactId }) => ({
    fields: { [PERSON_ID]: personId, ...(mapping.handOver === undefined ? {} : { [mapping.handOver]: contactId }) },
  })),
  async: false,
  merge_by: [PERSON_ID],
  merge_strategy: MERGE_STRATEGY.if_empty,
  find_strategy: FIND_STRATEGY.any,
  skip_non_existing: true,
});

/** Takes permissions from people who exist, whatever else is true of them. */
export const permissionBody = (
  rows: readonly { readonly id: string; readonly permissions: readonly SentField[] }[],
): JsonObject => ({
  people: rows.map(({ id, permissions }) => ({
    fields: { [PERSON_ID]: id, ...Object.fromEntries(permissions.map((field) => [field.id, field.value])) },
  })),
  async: false,
  merge_by: [PERSON_ID],
  merge_strategy: MERGE_STRATEGY.overwrite,
  find_strategy: FIND_STRATEGY.any,
  skip_non_existing: true,
});
