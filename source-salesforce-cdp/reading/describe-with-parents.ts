import { parentObjects, refinementOf } from '../catalog/properties.ts';
import type { SourceConfig } from '../config.ts';
import type { SalesforceClient } from '../salesforce/client.ts';
import { SalesforceFailure } from '../salesforce/failures.ts';
import type { ObjectDescription } from '../salesforce/object-description.ts';
import { describe } from '../salesforce/rest.ts';

/** By name: the descriptions of objects and of the parents that their columns come from, and why others cannot be described. */
export interface Descriptions {
  readonly described: ReadonlyMap<string, ObjectDescription>;
  readonly failed: ReadonlyMap<string, SalesforceFailure>;
}

/** Describes objects, then the parents that their columns come from. A failure affects only its own object. */
export const describeWithParents = async (
  salesforce: SalesforceClient,
  config: SourceConfig,
  names: readonly string[],
): Promise<Descriptions> => {
  const objects = await describeAll(salesforce, names);
  const parents = [...objects.described.values()]
    .flatMap((description) => parentObjects(description, refinementOf(config, description.name)))
    .filter((name) => !objects.described.has(name) && !objects.failed.has(name));
  const more = await describeAll(salesforce, [...new Set(parents)]);
  return {
    described: new Map([...objects.described, ...more.described]),
    failed: new Map([...objects.failed, ...more.failed]),
  };
};

const describeAll = async (salesforce: SalesforceClient, names: readonly string[]): Promise<Descriptions> => {
  const described = new Map<string, ObjectDescription>();
  const failed = new Map<string, SalesforceFailure>();
  const answers = await describe(salesforce, names);
  for (const [index, answer] of answers.entries()) {
    const name = names[index] ?? '';
    if (answer instanceof SalesforceFailure) failed.set(name, answer);
    else described.set(name, answer);
  }
  return { described, failed };
};
