import type { Ortto } from '../ortto/api.ts';
import type { Found } from '../ortto/look-up-calls.ts';
import type { Entity } from '../ortto/paths.ts';
import type { EntityMapping } from '../mapping/entity.ts';
import type { Fate } from '../queue/ledger.ts';
import type { Mapped, Write } from '../records/mapped.ts';
import { PERSON_ID } from '../ortto/system-fields.ts';
import type { Identities } from '../mapping/identities.ts';

export type Tombstone = Mapped & { readonly kind: 'tombstone' };

/** Archives people and organizations whose record was deleted in Salesforce, and restores them when the record returns. */
export interface Removals {
  /** One fate per tombstone, in order; all of one stream. */
  readonly remove: (tombstones: readonly Tombstone[]) => Promise<readonly Fate[]>;
  /**
   * Restores archived people and organizations that carry the id of one of these writes, and returns those ids. To be
   * called before the writes are merged.
   */
  readonly restore: (writes: readonly Write[]) => Promise<ReadonlySet<string>>;
}

/** Ids that one archive or restore call accepts. */
const IDS_PER_CALL = 100;

export const createRemovals = (ortto: Ortto, identities: Identities): Removals => {
  /** Salesforce ids deleted during this run. */
  const deleted = new Set<string>();
  const archives = new Map<Entity, Promise<Map<string, string>>>();

  /** The archive, by the Salesforce ids it carries; read once per run and kept up to date. */
  const archiveOf = ({ stream, target, identity }: EntityMapping): Promise<Map<string, string>> => {
    const archive =
      archives.get(target) ?? readArchive(ortto, stream, target, idFieldsOf(identities, target, identity));
    archives.set(target, archive);
    return archive;
  };

  const remove: Removals['remove'] = async (tombstones) => {
    const mapping = tombstones[0]?.mapping;
    if (mapping === undefined) return [];
    const { stream, target, identity } = mapping;
    for (const { id } of tombstones) deleted.add(id);
    const idFields = idFieldsOf(identities, target, identity);
    const conditions = tombstones.map(({ id }) => ({ fieldId: identity, value: id }));
    const found = await ortto.find(stream, target, conditions, idFields);
    const holders = Map.groupBy(found, ({ fields }) => String(fields[identity]));

    const going: Found[] = [];
    const staying: Found[] = [];
    const fates = tombstones.map(({ id, masterId }): Fate => {
      const all = holders.get(id) ?? [];
      if (all.length === 0) return { kind: 'skipped', reason: 'not_in_ortto' };
      const isRemovable = masterId === undefined && all.every((each) => !livesOn(each, idFields, deleted));
      (isRemovable ? going : staying).push(...all);
      if (isRemovable) return { kind: 'deleted' };
      return { kind: 'skipped', reason: masterId === undefined ? 'lives_on' : 'merged_in_salesforce' };
    });
    await forEachPart(going, (part) =>
      ortto.setArchived(
        stream,
        target,
        part.map(({ id }) => id),
        'archived',
      ),
    );
    if (target === 'person') await clearIdentity(ortto, stream, identity, staying);
    const archive = await archives.get(target);
    for (const [salesforceId, id] of going.flatMap((each) => carriedIds(each, idFields)))
      archive?.set(salesforceId, id);
    return fates;
  };

  return {
    remove,
    async restore(writes) {
      const mapping = writes[0]?.mapping;
      if (mapping === undefined || !mapping.archiveDeleted) return new Set();
      const archive = await archiveOf(mapping);
      const back = writes.filter(({ id }) => archive.has(id));
      await forEachPart(back, (part) =>
        ortto.setArchived(
          mapping.stream,
          mapping.target,
          part.flatMap(({ id }) => archive.get(id) ?? []),
          'restored',
        ),
      );
      for (const { id } of writes) deleted.delete(id);
      for (const { id } of back) archive.delete(id);
      return new Set(back.map(({ id }) => id));
    },
  };
};

/** The fields in which Salesforce ids are kept. */
const idFieldsOf = (identities: Identities, entity: Entity, own: string): string[] =>
  entity === 'organization'
    ? [own]
    : [...new Set([own, ...(['contact', 'lead'] as const).flatMap((kind) => identities.get(kind) ?? [])])];

/** The Salesforce ids that a person or organization carries, each with its Ortto id. */
const carriedIds = ({ id, fields }: Found, idFields: readonly string[]): (readonly [string, string])[] =>
  idFields.flatMap((field) => {
    const value = fields[field];
    return typeof value === 'string' && value !== '' ? [[value, id] as const] : [];
  });

/** Whether the person still belongs to another record. */
const livesOn = (found: Found, idFields: readonly string[], deleted: ReadonlySet<string>): boolean =>
  carriedIds(found, idFields).some(([salesforceId]) => !deleted.has(salesforceId));

/** Removes the id of a deleted record from people who stay, so that nothing finds them by it. */
const clearIdentity = async (
  ortto: Ortto,
  stream: string,
  identity: string,
  people: readonly Found[],
): Promise<void> => {
  await forEachPart(people, async (part) => {
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
  idFields: readonly string[],
): Promise<Map<string, string>> => {
  const archived = await ortto.archived(stream, entity, idFields);
  return new Map(archived.flatMap((each) => carriedIds(each, idFields)));
};

const forEachPart = async <Item>(
  items: readonly Item[],
  act: (part: readonly Item[]) => Promise<void>,
): Promise<void> => {
  for (let start = 0; start < items.length; start += IDS_PER_CALL) await act(items.slice(start, start + IDS_PER_CALL));
};
