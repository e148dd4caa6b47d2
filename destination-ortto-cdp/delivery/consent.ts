import type { Log } from '../../airbyte/connector.ts';
import { createImpliedOptOuts } from './implied-opt-outs.ts';
import type { ImpliedOptOuts, ImpliedOptOutsOptions } from './implied-opt-outs.ts';
import { createUnlistedValues } from './unlisted-values.ts';

/** What remains to be done about permissions when a batch has been delivered: implied opt-outs, and a word about odd values. */
export const createConsent = ({
  log,
  ...options
}: Omit<ImpliedOptOutsOptions, 'values'> & { readonly log: Log }): ImpliedOptOuts => {
  const values = createUnlistedValues(options.ledger);
  const implied = createImpliedOptOuts({ ...options, values });
  return {
    ...implied,
    hold(writes, delivered) {
      for (const { mapping, unlisted } of writes) if (unlisted.length > 0) values.count(mapping.stream, unlisted);
      return implied.hold(writes, delivered);
    },
    async finish() {
      values.print(log);
      await implied.finish();
    },
  };
};
