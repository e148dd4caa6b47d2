/** Enough for most orgs. Beyond it memory would grow with the data, so the oldest is forgotten and looked up again. */
const REMEMBERED = 500_000;

/** A map that forgets what was set longest ago once it is full. */
export interface Memory<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  forget(key: string): void;
}

export const createMemory = <Value>(limit = REMEMBERED): Memory<Value> => {
  const values = new Map<string, Value>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= limit) return;
      const [oldest] = values.keys();
      if (oldest !== undefined) values.delete(oldest);
    },
    forget(key) {
      values.delete(key);
    },
  };
};
