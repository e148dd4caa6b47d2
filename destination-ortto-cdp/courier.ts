import type { Log } from '../airbyte/connector.ts';
import type { Ortto } from './calls.ts';
import type { DestinationConfig } from './config.ts';
import { deliverWrites } from './delivery.ts';
import type { Outcome } from './dispatch.ts';
import type { Ledger } from './ledger.ts';
import { createRegistry } from './registry.ts';
import type { Identities, Task } from './task.ts';

export interface CourierOptions {
  readonly ortto: Ortto;
  readonly config: DestinationConfig;
  readonly identities: Identities;
  readonly ledger: Ledger;
  readonly log: Log;
}

/** Brings batches of any kind to Ortto. */
export interface Courier {
  /** One outcome per task, in order. The tasks are of one stream and kind. */
  readonly deliver: (tasks: readonly Task[]) => Promise<readonly Outcome[]>;
  /** Does what was put off until the end. */
  readonly finish: () => Promise<void>;
}

export const createCourier = ({ ortto, config, ledger }: CourierOptions): Courier => {
  const people = createRegistry();
  const organizations = createRegistry();

  return {
    async deliver(tasks) {
      const writes = tasks.flatMap(({ work }) => (work.kind === 'write' ? [work.write] : []));
      const delivered = await deliverWrites(ortto, config, writes);
      for (const [index, { orttoId }] of delivered.entries()) {
        const write = writes[index];
        if (write === undefined || orttoId === undefined) continue;
        const registry = write.mapping.target === 'person' ? people : organizations;
        const { shared } = registry.set(write.mapping.stream, write.id, orttoId);
        if (shared) ledger.note(write.mapping.stream, 'shared', 1);
      }
      return delivered;
    },
    finish: async () => {},
  };
};
