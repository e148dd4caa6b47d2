import { rowBytes } from './queue.ts';
import type { Mapped } from '../records/mapped.ts';
import type { OrttoSchema, StreamMapping } from '../mapping/plan.ts';
import type { IdKind } from '../records/identity.ts';
import { token } from '../records/map-record.ts';

/** A mapped record that Ortto must be asked about, with what the queue has to know of it. */
export interface Task {
  readonly work: Exclude<Mapped, { kind: 'skip' | 'reject' }>;
  /** Salesforce id of the record. */
  readonly id: string;
  readonly stream: string;
  readonly group: string;
  readonly keys: readonly string[];
  readonly awaits: readonly string[];
  readonly bytes: number;
  readonly cut: readonly string[];
}

/** The identity fields of the streams in the catalog, by the kind of id they keep. */
export type Identities = ReadonlyMap<IdKind, string>;

const OBJECTS = { contact: 'Contact', lead: 'Lead', account: 'Account' } as const;

/**
 * From the catalog's mappings, else from what earlier syncs have created in the account: events and deletions reach
 * people whose own stream is not selected.
 */
export const identitiesOf = (
  mappings: readonly StreamMapping[],
  schema: Pick<OrttoSchema, 'person' | 'organization'>,
): Identities =>
  new Map(
    (['contact', 'lead', 'account'] as const).flatMap((kind) => {
      const mapped = mappings.find((each) => each.kind === 'entity' && each.object === OBJECTS[kind]);
      const fields = kind === 'account' ? schema.organization : schema.person;
      const created = fields.find(({ name }) => name.toLowerCase() === `salesforce ${kind} id`)?.id;
      const identity = mapped?.kind === 'entity' ? mapped.identity : created;
      return identity === undefined ? [] : [[kind, identity] as const];
    }),
  );

/** Work of one kind and stream shares requests. Two tasks whose keys meet may be about one person or organization. */
export const taskOf = (work: Task['work'], identities: Identities): Task => {
  if (work.kind === 'write') {
    const { mapping, id, tokens, bytes, cut } = work.write;
    return task(work, { id, stream: mapping.stream, keys: tokens, bytes, cut });
  }
  if (work.kind === 'activity') {
    const { mapping, id, about, attributes, cut } = work.activity;
    // Whoever it is about may still be waiting to be written; events of one person need not wait for each other.
    const identity = identities.get(about.kind);
    const fields = Object.entries(attributes).map(([field, value]) => ({ id: field, value }));
    const awaits = identity === undefined ? [] : [token(identity, about.id)];
    return task(work, { id, stream: mapping.stream, keys: [], awaits, bytes: rowBytes(fields) + EVENT_BYTES, cut });
  }
  const { mapping, id } = work;
  const own = token(mapping.identity, id);
  const contact =
    work.kind === 'hand_over' && mapping.handOver !== undefined ? [token(mapping.handOver, work.contactId)] : [];
  return task(work, { id, stream: mapping.stream, keys: [own, ...contact], bytes: SMALL_BYTES });
};

/** Ids, times and key of an event. */
const EVENT_BYTES = 600;
const SMALL_BYTES = 200;

const NONE: readonly string[] = [];

const task = (
  work: Task['work'],
  {
    id,
    stream,
    keys,
    bytes,
    awaits = NONE,
    cut = NONE,
  }: Pick<Task, 'id' | 'stream' | 'keys' | 'bytes'> & Partial<Pick<Task, 'awaits' | 'cut'>>,
): Task => ({ work, id, stream, group: `${stream} ${work.kind}`, keys, awaits, bytes, cut });
