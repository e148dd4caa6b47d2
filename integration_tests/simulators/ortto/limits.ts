export interface Limits {
  rowsPerCall: number;
  activitiesPerCall: number;
  bodyBytes: number;
  /** How many requests any span of `ms` may see; empty: no limit. `planRates` has the published ones. */
  rates: readonly { readonly requests: number; readonly ms: number }[];
  /** Bad requests (and, counted apart, bad credentials) within `banWindowMs` after which the caller is refused for `banMs`. */
  badRequests: number;
  banWindowMs: number;
  banMs: number;
  /** Synchronous merges by look-up that may run at once. Ortto warns of such a limit without naming it. */
  concurrentKeyMerges: number;
  /** What every call takes at least; without it no two calls overlap inside the simulator. */
  latencyMs: number;
  /** When queued work is done, counted from the answer; 0 does it before the answer. */
  queueDelayMs: number;
  /** People the plan allows; one more is a 507. */
  contacts: number;
  customPersonFields: number;
  customOrganizationFields: number;
  activityDefinitions: number;
  peoplePerOrganization: number;
  idsPerLifecycleCall: number;
  idsPerGet: number;
  fieldsPerGet: number;
  textLength: number;
  largeTextLength: number;
  objectBytes: number;
  activityBytes: number;
  attributesPerActivity: number;
  eventsPerDay: number;
  retentionDays: number;
  /** Ids of fields and attributes whose values Ortto refuses, whatever they are; it names the first one. */
  refusedFields: readonly string[];
  /** Country calling code of phones that come without one. */
  countryCode: string;
}

/** Ortto's published limits (its pages "Rate limits" and "Fields"); requests per second are unlimited until `rates` is set. */
export const readLimits = (given: Partial<Limits> = {}): Limits => ({
  rowsPerCall: 100,
  activitiesPerCall: 100,
  bodyBytes: 2 * 1024 * 1024,
  rates: [],
  badRequests: 15,
  banWindowMs: 15_000,
  banMs: 15_000,
  concurrentKeyMerges: Infinity,
  latencyMs: 0,
  queueDelayMs: 0,
  contacts: Infinity,
  customPersonFields: 100,
  customOrganizationFields: 25,
  activityDefinitions: Infinity,
  peoplePerOrganization: 3000,
  idsPerLifecycleCall: 100,
  idsPerGet: 150,
  fieldsPerGet: 150,
  textLength: 255,
  largeTextLength: 4000,
  objectBytes: 15_000,
  activityBytes: 16_384,
  attributesPerActivity: 15,
  eventsPerDay: 50,
  retentionDays: 90,
  refusedFields: [],
  countryCode: '1',
  ...given,
});

/** The published rate of a plan together with the two that hold per address. */
export const planRates = (requestsPerSecond: number): Limits['rates'] => [
  { requests: requestsPerSecond, ms: 1000 },
  { requests: 2000, ms: 10_000 },
  { requests: 6000, ms: 60_000 },
];
