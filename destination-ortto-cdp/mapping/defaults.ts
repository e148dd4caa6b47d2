import defaults from '../../schemas/default-mapping.json' with { type: 'json' };
import type { FieldMapping, ObjectMapping, Target } from '../config.ts';
import { plainName } from '../ortto/field-types.ts';

/** One field of an object, before the stream and the Ortto account are looked at. */
export interface MappingRow extends FieldMapping {
  /** A user's row must name existing fields; a default row has no effect until its field is selected. */
  readonly origin: 'user' | 'default';
}

/** What an object becomes in Ortto. With `either`, each record's ids decide if it is a person's activity or an organization's. */
export interface ObjectRules {
  readonly target: Target | 'either';
  /** At most one per `from`, including those with `to: none`. */
  readonly fields: readonly MappingRow[];
  /** The field that identifies an activity's person or account. */
  readonly person: string | undefined;
  readonly activity: {
    readonly name: string;
    /** The first that a record has is used. */
    readonly occurredAt: readonly string[];
    readonly identifiedBy: readonly string[];
  };
}

interface DefaultObject {
  readonly target: ObjectRules['target'];
  readonly person?: string;
  readonly activity?: {
    readonly name: string;
    readonly occurred_at: readonly string[];
    readonly identified_by: readonly string[];
  };
  readonly fields?: readonly { readonly from: string; readonly to: string; readonly type?: string }[];
}

const OBJECTS: ReadonlyMap<string, DefaultObject> = new Map(
  Object.entries(defaults.streams as { readonly [object: string]: DefaultObject }),
);

/** The objects that the default mapping covers, custom ones aside. */
export const KNOWN_OBJECTS: readonly string[] = [...OBJECTS.keys()];

const CUSTOM_OBJECT: DefaultObject = { target: 'either', fields: [{ from: 'Name', to: 'Name', type: 'text' }] };

/**
 * The default mapping of an object with the user's changes; undefined when neither covers the object. Default rows are left
 * out if the user gave the object another kind of target, where they would mean nothing.
 */
export const objectRules = (object: string, objects: readonly ObjectMapping[]): ObjectRules | undefined => {
  const user = objects.find(({ stream }) => stream === object);
  const standard = OBJECTS.get(object) ?? (object.endsWith('__c') ? CUSTOM_OBJECT : undefined);
  const target = user?.target ?? standard?.target;
  if (target === undefined) return undefined;
  const kept = standard !== undefined && kindOf(standard.target) === kindOf(target) ? standard : undefined;
  const changed = new Set(user?.fields.map(({ from }) => from));
  const occurredAt = user?.activity?.occurredAt;
  return {
    target,
    fields: [
      ...defaultRows(kept).filter(({ from }) => !changed.has(from)),
      ...(user?.fields ?? []).map((row): MappingRow => Object.assign({ origin: 'user' as const }, row)),
    ],
    person: user?.person ?? kept?.person,
    activity: {
      name: user?.activity?.name ?? kept?.activity?.name ?? plainName(object),
      occurredAt: occurredAt === undefined ? (kept?.activity?.occurred_at ?? ['CreatedDate']) : [occurredAt],
      identifiedBy: user?.activity?.identifiedBy ?? kept?.activity?.identified_by ?? ['Id'],
    },
  };
};

/** The kind of each target that a user can choose. */
export const TARGET_KINDS: { readonly [Name in Target]: 'person' | 'organization' | 'activity' | 'none' } = {
  person: 'person',
  organization: 'organization',
  person_activity: 'activity',
  organization_activity: 'activity',
  none: 'none',
};

const kindOf = (target: ObjectRules['target']): string => (target === 'either' ? 'activity' : TARGET_KINDS[target]);

const defaultRows = (standard: DefaultObject | undefined): MappingRow[] =>
  (standard?.fields ?? []).map(({ from, to, type }) => ({
    from,
    to,
    type,
    rule: undefined,
    nulls: undefined,
    consent: undefined,
    origin: 'default',
  }));

/** The row of a custom field that the mapping does not name: it becomes a field of its own name. */
export const customRow = (from: string): MappingRow => ({
  from,
  to: plainName(from),
  type: undefined,
  rule: undefined,
  nulls: undefined,
  consent: undefined,
  origin: 'default',
});
