import type { Entity, Found, Ortto } from './calls.ts';
import type { Fate } from './ledger.ts';
import type { Mapped, Write } from './mapped.ts';
import { PERSON_ID } from './system-fields.ts';
import type { Identities } from './task.ts';

export type Tombstone = Mapped & { readonly kind: 'tombstone' };

/** Archives those whose record was deleted in Salesforce, and brings back those whose record came back. */
export interface Removals {
  /** One fate per tombstone, in order; all of one stream. */
  readonly remove: (tombstones: readonly Tombstone[]) => Promise<readonly Fate[]>;
  /** Restores whoever among the archived carries the id of one of these writes. To be called before they are merged. */
  readonly restore: (writes: readonly Write[]) => Promise<void>;
}

/** Ids that one archive or restore call takes. */
const IDS_A_CALL = 100;

export const createRemovals = (ortto: Ortto, identities: Identities): Removals => {
  /** Salesforce ids deleted in this run. */
  const deleted = new Set<string>();
  const archives = new Map<string, Promise<Map<string, string>>>();

  /** Who is in the archive, by the Salesforce id in the field; read once a run and kept up to date. */
  const archiveOf = (stream: string, entity: Entity, identity: string): Promise<Map<string, string>> => {
    const archive = archives.get(identity + entity) ?? readArchive(ortto, stream, entity, identity);
    archives.set(identity + entity, archive);
    return archive;
  };

  const remove: Removals['remove'] = async (tombstones) => {
    const mapping = tombstones[0]?.mapping;
    if (mapping === undefined) return [];
    const { stream, target, identity } = mapping;
    for (const { id } of tombstones) deleted.add(id);
    const idFields = target === 'person' ? personFields(identities, identity) : [identity];
    const conditions = tombstones.map(({ id }) => ({ fieldId: identity, value: id }));
    const found = await ortto.find(stream, target, conditions, idFields);
    const holders = Map.groupBy(found, ({ fields }) => String(fields[identity]));

    const going: Found[] = [];
    const staying: Found[] = [];
    const fates = tombstones.map(({ id, masterId }): Fate => {
      const all = holders.get(id) ?? [];
      if (all.length === 0) return { kind: 'skipped', reason: 'not_in_ortto' };
      const leaves = masterId === undefined && all.every((each) => !livesOn(each, idFields, deleted));
      (leaves ? going : staying).push(...all);
      if (leaves) return { kind: 'deleted' };
      return { kind: 'skipped', reason: masterId === undefined ? 'lives_on' : 'merged_in_salesforce' };
    });
    await inParts(going, (part) =>
      ortto.setArchived(
        stream,
        target,
        part.map(({ id }) => id),
        'archived',
      ),
    );
    if (target === 'person') await forget(ortto, stream, identity, staying);
    const archive = await archives.get(identity + target);
    for (const { id, fields } of going) archive?.set(String(fields[identity]), id);
    return fates;
  };

  return {
    remove,
    async restore(writes) {
      const mapping = writes[0]?.mapping;
      if (mapping === undefined || !mapping.archiveDeleted) return;
      const archive = await archiveOf(mapping.stream, mapping.target, mapping.identity);
      const back = writes.filter(({ id }) => archive.has(id));
      await inParts(back, (part) =>
        ortto.setArchived(
          mapping.stream,
          mapping.target,
          part.flatMap(({ id }) => archive.get(id) ?? []),
          'restored',
        ),
      );
      for (const { id } of writes) deleted.delete(id);
      for (const { id } of back) archive.delete(id);
    },
  };
};

const personFields = (identities: Identities, own: string): string[] => [
  ...new Set([own, ...(['contact', 'lead'] as const).flatMap((kind) => identities.get(kind) ?? [])]),
];

/** Whether another record still stands behind this person. */
const livesOn = ({ fields }: Found, idFields: readonly string[], deleted: ReadonlySet<string>): boolean =>
  idFields.some((field) => {
    const id = fields[field];
    return typeof id === 'string' && id !== '' && !deleted.has(id);
  });

/** Takes the id of a deleted record off the people who stay, so that nothing finds them by it. */
const forget = async (ortto: Ortto, stream: string, identity: string, people: readonly Found[]): Promise<void> => {
  await inParts(people, async (part) => {
    await ortto.merge(stream, {
      target: 'person',
      body: {
        people: part.map(({ id }) => ({ fields: { [PERSON_ID]: id, [identity]: null } })),
        async: false,
        merge_by: [PERSON_ID],
        merge_strategy: 2,
        find_strategy: 0,
        skip_non_existing: true,
      },
    });
  });
};

const readArchive = async (
  ortto: Ortto,
  stream: string,
  entity: Entity,
  identity: string,
): Promise<Map<string, string>> => {
  const archived = await ortto.archived(stream, entity, [identity]);
  return new Map(
    archived.flatMap(({ id, fields }) => {
      const value = fields[identity];
      return typeof value === 'string' && value !== '' ? [[value, id] as const] : [];
    }),
  );
};

const inParts = async <Item>(items: readonly Item[], act: (part: readonly Item[]) => Promise<void>): Promise<void> => {
  for (let start = 0; start < items.length; start += IDS_A_CALL) await act(items.slice(start, start + IDS_A_CALL));
};
