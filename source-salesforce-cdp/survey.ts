import type { Log } from '../airbyte/connector.ts';
import { compileConditions } from './planning/conditions.ts';
import type { ObjectRefinement, SourceConfig } from './config.ts';
import type { ObjectDescription } from './salesforce/object-description.ts';
import { discoverStream } from './catalog/discover-stream.ts';
import { SalesforceFailure } from './salesforce/failures.ts';
import { DEFAULT_OBJECTS, discoveryOrder, RELATED_TO, relatedCustomObjects } from './catalog/objects.ts';
import { parentObjects, sameName } from './catalog/properties.ts';
import { describe, queryableObjects } from './salesforce/rest.ts';
import type { SalesforceClient } from './salesforce/client.ts';

/** Objects by name: descriptions of those that can be described, and of the parents their columns come from. */
export interface Descriptions {
  readonly found: ReadonlyMap<string, ObjectDescription>;
  readonly failed: ReadonlyMap<string, SalesforceFailure>;
}

/** Entry of `objects` that is about this object; Salesforce does not tell names apart by case. */
export const refinementOf = (config: SourceConfig, object: string): ObjectRefinement | undefined =>
  config.objects.find(({ name }) => sameName(name, object));

/** Describes objects, then the parents that their columns reach into. One that fails costs only itself. */
export const describeWithParents = async (
  salesforce: SalesforceClient,
  config: SourceConfig,
  names: readonly string[],
): Promise<Descriptions> => {
  const objects = await describeAll(salesforce, names);
  const parents = [...objects.found.values()]
    .flatMap((description) => parentObjects(description, refinementOf(config, description.name)))
    .filter((name) => !objects.found.has(name) && !objects.failed.has(name));
  const more = await describeAll(salesforce, [...new Set(parents)]);
  return { found: new Map([...objects.found, ...more.found]), failed: new Map([...objects.failed, ...more.failed]) };
};

const describeAll = async (salesforce: SalesforceClient, names: readonly string[]): Promise<Descriptions> => {
  const found = new Map<string, ObjectDescription>();
  const failed = new Map<string, SalesforceFailure>();
  const answers = await describe(salesforce, names);
  for (const [index, answer] of answers.entries()) {
    const name = names[index] ?? '';
    if (answer instanceof SalesforceFailure) failed.set(name, answer);
    else found.set(name, answer);
  }
  return { found, failed };
};

/** What an org offers of what the config asks for. */
export interface Survey extends Descriptions {
  /** Objects to discover, in their order, all of them described. */
  readonly objects: readonly string[];
  /** Default objects that the user cannot read. */
  readonly hidden: readonly string[];
  /** What is wrong with entries of `objects`, as sentences. */
  readonly problems: readonly string[];
}

/** Finds out which objects there are: default ones, custom ones that refer to people or accounts, and those the config names. */
export const survey = async (salesforce: SalesforceClient, config: SourceConfig, log: Log): Promise<Survey> => {
  const queryable = await queryableObjects(salesforce);
  const named = config.objects.map(({ name }) => queryable.find((known) => sameName(known, name)) ?? name);
  const wanted = [...new Set([...DEFAULT_OBJECTS, ...named])].filter((name) => queryable.includes(name));
  const first = await describeWithParents(salesforce, config, wanted);
  const centres = RELATED_TO.flatMap((name) => first.found.get(name) ?? []);
  const related = relatedCustomObjects(centres).filter((name) => queryable.includes(name));
  const second = await describeWithParents(
    salesforce,
    config,
    related.filter((name) => !first.found.has(name) && !first.failed.has(name)),
  );
  const found = new Map([...first.found, ...second.found]);
  const failed = new Map([...first.failed, ...second.failed]);
  const order = discoveryOrder(related, named);
  for (const name of order) {
    const failure = failed.get(name);
    if (failure !== undefined) log.warn(`${name} cannot be described and is left out. ${failure.message}`);
  }
  return {
    found,
    failed,
    objects: order.filter((name) => found.has(name)),
    hidden: DEFAULT_OBJECTS.filter((name) => !found.has(name)),
    problems: config.objects.flatMap((refinement, index) =>
      problemsOf(refinement, found.get(named[index] ?? ''), found).map((problem) => `objects[${index}]: ${problem}`),
    ),
  };
};

const problemsOf = (
  refinement: ObjectRefinement,
  description: ObjectDescription | undefined,
  found: ReadonlyMap<string, ObjectDescription>,
): readonly string[] =>
  description === undefined
    ? [`there is no object ${refinement.name} that can be queried, or the connected user may not see it`]
    : [
        ...discoverStream(description, refinement, found).problems,
        ...compileConditions(description, refinement).problems,
      ];
