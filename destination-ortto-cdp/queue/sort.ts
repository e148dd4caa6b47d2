import type { IncomingRecord, Log } from '../../airbyte/connector.ts';
import { TornInputError } from '../../airbyte/input.ts';
import type { ConfiguredCatalog } from '../../airbyte/protocol.ts';
import type { Identities } from '../mapping/identities.ts';
import type { StreamMapping } from '../mapping/plan.ts';
import { createRestoreNames } from '../records/restore-names.ts';
import { mapRecord } from '../records/map-record.ts';
import type { Mapped } from '../records/mapped.ts';
import { taskOf } from './task.ts';
import type { Task } from './task.ts';

/** What becomes of a record: a task, or a reason to send nothing. */
export type Sorted = Extract<Mapped, { kind: 'skip' | 'reject' }> | { readonly kind: 'task'; readonly task: Task };

/** Decides what becomes of a record. Throws TornInputError if its stream is not in the catalog. */
export type Sort = (record: IncomingRecord) => Sorted;

export const createSort = (
  { mappings, identities }: { readonly mappings: readonly StreamMapping[]; readonly identities: Identities },
  catalog: ConfiguredCatalog,
  log: Log,
): Sort => {
  const hint = createHints(log);
  const byStream = new Map(mappings.map((mapping) => [mapping.stream, mapping]));
  const restorers = new Map(catalog.streams.map(({ stream }) => [stream.name, createRestoreNames(stream.json_schema)]));
  return ({ stream, data, nulled, line }) => {
    const mapping = byStream.get(stream);
    if (mapping === undefined) throw new TornInputError(line, 'is a record of a stream that is not in the catalog');
    const restored = data && (restorers.get(stream)?.(data) ?? data);
    const mapped = mapRecord(mapping, restored, Date.now(), nulled);
    hint(mapping, mapped);
    return mapped.kind === 'skip' || mapped.kind === 'reject'
      ? mapped
      : { kind: 'task', task: taskOf(mapped, identities) };
  };
};

/**
 * Where the values of a record decide whose activity it is: logs once per stream which field it was, and once that records
 * refer to several.
 */
const createHints = (log: Log): ((mapping: StreamMapping, mapped: Mapped) => void) => {
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
      once(`${stream} field`, () =>
        log.info(`${stream}: ${field} identifies the person or account a record belongs to`),
      );
    } else if (mapped.kind === 'reject' && mapped.reason === 'several_ids') {
      once(`${stream} several`, () =>
        log.warn(
          `${stream}: records refer to several people or accounts, in ${mapped.field ?? ''}; in objects, set the stream's person to the field that identifies the one they belong to`,
        ),
      );
    }
  };
};
