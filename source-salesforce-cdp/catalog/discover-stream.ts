import type { JSONSchema7 } from 'json-schema';
import type { AirbyteStream } from '../../airbyte/protocol.ts';
import type { ObjectRefinement } from '../config.ts';
import type { ObjectDescription } from '../salesforce/object-description.ts';
import { fieldSchema, salesforceNote } from './field-types.ts';
import { cursorOf } from './objects.ts';
import { offeredProperties } from './properties.ts';
import type { Property } from './properties.ts';

export interface Discovered {
  readonly stream: AirbyteStream;
  /** For the log. */
  readonly notes: readonly string[];
  /** A sentence for each name in `objects[].fields` that cannot be read: a config error. */
  readonly problems: readonly string[];
}

/** The stream of an object. `parents` has descriptions by object name, at least those that `parentObjects` lists. */
export const discoverStream = (
  description: ObjectDescription,
  refinement: ObjectRefinement | undefined,
  parents: ReadonlyMap<string, ObjectDescription>,
): Discovered => {
  const { properties, notes, problems } = offeredProperties(description, refinement, parents);
  const cursor = cursorOf(description);
  const hasId = description.fields.some(({ name }) => name === 'Id');
  return {
    stream: {
      name: description.name,
      json_schema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        additionalProperties: true,
        properties: Object.fromEntries(properties.map((property) => [property.name, propertySchema(property)])),
      },
      supported_sync_modes: cursor === undefined ? ['full_refresh'] : ['full_refresh', 'incremental'],
      ...(cursor !== undefined && { source_defined_cursor: true, default_cursor_field: [cursor] }),
      ...(hasId && { source_defined_primary_key: [['Id']] }),
      is_resumable: hasId || cursor !== undefined,
    },
    notes,
    problems,
  };
};

const propertySchema = (property: Property): JSONSchema7 =>
  property.kind === 'value'
    ? fieldSchema(property.field)
    : {
        type: ['null', 'object'],
        properties: Object.fromEntries(property.members.map(({ name, field }) => [name, fieldSchema(field)])),
        ...(property.compound && salesforceNote(property.compound)),
      };
