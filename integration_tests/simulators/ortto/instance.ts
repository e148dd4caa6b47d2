import { createActivityLog } from './activity-log.ts';
import type { ActivityLog } from './activity-log.ts';
import type { Definition } from './definitions.ts';
import { organizationFields, personFields } from './fields.ts';
import type { JsonObject } from './json.ts';
import { readLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import { readSwitches } from './switches.ts';
import type { Switches } from './switches.ts';

export interface InstanceOptions {
  readonly switches?: Partial<Switches>;
  readonly limits?: Partial<Limits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Why Ortto refuses a merge row that fits the schema; undefined when it accepts it. */
  readonly rowProblem?: (fields: ReadonlyMap<string, unknown>) => string | undefined;
}

/** One Ortto account's data, without the wire. */
export interface Instance {
  readonly switches: Switches;
  readonly limits: Limits;
  readonly now: () => number;
  readonly rowProblem: (fields: ReadonlyMap<string, unknown>) => string | undefined;
  readonly people: Store;
  readonly organizations: Store;
  readonly definitions: Map<string, Definition>;
  readonly activities: ActivityLog;
  /** Lower-case emails. */
  readonly suppressed: Set<string>;
  /** What became of queued rows that failed: only this log tells. */
  readonly log: string[];
}

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject | readonly unknown[];
}

export const createInstance = (options: InstanceOptions = {}): Instance => {
  const switches = readSwitches(options.switches);
  const limits = readLimits(options.limits);
  return {
    switches,
    limits,
    now: options.now ?? Date.now,
    rowProblem: options.rowProblem ?? (() => undefined),
    people: createStore('person', personFields(), switches),
    organizations: createStore('organization', organizationFields(), switches),
    definitions: new Map(),
    activities: createActivityLog(switches, limits),
    suppressed: new Set(),
    log: [],
  };
};
