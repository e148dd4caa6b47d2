import type { Log } from '../../airbyte/connector.ts';
import type { Mapped } from '../records/mapped.ts';
import type { StreamMapping } from '../mapping/plan.ts';

/**
 * Says once a stream which field told whom its records are about, and once that records name several, where the mapping
 * leaves it to their values.
 */
export const createHints = (log: Log): ((mapping: StreamMapping, mapped: Mapped) => void) => {
  const said = new Set<string>();

  const once = (key: string, say: () => void): void => {
    if (said.has(key)) return;
    said.add(key);
    say();
  };

  return (mapping, mapped) => {
    if (mapping.kind !== 'activity' || mapping.about !== undefined) return;
    const { stream } = mapping;
    if (mapped.kind === 'activity') {
      const { field } = mapped.activity.about;
      once(`${stream} told`, () => log.info(`${stream}: ${field} says whom its records are about`));
    } else if (mapped.kind === 'reject' && mapped.reason === 'several_ids') {
      once(`${stream} several`, () =>
        log.warn(
          `${stream}: records name several people or accounts, in ${mapped.field ?? ''}; set person in the stream's entry in objects to the field that says whom they are about`,
        ),
      );
    }
  };
};
