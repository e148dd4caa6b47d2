import { didYouMean } from '../../airbyte/did-you-mean.ts';
import { listed } from '../../airbyte/errors.ts';
import type { ConfiguredCatalog, ConfiguredStream } from '../../airbyte/protocol.ts';
import { planActivity } from './activity.ts';
import type { ActivityDefinition, CustomField } from '../ortto/account-schema.ts';
import type { ActivityMapping, NewDefinition } from './activity.ts';
import { catalogFields } from './catalog-fields.ts';
import type { DestinationConfig } from '../config.ts';
import { countryOf } from './country.ts';
import { KNOWN_OBJECTS, objectRules } from './defaults.ts';
import { planEntity } from './entity.ts';
import type { EntityMapping } from './entity.ts';
import { createCustomFields } from './custom-fields.ts';
import type { NewField } from './custom-fields.ts';
import type { Findings } from './findings.ts';
import { noteMissingContacts } from './missing-contacts.ts';
import { noteUnknownStreams } from './unknown-names.ts';

/** What a mapping may write to in the Ortto account, apart from system fields. */
export interface OrttoSchema {
  readonly person: readonly CustomField[];
  readonly organization: readonly CustomField[];
  readonly personActivities: readonly ActivityDefinition[];
  readonly organizationActivities: readonly ActivityDefinition[];
}

/** What the records of a stream become; `none` skips them. */
export type StreamMapping = EntityMapping | ActivityMapping | { readonly kind: 'none'; readonly stream: string };

export interface MappingPlan {
  /** In catalog order. Valid only if there are no problems; ids of missing fields are those that Ortto will most likely give. */
  readonly streams: readonly StreamMapping[];
  /** Create these, add them to the schema, and plan again: then nothing is missing and every id comes from Ortto. */
  readonly missing: {
    readonly person: readonly NewField[];
    readonly organization: readonly NewField[];
    readonly personActivities: readonly NewDefinition[];
    /** Ortto documents no call that creates these. */
    readonly organizationActivities: readonly NewDefinition[];
  };
  /** What the user must change before anything can be written, one sentence each. */
  readonly problems: readonly string[];
  /** Logged as WARN, one line each. */
  readonly warnings: readonly string[];
  /** Logged as INFO, one line each. */
  readonly notes: readonly string[];
}

/** Ortto's own limits: the lowest of any plan for people, and that of every plan for organizations. */
const CUSTOM_FIELDS = { person: 100, organization: 25 } as const;

/** Combines settings, catalog and account into one mapping per stream. Finds the problems of all streams at once. */
export const planMapping = (
  config: DestinationConfig,
  catalog: ConfiguredCatalog,
  schema: OrttoSchema,
): MappingPlan => {
  const customFields = {
    person: createCustomFields(schema.person, 'cm'),
    organization: createCustomFields(schema.organization, 'oc'),
  };
  const objects = catalog.streams.map(({ stream }) => objectName(stream.name, config.streamPrefix));
  const findings: Findings = { problems: [], warnings: [], notes: [] };
  const needs: { [Kind in 'person' | 'organization']: NewDefinition[] } = { person: [], organization: [] };

  const phoneCountry = countryOf(config.phoneCountry ?? '');
  if (config.phoneCountry !== undefined && phoneCountry === undefined) {
    findings.problems.push(`phone_country: ${config.phoneCountry} is not the code of a country with phone numbers`);
  }
  noteUnknownStreams(
    config.objects,
    objects.flatMap((object) => object ?? []),
    findings,
  );

  const mergesLeads =
    config.mergeConvertedLeads &&
    objects.includes('Contact') &&
    objectRules('Contact', config.objects)?.target === 'person';

  const mapStream = ({ stream }: ConfiguredStream, object: string | undefined): StreamMapping[] => {
    const rules = object === undefined ? undefined : objectRules(object, config.objects);
    if (object === undefined || rules === undefined) {
      findings.problems.push(unmapped(stream.name, config.streamPrefix));
      return [];
    }
    if (rules.target === 'none') return [{ kind: 'none', stream: stream.name }];
    const fields = catalogFields(stream.json_schema);
    if (!fields.has('Id')) {
      findings.problems.push(
        `${stream.name}: the stream has no field Id; only Salesforce objects with their Id can be written`,
      );
      return [];
    }
    const setting = { stream: stream.name, object, rules, fields, findings };
    if (rules.target === 'person' || rules.target === 'organization') {
      const { target } = rules;
      return [planEntity({ ...setting, target, config, customFields: customFields[target], mergesLeads })];
    }
    const mapped = planActivity({ ...setting, target: rules.target, schema, phoneCountry });
    for (const kind of ['person', 'organization'] as const) needs[kind].push(...mapped.needs[kind]);
    return [mapped.mapping];
  };

  const streams = catalog.streams.flatMap((stream, index) => mapStream(stream, objects[index]));
  noteMissingContacts(streams, findings);
  const missing = { person: customFields.person.missing(), organization: customFields.organization.missing() };
  const problems = [
    ...findings.problems,
    ...overLimit('people', customFields.person.used(), CUSTOM_FIELDS.person, missing.person),
    ...overLimit(
      'organizations',
      schema.organization.length + missing.organization.length,
      CUSTOM_FIELDS.organization,
      missing.organization,
    ),
  ];
  return {
    streams,
    missing: {
      ...missing,
      personActivities: needs.person,
      organizationActivities: needs.organization,
    },
    problems,
    warnings: findings.warnings,
    notes: findings.notes,
  };
};

const objectName = (stream: string, prefix: string): string | undefined =>
  stream.startsWith(prefix) ? stream.slice(prefix.length) : undefined;

const unmapped = (stream: string, prefix: string): string =>
  prefix === ''
    ? `${stream}: the mapping does not cover this stream; add it to objects, remove it from the connection, or set stream_prefix if the connection adds a prefix to stream names${didYouMean(stream, KNOWN_OBJECTS)}`
    : `${stream}: the mapping does not cover this stream, even with stream_prefix "${prefix}" removed; correct the prefix, add the stream to objects, or remove it from the connection${didYouMean(stream.replace(prefix, ''), KNOWN_OBJECTS)}`;

const overLimit = (kind: string, count: number, allowed: number, fresh: readonly NewField[]): string[] =>
  fresh.length === 0 || count <= allowed
    ? []
    : [
        `Custom fields of ${kind}: ${count} would be in use, but only ${allowed} are allowed; deselect at least ${count - allowed} of those that are new in Ortto: ${listed(fresh.map(({ name }) => name))}`,
      ];
