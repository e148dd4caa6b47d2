import { createMemory } from './memory.ts';

/** Which Ortto id a Salesforce id has become, as far as this run has seen and still remembers. */
export interface Registry {
  get(salesforceId: string): string | undefined;
  /** Returns whether another record of the same object has that person or organization already. */
  set(salesforceId: string, orttoId: string): { readonly shared: boolean };
  forget(salesforceId: string): void;
}

export const createRegistry = (limit?: number): Registry => {
  const ids = createMemory<string>(limit);
  const owners = createMemory<string>(limit);

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
