import { createIdMemory, ORTTO_ID, SALESFORCE_ID } from './id-memory.ts';

/** Enough for most orgs. Beyond it memory would grow with the data, so the oldest is forgotten and looked up again. */
export const REMEMBERED = 500_000;

/** Which Ortto id a Salesforce id has become, as far as this run has seen and still remembers. */
export interface KnownIds {
  get(salesforceId: string): string | undefined;
  /** Returns whether another record of the same object has that person or organization already. */
  set(salesforceId: string, orttoId: string): { readonly shared: boolean };
  forget(salesforceId: string): void;
}

/** What a run has a use for; half a million ids are worth leaving out. */
export interface Remembering {
  /** Something will be addressed by these ids: events, links. */
  readonly ids: boolean;
  /** Two records may meet in one person. */
  readonly owners: boolean;
}

export const createKnownIds = (remembering: Remembering): KnownIds => {
  const ids = createIdMemory(SALESFORCE_ID, ORTTO_ID, remembering.ids ? REMEMBERED : 0);
  const owners = createIdMemory(ORTTO_ID, SALESFORCE_ID, remembering.owners ? REMEMBERED : 0);

  return {
    get: (salesforceId) => ids.get(salesforceId),
    set(salesforceId, orttoId) {
      const owner = owners.get(orttoId);
      ids.set(salesforceId, orttoId);
      owners.set(orttoId, salesforceId);
      return { shared: owner !== undefined && owner !== salesforceId && objectOf(owner) === objectOf(salesforceId) };
    },
    forget: (salesforceId) => ids.forget(salesforceId),
  };
};

/** The first three characters of an id name its object. */
const objectOf = (salesforceId: string): string => salesforceId.slice(0, 3);
