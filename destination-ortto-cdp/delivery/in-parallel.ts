/** Calls at once: as many as the gate may let through. */
const WORKERS = 10;

/** Acts on all items, several at a time. Throws the first failure, after which nothing more is begun by the one that failed. */
export const inParallel = async <Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> => {
  const rest = items.values();
  const work = async () => {
    for (const item of rest) await act(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
};
