import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createCounter } from './ortto/counts.ts';
import type { Counts } from './ortto/counts.ts';
import { define } from './ortto/definitions.ts';
import { createFaults } from './ortto/faults.ts';
import type { Faults } from './ortto/faults.ts';
import { createInstance } from './ortto/instance.ts';
import type { Answer, Instance, InstanceOptions } from './ortto/instance.ts';
import type { Limits } from './ortto/limits.ts';
import type { Queue } from './ortto/merge.ts';
import { createCursors } from './ortto/query.ts';
import { Refusal } from './ortto/refusal.ts';
import { findRoute } from './ortto/routes.ts';
import { createOrttoServer } from './ortto/server.ts';
import { activityPictures, picture, snapshot } from './ortto/snapshot.ts';
import type { ActivityPicture, Picture, Snapshot } from './ortto/snapshot.ts';
import type { Entity, Store } from './ortto/store.ts';
import { createThrottle } from './ortto/throttle.ts';

export interface OrttoOptions extends InstanceOptions {
  /** Any free one when absent. */
  readonly port?: number;
  readonly apiKey?: string;
  /** Of the dice that faults with a `chance` are thrown with. */
  readonly seed?: number;
}

/** What is in the CDP, read directly instead of through the API. */
interface Cdp {
  /** Archived ones included, oldest first. */
  people(): readonly Picture[];
  organizations(): readonly Picture[];
  /** Those somebody created. */
  activities(): readonly ActivityPicture[];
  /** Email and SMS permissions given and taken: Ortto's own activities. */
  permissionChanges(): readonly ActivityPicture[];
  /** Those whose field has exactly this value, as the API reads it back. */
  peopleWith(fieldId: string, value: unknown): readonly Picture[];
  organizationsWith(fieldId: string, value: unknown): readonly Picture[];
  snapshot(): Snapshot;
  /**
   * Does what an API call does, past keys, limits, faults and counts: to prepare a CDP, or to change it as somebody else
   * would. Answers the body; a refused call throws.
   */
  call(method: string, path: string, body: unknown): Answer['body'];
  /** Puts an email on the suppression list. */
  suppress(email: string): void;
  /** Defines an activity of organizations, for which no call is known: `{name, attributes: [{name, display_type}]}`. */
  defineOrganizationActivity(body: { readonly [key: string]: unknown }): void;
  /** Resolves when no queued work is left. */
  settled(): Promise<void>;
  /** Why queued rows failed. */
  readonly log: readonly string[];
}

export interface OrttoSimulator {
  /** The origin; the API is below `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  readonly cdp: Cdp;
  readonly faults: Faults;
  readonly counts: Counts;
  /** In force from the next call on. */
  readonly limits: Limits;
  /** Empties the CDP, the fault script and the counts; switches and limits stay. */
  reset(): void;
  close(): Promise<void>;
}

const holding = (store: Store, fieldId: string, value: unknown): readonly Picture[] => {
  const wanted = JSON.stringify(value);
  const holds = (entity: Entity): boolean => JSON.stringify(entity.fields.get(fieldId)) === wanted;
  return Array.from(store.all()).filter(holds).map(picture);
};

/** Starts an embedded Ortto on the loopback address. Everything it holds is in memory. */
export const startOrtto = async (options: OrttoOptions = {}): Promise<OrttoSimulator> => {
  const apiKey = options.apiKey ?? 'ortto-key';
  const counter = createCounter();
  const faults = createFaults(options.seed ?? 1);
  const fresh = (instance: Instance) => ({
    instance,
    cursors: createCursors(),
    throttle: createThrottle(instance.limits),
  });
  let state = fresh(createInstance(options));
  const queued = new Set<Promise<void>>();

  const queue: Queue = (work) => {
    const { instance } = state;
    const { queueDelayMs } = instance.limits;
    const run = (): void => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        instance.log.push(error.message);
      }
    };
    if (queueDelayMs === 0) {
      run();
      return;
    }
    const done = (async () => {
      await wait(queueDelayMs);
      run();
    })();
    queued.add(done);
    void done.finally(() => queued.delete(done));
  };

  const server = createOrttoServer({ apiKey, state: () => state, faults, counter, queue });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    apiKey,
    cdp: {
      people: () => Array.from(state.instance.people.all(), picture),
      organizations: () => Array.from(state.instance.organizations.all(), picture),
      activities: () => activityPictures(state.instance, 'custom'),
      permissionChanges: () => activityPictures(state.instance, 'permission'),
      peopleWith: (fieldId, value) => holding(state.instance.people, fieldId, value),
      organizationsWith: (fieldId, value) => holding(state.instance.organizations, fieldId, value),
      snapshot: () => snapshot(state.instance),
      call: (method, path, body) => {
        const { route, legacy } = findRoute(method, path);
        if (route === undefined) throw new Error(`Ortto has no ${method} ${path}`);
        return route({ ...state, body, legacy, queue }).body;
      },
      suppress: (email) => {
        state.instance.suppressed.add(email.trim().toLowerCase());
      },
      defineOrganizationActivity: (body) => {
        define(state.instance, 'oc', body);
      },
      settled: async () => {
        while (queued.size > 0) await Promise.all(queued);
      },
      get log() {
        return state.instance.log;
      },
    },
    faults,
    counts: counter.counts,
    get limits() {
      return state.instance.limits;
    },
    reset: () => {
      state = fresh(createInstance({ ...options, limits: state.instance.limits }));
      faults.clear();
      counter.reset();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
