import type { CountryCode } from 'libphonenumber-js/min';
import { didYouMean } from '../../airbyte/did-you-mean.ts';
import { listed } from '../../airbyte/errors.ts';
import { unmappedFields } from './catalog-fields.ts';
import type { CatalogFields } from './catalog-fields.ts';
import { customRow } from './defaults.ts';
import type { MappingRow, ObjectRules } from './defaults.ts';
import { createCustomFields, noIdProblem } from './custom-fields.ts';
import type { ActivityDefinition } from '../ortto/account-schema.ts';
import type { NewField } from './custom-fields.ts';
import { readDisplayType, slug, typeOfProperty } from '../ortto/field-types.ts';
import type { DisplayType } from '../ortto/field-types.ts';
import { notSentNote } from './findings.ts';
import type { Findings } from './findings.ts';
import { noteUnknownField } from './unknown-names.ts';

/** An activity definition to be created. */
export interface NewDefinition {
  readonly name: string;
  readonly attributes: readonly NewField[];
}

interface MappedAttribute {
  readonly from: string;
  readonly path: readonly string[];
  readonly id: string;
  readonly type: DisplayType;
}

/** An activity as Ortto defines it, either of people or of organizations. */
export interface MappedActivity {
  readonly activityId: string;
  readonly attributes: readonly MappedAttribute[];
}

/** A stream whose records become activities. */
export interface ActivityMapping {
  readonly kind: 'activity';
  readonly stream: string;
  readonly object: string;
  /** The field that identifies the person or account; undefined: whichever value of the record is the id of one. */
  readonly about: readonly string[] | undefined;
  /** Undefined where the target does not allow such activities. */
  readonly person: MappedActivity | undefined;
  readonly organization: MappedActivity | undefined;
  /** The first of these that a record has is the activity's time. */
  readonly occurredAt: readonly (readonly string[])[];
  readonly identifiedBy: readonly (readonly string[])[];
  /** Where phone numbers without a country code belong. */
  readonly phoneCountry?: CountryCode | undefined;
}

export interface ActivitySetting {
  readonly stream: string;
  readonly object: string;
  readonly target: 'person_activity' | 'organization_activity' | 'either';
  readonly rules: ObjectRules;
  readonly fields: CatalogFields;
  readonly schema: {
    readonly personActivities: readonly ActivityDefinition[];
    readonly organizationActivities: readonly ActivityDefinition[];
  };
  readonly findings: Findings;
  readonly phoneCountry: CountryCode | undefined;
}

/** Ortto's limit for one activity. */
const ATTRIBUTES = 15;

type Kind = 'person' | 'organization';

export const planActivity = (
  setting: ActivitySetting,
): {
  readonly mapping: ActivityMapping;
  readonly needs: { readonly [K in Kind]: readonly NewDefinition[] };
} => {
  const { stream, object, target, schema } = setting;
  const rows = attributeRows(setting);
  const person =
    target === 'organization_activity' ? undefined : activityOf(setting, rows, schema.personActivities, 'act:cm:');
  const organization =
    target === 'person_activity' ? undefined : activityOf(setting, rows, schema.organizationActivities, 'act:oc:');
  return {
    mapping: {
      kind: 'activity',
      stream,
      object,
      about: aboutPath(setting),
      person: person?.activity,
      organization: organization?.activity,
      occurredAt: timePaths(setting),
      identifiedBy: identityPaths(setting),
      phoneCountry: setting.phoneCountry,
    },
    needs: {
      person: person?.need === undefined ? [] : [person.need],
      organization: organization?.need === undefined ? [] : [organization.need],
    },
  };
};

/** The rows whose field the stream has; missing fields are problems if the user named them. */
const attributeRows = ({ stream, rules, fields, findings }: ActivitySetting): MappingRow[] => {
  const needed = [rules.person ?? '', ...rules.activity.occurredAt, ...rules.activity.identifiedBy];
  const named = new Set([...rules.fields.map(({ from }) => from), ...needed]);
  const { custom, standard } = unmappedFields(fields, named);
  if (standard.length > 0) findings.notes.push(notSentNote(stream, standard));
  for (const row of rules.fields) {
    noteUnknownField(stream, row, fields, findings);
    if (row.consent !== undefined) {
      findings.problems.push(
        `${stream}.${row.from}: ${row.consent.kind} is for permissions of people, and this stream becomes activities; remove it`,
      );
    }
  }
  const rows = rules.fields.filter(({ from, to }) => to !== 'none' && fields.has(from));
  const all = [...rows, ...custom.map(customRow)];
  if (all.length > ATTRIBUTES) {
    findings.problems.push(
      `${stream}: ${all.length} fields are mapped, but an activity holds ${ATTRIBUTES}; deselect at least ${all.length - ATTRIBUTES} in the connection, for example from ${listed(custom.length > 0 ? custom : all.map(({ from }) => from))}`,
    );
  }
  return all;
};

