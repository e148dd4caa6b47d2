import type { Log } from '../../airbyte/connector.ts';
import { problemsOf } from '../../airbyte/errors.ts';
import type { ConfiguredCatalog } from '../../airbyte/protocol.ts';
import type { ActivityDefinition, CustomField } from '../ortto/account-schema.ts';
import type { Ortto } from '../ortto/api.ts';
import type { Entity } from '../ortto/paths.ts';
import type { DestinationConfig } from '../config.ts';
import { noIdProblem } from './custom-fields.ts';
import type { NewField } from './custom-fields.ts';
import { planMapping } from './plan.ts';
import type { MappingPlan, OrttoSchema, StreamMapping } from './plan.ts';
import { identitiesOf } from './identities.ts';
import type { Identities } from './identities.ts';

/** What a sync works from. */
export interface Prepared {
  readonly mappings: readonly StreamMapping[];
  readonly identities: Identities;
  /** Ids of the activities that are defined in Ortto. */
  readonly defined: ReadonlySet<string>;
}

/**
 * The mapping of every stream, after the custom fields and activity definitions it needs have been created. Throws one
 * ConfigError that lists everything the user must change; nothing has been created in that case, unless Ortto itself refused.
 */
export const prepareMapping = async (
  ortto: Ortto,
  config: DestinationConfig,
  catalog: ConfiguredCatalog,
  log: Log,
): Promise<Prepared> => {
  const before = await readSchema(ortto);
  const plan = planMapping(config, catalog, before);
  for (const note of plan.notes) log.info(note);
  for (const warning of plan.warnings) log.warn(warning);
  refuse(plan.problems);

  const schema = await createMissing(ortto, before, plan.missing, log);
  const finalPlan = planMapping(config, catalog, schema);
  refuse([
    ...finalPlan.problems,
    ...finalPlan.missing.person.map((field) => notCreated('people', field)),
    ...finalPlan.missing.organization.map((field) => notCreated('organizations', field)),
  ]);
  for (const { name } of finalPlan.missing.organizationActivities) {
    log.warn(
      `The organization activity "${name}" is not defined in Ortto, and its API cannot create it; its records will be rejected (no_definition)`,
    );
  }
  for (const { name } of finalPlan.missing.personActivities) {
    // It may be there although the schema does not show it.
    if (!hasPlainLetter(name))
      log.warn(`Ortto refused to define the activity "${name}". If it is not there: ${noIdProblem(name)}`);
  }
  const organizationActivities = schema.organizationActivities.map(({ id }) => id);
  // Those of people have just been created, or exist although the schema does not show them.
  const personActivities = finalPlan.streams.flatMap((each) =>
    each.kind === 'activity' ? (each.person?.activityId ?? []) : [],
  );
  return {
    mappings: finalPlan.streams,
    identities: identitiesOf(identityFields(finalPlan.streams), schema),
    defined: new Set([...personActivities, ...organizationActivities]),
  };
};

/** The identity field of each object whose stream becomes people or organizations. */
const identityFields = (streams: readonly StreamMapping[]): ReadonlyMap<string, string> =>
  new Map(streams.flatMap((each) => (each.kind === 'entity' ? [[each.object, each.identity] as const] : [])));

const readSchema = async (ortto: Ortto): Promise<OrttoSchema> => {
  const definitions = await ortto.definitions();
  return {
    person: await ortto.customFields('person'),
    organization: await ortto.customFields('organization'),
    personActivities: definitions.person,
    organizationActivities: definitions.organization,
  };
};

const createMissing = async (
  ortto: Ortto,
  schema: OrttoSchema,
  missing: MappingPlan['missing'],
  log: Log,
): Promise<OrttoSchema> => ({
  person: await createFields(ortto, 'person', schema.person, missing.person, log),
  organization: await createFields(ortto, 'organization', schema.organization, missing.organization, log),
  personActivities: await createDefinitions(ortto, schema.personActivities, missing.personActivities, log),
  organizationActivities: schema.organizationActivities,
});

/**
 * Trusts what the account has afterwards rather than the answers: when an answer is lost, the retry is refused although the
 * field was created. Stops at the first refusal of another kind, since more would follow.
 */
const createFields = async (
  ortto: Ortto,
  entity: Entity,
  existing: readonly CustomField[],
  missing: readonly NewField[],
  log: Log,
): Promise<readonly CustomField[]> => {
  const created: CustomField[] = [];
  for (const { name, type } of missing) {
    const field =
      (await ortto.createField(entity, name, type)) ??
      (await ortto.customFields(entity)).find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (field === undefined) break;
    log.info(`Created the custom field "${field.name}" (${field.id}, ${field.type}) of ${NOUNS[entity]}`);
    created.push(field);
  }
  return [...existing, ...created];
};

const createDefinitions = async (
  ortto: Ortto,
  existing: readonly ActivityDefinition[],
  missing: MappingPlan['missing']['personActivities'],
  log: Log,
): Promise<readonly ActivityDefinition[]> => {
  const created: ActivityDefinition[] = [];
  for (const { name, attributes } of missing) {
    const definition = await ortto.defineActivity(name, attributes);
    if (definition !== undefined) {
      log.info(`Created the activity "${definition.name}" (${definition.id})`);
      created.push(definition);
    }
  }
  return [...existing, ...created];
};

const NOUNS = { person: 'people', organization: 'organizations' } as const;

/** Which letters Ortto keeps in ids is not documented; these it does. */
const hasPlainLetter = (name: string): boolean => /[a-z0-9]/i.test(name);

const notCreated = (noun: string, { name, type }: NewField): string => {
  if (!hasPlainLetter(name)) {
    return `Ortto refused to create the custom field "${name}" (${type}) of ${noun}: ${noIdProblem(name)}`;
  }
  return `Ortto refused to create the custom field "${name}" (${type}) of ${noun}: the plan has no room left, or the name is taken. Make room in Ortto, or map the field elsewhere with objects[].fields`;
};

const refuse = (problems: readonly string[]): void => {
  if (problems.length > 0) {
    throw problemsOf('The mapping', problems);
  }
};
