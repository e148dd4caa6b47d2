import { didYouMean } from '../airbyte/did-you-mean.ts';
import type { Log } from '../airbyte/connector.ts';
import { compileConditions } from './planning/conditions.ts';
import type { ObjectRefinement, SourceConfig } from './config.ts';
import type { ObjectDescription } from './salesforce/object-description.ts';
import { discoverStream } from './catalog/discover-stream.ts';
import { DEFAULT_OBJECTS, discoveryOrder, RELATED_TO, relatedCustomObjects } from './catalog/objects.ts';
import { sameName } from './catalog/properties.ts';
import { describeWithParents } from './reading/describe-with-parents.ts';
import type { Descriptions } from './reading/describe-with-parents.ts';
import { queryableObjects } from './salesforce/rest.ts';
import type { SalesforceClient } from './salesforce/client.ts';

/** What an org has of what the config asks for. */
export interface Survey extends Descriptions {
  /** Objects to discover, in order; all of them have been described. */
  readonly objects: readonly string[];
  /** Default objects that the user cannot read. */
  readonly hidden: readonly string[];
  /** A sentence for everything that is wrong with entries of `objects`. */
  readonly problems: readonly string[];
}

/** Finds the objects to discover: default ones, custom ones that refer to people or accounts, and those that the config names. */
export const survey = async (salesforce: SalesforceClient, config: SourceConfig, log: Log): Promise<Survey> => {
  const queryable = await queryableObjects(salesforce);
  const named = config.objects.map(({ name }) => queryable.find((known) => sameName(known, name)) ?? name);
  const wanted = [...new Set([...DEFAULT_OBJECTS, ...named])].filter((name) => queryable.includes(name));
  const first = await describeWithParents(salesforce, config, wanted);
  const roots = RELATED_TO.flatMap((name) => first.described.get(name) ?? []);
  const related = relatedCustomObjects(roots).filter((name) => queryable.includes(name));
  const second = await describeWithParents(
    salesforce,
    config,
    related.filter((name) => !first.described.has(name) && !first.failed.has(name)),
  );
  const described = new Map([...first.described, ...second.described]);
  const failed = new Map([...first.failed, ...second.failed]);
  const order = discoveryOrder(related, named);
  for (const name of order) {
    const failure = failed.get(name);
    if (failure !== undefined) log.warn(`${name} is left out, because it cannot be described. ${failure.message}`);
  }
  return {
    described,
    failed,
    objects: order.filter((name) => described.has(name)),
    hidden: DEFAULT_OBJECTS.filter((name) => !described.has(name)),
    problems: config.objects.flatMap((refinement, index) =>
      refinementProblems(refinement, described.get(named[index] ?? ''), described, queryable).map(
        (problem) => `objects[${index}]: ${problem}`,
      ),
    ),
  };
};

const refinementProblems = (
  refinement: ObjectRefinement,
  description: ObjectDescription | undefined,
  described: ReadonlyMap<string, ObjectDescription>,
  queryable: readonly string[],
): readonly string[] =>
  description === undefined
    ? [
        `the object ${refinement.name} does not exist, cannot be queried, or is hidden from the connected user${didYouMean(refinement.name, queryable)}`,
      ]
    : [
        ...discoverStream(description, refinement, described).problems,
        ...compileConditions(description, refinement).problems,
      ];