const activityOf = (
  { stream, rules, fields, findings }: ActivitySetting,
  rows: readonly MappingRow[],
  definitions: readonly ActivityDefinition[],
  prefix: string,
): { readonly activity: MappedActivity; readonly need: NewDefinition | undefined } => {
  const { name } = rules.activity;
  if (slug(name) === '') findings.problems.push(`${stream}: ${noIdProblem(name)}`);
  const definition = definitions.find((each) => slug(each.name) === slug(name) || each.id === name);
  const customFields = createCustomFields(definition?.attributes ?? [], 'cm');
  const attributes = rows.flatMap(({ from, to, type }) => {
    const property = fields.get(from);
    const wanted = readDisplayType(type ?? '') ?? (property === undefined ? 'text' : typeOfProperty(property));
    const missingBefore = customFields.missing().length;
    const field = customFields.target(to, wanted, from);
    if ('problem' in field) {
      findings.problems.push(`${stream}.${from}: ${field.problem}`);
      return [];
    }
    // What changing a definition does in Ortto is not known well enough to touch one that people may be using.
    if (definition !== undefined && customFields.missing().length > missingBefore) {
      findings.warnings.push(
        `${stream}.${from}: not sent, because the activity "${definition.name}" in Ortto has no attribute "${to}"; add it there`,
      );
      return [];
    }
    return [{ from, path: from.split('.'), id: field.id, type: field.type }];
  });
  for (const [id, group] of Map.groupBy(attributes, (attribute) => attribute.id)) {
    if (group.length > 1) {
      findings.problems.push(
        `${stream}: ${group.map(({ from }) => from).join(' and ')} would all write ${id}; map all but one to another attribute or to none`,
      );
    }
  }
  return {
    activity: { activityId: definition?.id ?? `${prefix}${slug(name)}`, attributes },
    need: definition === undefined ? { name, attributes: customFields.missing() } : undefined,
  };
};

const aboutPath = ({ stream, rules, fields, findings }: ActivitySetting): readonly string[] | undefined => {
  if (rules.person === undefined) return undefined;
  if (!fields.has(rules.person)) {
    findings.problems.push(
      `${stream}: ${rules.person} identifies the person a record belongs to, but the stream does not have it; select it or set person in objects${didYouMean(rules.person, fields.keys())}`,
    );
  }
  return rules.person.split('.');
};

const timePaths = (setting: ActivitySetting): readonly (readonly string[])[] => {
  const { stream, rules, fields, findings } = setting;
  const paths = presentPaths(rules.activity.occurredAt, setting);
  if (paths.length === 0) {
    findings.problems.push(
      `${stream}: the stream has no field for the time of its activities; select ${rules.activity.occurredAt.join(' or ')} or set activity.occurred_at in objects${didYouMean(rules.activity.occurredAt, fields.keys())}`,
    );
  }
  return paths;
};

const presentPaths = (names: readonly string[], { fields }: ActivitySetting): readonly (readonly string[])[] =>
  names.filter((name) => fields.has(name)).map((name) => name.split('.'));

const identityPaths = (setting: ActivitySetting): readonly (readonly string[])[] => {
  const { stream, rules, fields, findings } = setting;
  const absent = rules.activity.identifiedBy.filter((name) => !fields.has(name));
  const paths = presentPaths(rules.activity.identifiedBy, setting);
  if (paths.length === 0) {
    findings.problems.push(
      `${stream}: the stream has none of the fields that identify its activities (${absent.join(', ')}); select one or set activity.identified_by in objects${didYouMean(absent, fields.keys())}`,
    );
  } else if (absent.length > 0) {
    findings.warnings.push(
      `${stream}: activities are identified without ${absent.join(' and ')}, not selected in the connection${didYouMean(absent, fields.keys())}`,
    );
  }
  return paths;
};
