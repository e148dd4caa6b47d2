/** Which Ortto id a Salesforce id has become, as far as this run has seen and still remembers. */
export interface Registry {
  get(salesforceId: string): string | undefined;
  /** Returns whether another Salesforce id of the same stream has that person or organization already. */
  set(stream: string, salesforceId: string, orttoId: string): { readonly shared: boolean };
  forget(salesforceId: string): void;
}

/** Enough for most orgs; beyond it memory would grow with the data, and a look-up does as well. */
const REMEMBERED = 500_000;

export const createRegistry = (limit = REMEMBERED): Registry => {
  const ids = new Map<string, string>();
  const owners = new Map<string, string>();

  const remember = (map: Map<string, string>, key: string, value: string) => {
    map.delete(key);
    map.set(key, value);
    const [oldest] = map.keys();
    if (map.size > limit && oldest !== undefined) map.delete(oldest);
  };

  return {
    get: (salesforceId) => ids.get(salesforceId),
    set(stream, salesforceId, orttoId) {
      const owner = owners.get(`${stream} ${orttoId}`);
      remember(ids, salesforceId, orttoId);
      remember(owners, `${stream} ${orttoId}`, salesforceId);
      return { shared: owner !== undefined && owner !== salesforceId };
    },
    forget: (salesforceId) => {
      ids.delete(salesforceId);
    },
  };
};
