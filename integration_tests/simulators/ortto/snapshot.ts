import type { Instance } from './instance.ts';
import type { Entity } from './store.ts';

// What a test may ask of the instance's content.

/** A person or an organization as plain data. */
export interface Picture {
  readonly id: string;
  /** By field id, in the form the API reads them back in. */
  readonly fields: { readonly [fieldId: string]: unknown };
  /** In alphabetical order. */
  readonly tags: readonly string[];
  readonly archived: boolean;
  /** The Ortto id of a person's organization. */
  readonly organizationId: string | undefined;
  /** Ortto ids of an organization's people. */
  readonly members: readonly string[];
}

export interface ActivityPicture {
  readonly activityId: string;
  /** Ortto id of the person or organization it is about. */
  readonly entityId: string;
  readonly attributes: { readonly [attributeId: string]: unknown };
  readonly created: Date;
  readonly key: string | undefined;
}

const sortedFields = (entity: Entity): Picture['fields'] =>
  Object.fromEntries(
    Array.from(entity.fields)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([fieldId, value]) => [fieldId, Array.isArray(value) ? value.map(String).toSorted() : value]),
  );

export const picture = (entity: Entity): Picture => ({
  id: entity.id,
  fields: sortedFields(entity),
  tags: Array.from(entity.tags).toSorted(),
  archived: entity.archivedAt !== undefined,
  organizationId: entity.organizationId,
  members: Array.from(entity.members),
});

const isCustom = (activityId: string): boolean => !activityId.startsWith('act::');

/** In order of arrival per person: those of a definition, or the permissions given and taken. */
export const activityPictures = (instance: Instance, kind: 'custom' | 'permission'): readonly ActivityPicture[] =>
  Array.from(instance.activities.all())
    .filter(({ activityId }) => isCustom(activityId) === (kind === 'custom'))
    .map(({ activityId, entityId, attributes, created, key }) => ({
      activityId,
      entityId,
      attributes,
      created: new Date(created),
      key,
    }));

/** Free of Ortto ids and clock times, in an order of its own: equal data gives an equal snapshot. */
export interface Snapshot {
  readonly people: readonly object[];
  readonly organizations: readonly object[];
}

const canonical = (pictures: readonly object[]): readonly object[] =>
  pictures
    .map((one) => ({ one, text: JSON.stringify(one) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    .map(({ one }) => one);

const SALESFORCE_ID = 'str:oc:salesforce-account-id';

const content = (instance: Instance, entity: Entity): object => {
  const organization = instance.organizations.get(entity.organizationId ?? '')?.fields;
  return {
    fields: sortedFields(entity),
    tags: Array.from(entity.tags).toSorted(),
    archived: entity.archivedAt !== undefined,
    ...(organization && { organization: organization.get(SALESFORCE_ID) ?? organization.get('str:o:name') ?? '' }),
    ...(entity.members.size > 0 && { members: entity.members.size }),
    activities: canonical(
      instance.activities.of(entity.id).map(({ activityId, attributes, created }) => ({
        activityId,
        attributes,
        // Ortto's own have the time of the call.
        ...(isCustom(activityId) && { created: new Date(created).toISOString() }),
      })),
    ),
  };
};

export const snapshot = (instance: Instance): Snapshot => ({
  people: canonical(Array.from(instance.people.all(), (entity) => content(instance, entity))),
  organizations: canonical(Array.from(instance.organizations.all(), (entity) => content(instance, entity))),
});
