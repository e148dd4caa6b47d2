import { createIdMemory, ORTTO_ID, SALESFORCE_ID } from './id-memory.ts';
import type { Memory } from './id-memory.ts';

/** Enough for most orgs. Beyond that, memory would grow with the data, so the oldest are forgotten and looked up again. */
export const MAX_KNOWN_IDS = 500_000;

/** The Ortto id of each Salesforce id that this run has seen and still remembers. */
export interface KnownIds {
  get(salesforceId: string): string | undefined;
  /** Returns whether another record of the same object already has that person or organization. */
  set(salesforceId: string, orttoId: string): { readonly shared: boolean };
  forget(salesforceId: string): void;
}

/** What this run needs; half a million ids should not be kept needlessly. Who owns which person is always kept: 20 MB an object at most. */
export interface KnownIdsOptions {
  /** Something will be addressed by these ids: activities or links. */
  readonly ids: boolean;
}

export const createKnownIds = (options: KnownIdsOptions): KnownIds => {
  const ids = createIdMemory(SALESFORCE_ID, ORTTO_ID, options.ids ? MAX_KNOWN_IDS : 0);
  /** By object, since a person may well be a lead's and a contact's. */
  const ownersOf = new Map<string, Memory<string>>();

  return {
    get: (salesforceId) => ids.get(salesforceId),
    set(salesforceId, orttoId) {
      const object = keyPrefix(salesforceId);
      const owners = ownersOf.get(object) ?? createIdMemory(ORTTO_ID, SALESFORCE_ID, MAX_KNOWN_IDS);
      ownersOf.set(object, owners);
      const owner = owners.get(orttoId);
      ids.set(salesforceId, orttoId);
      if (owner !== salesforceId) owners.set(orttoId, salesforceId);
      return { shared: owner !== undefined && owner !== salesforceId };
    },
    forget: (salesforceId) => ids.forget(salesforceId),
  };
};

/** The first three characters of an id, which identify its object. */
const keyPrefix = (salesforceId: string): string => salesforceId.slice(0, 3);
