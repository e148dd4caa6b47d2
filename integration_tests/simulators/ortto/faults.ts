import type { JsonObject } from './json.ts';

/** An answer in place of Ortto's own. A string body goes out as HTML. */
export interface FaultAnswer {
  readonly status: number;
  readonly body?: JsonObject | string;
  readonly headers?: { readonly [name: string]: string };
}

/** What goes wrong, and for which calls. Of the faults that match a call, the first still in force is taken. */
export interface Fault {
  /** GET, POST …; any when absent. */
  readonly method?: string;
  /** The path below /v1 as it was called, `/person/merge`; any when absent. */
  readonly path?: string | RegExp;
  readonly when?: (body: unknown) => boolean;
  /** How many matching calls pass before the first one is hit; 0 when absent. */
  readonly after?: number;
  /** How many calls are hit; 1 when absent. */
  readonly times?: number;
  /** Of each matching call, between 0 and 1, by the simulator's own seeded dice; 1 when absent. */
  readonly chance?: number;
  /** Waits before anything else. */
  readonly delayMs?: number;
  /** Does the call's work all the same, then answers or cuts. */
  readonly worked?: boolean;
  readonly answer?: FaultAnswer;
  /** Resets the connection instead of answering. With `worked` it is the answer that is lost. */
  readonly cut?: boolean;
}

export interface Faults {
  add(...faults: readonly Fault[]): void;
  clear(): void;
  /** How many calls were hit so far. */
  readonly hits: number;
}

export interface FaultScript extends Faults {
  next(call: { readonly method: string; readonly path: string; readonly body: unknown }): Fault | undefined;
}

const dice = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

export const createFaults = (seed: number): FaultScript => {
  const roll = dice(seed);
  let script: { readonly fault: Fault; seen: number; hit: number }[] = [];
  let hits = 0;
  return {
    add: (...faults) => {
      script.push(...faults.map((fault) => ({ fault, seen: 0, hit: 0 })));
    },
    clear: () => {
      script = [];
    },
    get hits() {
      return hits;
    },
    next: ({ method, path, body }) => {
      for (const entry of script) {
        const { fault } = entry;
        const matches =
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined ||
            (typeof fault.path === 'string' ? fault.path === path : fault.path.test(path))) &&
          (fault.when === undefined || fault.when(body));
        if (!matches || entry.hit >= (fault.times ?? 1)) continue;
        entry.seen += 1;
        if (entry.seen <= (fault.after ?? 0) || (fault.chance !== undefined && roll() >= fault.chance)) continue;
        entry.hit += 1;
        hits += 1;
        return fault;
      }
      return undefined;
    },
  };
};

const limited = (advice: JsonObject): FaultAnswer => ({
  status: 429,
  body: { error: { code: 'rate-limit', message: 'rate limit', ...advice } },
});

/** Answers worth scripting. */
export const faultAnswers = {
  rateLimit: (tryInSeconds: number): FaultAnswer => limited({ 'try-in-seconds': tryInSeconds }),
  rateLimitWithoutAdvice: limited({}),
  unavailable: { status: 503, body: { code: 503, error: 'Service unavailable' } },
  html: { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
  unauthorized: { status: 401, body: { code: 401, error: 'Unauthorized' } },
  expired: { status: 403, body: { code: 403, error: 'Account expired' } },
  contactLimit: { status: 507, body: { code: 507, error: 'The contact limit of your plan is exceeded' } },
} satisfies { readonly [name: string]: FaultAnswer | ((tryInSeconds: number) => FaultAnswer) };
