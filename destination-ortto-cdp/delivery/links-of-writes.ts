import type { Ortto } from '../ortto/api.ts';
import type { Fate } from '../queue/ledger.ts';
import type { Write } from '../records/mapped.ts';
import type { Delivered } from './insistent-writes.ts';
import type { Links } from './links.ts';
import { lookUpIds } from './writes.ts';

/** Decides which links follow from the delivered writes of people and organizations. */
export interface LinksOfWrites {
  /** Looks up the people that a link needs and whose verdict had no id. In the order of the writes. */
  readonly locate: (writes: readonly Write[], delivered: readonly Delivered[]) => Promise<readonly Delivered[]>;
  /**
   * Adds the link of a delivered write. Resolves when links no longer hold back its states; undefined when there is nothing
   * to wait for. `isBack`: an organization that was restored from the archive.
   */
  readonly add: (write: Write, delivered: Delivered, isBack: boolean) => Promise<void> | undefined;
}

/** `links` is undefined when no links are to be made. */
export const createLinksOfWrites = (ortto: Ortto, links: Links | undefined): LinksOfWrites => {
  /** Whether the record determines where its person belongs. A new person belongs nowhere yet, so there is nothing to undo. */
  const placesPerson = ({ mapping, accountId }: Write, fate: Fate | undefined): boolean =>
    links !== undefined &&
    mapping.target === 'person' &&
    ((fate?.kind === 'created' && typeof accountId === 'string') ||
      (fate?.kind === 'merged' && accountId !== undefined));

  return {
    async locate(writes, delivered) {
      const lost = writes.filter((one, index) => {
        const { fate, orttoId } = delivered[index] ?? {};
        return orttoId === undefined && placesPerson(one, fate);
      });
      if (lost.length === 0) return delivered;
      const found = await lookUpIds(ortto, lost);
      return delivered.map((each, index) => {
        const one = writes[index];
        return { ...each, orttoId: each.orttoId ?? (one && found.get(one)) };
      });
    },
    add(one, { fate, orttoId, mayBeNew }, isBack) {
      const { mapping, id, accountId = null } = one;
      const isNew = fate.kind === 'created';
      if (mapping.target === 'organization') {
        return isNew || isBack || mayBeNew ? links?.created(mapping.stream, id) : undefined;
      }
      if (orttoId === undefined || !placesPerson(one, fate)) return undefined;
      return links?.add(mapping.stream, { accountId, personId: orttoId, isNew });
    },
  };
};
