export interface Counts {
  /** Calls by kind: token, describe, query, queryMore, jobCreate, jobStatus, jobResults …; refused ones too. */
  readonly calls: Readonly<Record<string, number>>;
  /** All calls of the data API, as the org's daily allocation counts them. */
  readonly apiCalls: number;
  readonly bytes: number;
  of(kind: string): number;
  reset(): void;
}

export interface Counter extends Counts {
  call(kind: string): void;
  readonly sent: (bytes: number) => void;
}

export const createCounts = (): Counter => {
  let calls: Record<string, number> = {};
  let bytes = 0;
  return {
    get calls() {
      return { ...calls };
    },
    get apiCalls() {
      return Object.entries(calls).reduce((sum, [kind, count]) => (kind === 'token' ? sum : sum + count), 0);
    },
    get bytes() {
      return bytes;
    },
    of: (kind) => calls[kind] ?? 0,
    reset: () => {
      calls = {};
      bytes = 0;
    },
    call: (kind) => {
      calls[kind] = (calls[kind] ?? 0) + 1;
    },
    sent: (sent) => {
      bytes += sent;
    },
  };
};
