/** What the simulator saw since the start or the last reset. */
export interface Counts {
  readonly requests: number;
  /** By path below /v1, twins under their current name. */
  readonly calls: { readonly [path: string]: number };
  /** Rows of merge and activity calls. */
  readonly rows: number;
  readonly statuses: { readonly [status: string]: number };
  readonly badRequests: number;
  /** Bans begun. */
  readonly bans: number;
  /** Requests refused because of a ban, a rate, or too many merges at once. */
  readonly banned: number;
  readonly rateLimited: number;
  readonly concurrencyLimited: number;
  readonly peakConcurrent: number;
  /** Most requests within any span of a second. */
  readonly peakPerSecond: number;
}

type Event = 'badRequests' | 'bans' | 'banned' | 'rateLimited' | 'concurrencyLimited';

export interface Counter {
  readonly counts: Counts;
  begin(now: number): void;
  /** Undefined for a connection that was cut. */
  end(status: number | undefined): void;
  call(path: string, rows: number): void;
  add(event: Event): void;
  reset(): void;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export const createCounter = (): Counter => {
  let calls: { [path: string]: number } = {};
  let statuses: { [status: string]: number } = {};
  let running = 0;
  let lastSecond: number[] = [];
  const zero = (): Mutable<Counts> => ({
    requests: 0,
    calls,
    rows: 0,
    statuses,
    badRequests: 0,
    bans: 0,
    banned: 0,
    rateLimited: 0,
    concurrencyLimited: 0,
    peakConcurrent: 0,
    peakPerSecond: 0,
  });
  const counts = zero();
  return {
    counts,
    begin: (now) => {
      running += 1;
      lastSecond.push(now);
      while (now - (lastSecond[0] ?? now) >= 1000) lastSecond.shift();
      counts.requests += 1;
      counts.peakConcurrent = Math.max(counts.peakConcurrent, running);
      counts.peakPerSecond = Math.max(counts.peakPerSecond, lastSecond.length);
    },
    end: (status) => {
      running -= 1;
      const name = status === undefined ? 'cut' : String(status);
      statuses[name] = (statuses[name] ?? 0) + 1;
    },
    call: (path, rows) => {
      calls[path] = (calls[path] ?? 0) + 1;
      counts.rows += rows;
    },
    add: (event) => {
      counts[event] += 1;
    },
    reset: () => {
      calls = {};
      statuses = {};
      lastSecond = [];
      Object.assign(counts, zero());
    },
  };
};
