import { describe, expect, test } from 'vitest';
import * as destination from '../../destination-ortto-cdp/config.ts';
import { TARGET_KINDS } from '../../destination-ortto-cdp/mapping/defaults.ts';
import { CEILINGS, MODES, RULES } from '../../destination-ortto-cdp/mapping/field-rules.ts';
import { TYPES } from '../../destination-ortto-cdp/ortto/field-types.ts';
import { SYSTEM_FIELDS } from '../../destination-ortto-cdp/ortto/system-fields.ts';
import destinationSchema from '../../schemas/destination-config.json' with { type: 'json' };
import { schemasIn } from '../../schemas/schema-walk.ts';
import sourceSchema from '../../schemas/source-config.json' with { type: 'json' };
import * as source from '../../source-salesforce-cdp/config.ts';
import { JUNCTIONS, OPERATORS } from '../../source-salesforce-cdp/planning/conditions.ts';

// A config's schema offers exactly the choices that the code implements.

/** What implements the choices of each option that has any. */
const CHOICES = {
  source: {
    '.credentials().auth_type': Object.keys(source.LOGINS),
    '.objects[].match': Object.keys(JUNCTIONS),
    '.objects[].conditions[].operator': [...OPERATORS],
    '.api': source.API_CHOICES,
  },
  destination: {
    '.region': Object.keys(destination.REGION_HOSTS),
    '.modify_system_fields().mode': Object.keys(MODES),
    '.modify_system_fields().fields[]': destination.MODIFIABLE_FIELDS,
    '.objects[].target': Object.keys(TARGET_KINDS),
    // A user chooses the type of a field to be created; geo is only for fields that Ortto already has.
    '.objects[].fields[].type': Object.keys(TYPES).filter((type) => type !== 'geo'),
    '.objects[].fields[].rule': RULES,
    '.objects[].fields[].nulls': destination.NULL_RULES,
    '.people.merge_strategy': Object.keys(CEILINGS),
    '.people.match_by[]': destination.PERSON_KEYS,
    '.people.find_strategy': destination.FIND_STRATEGIES,
    '.organizations.merge_strategy': Object.keys(CEILINGS),
    '.organizations.match_by[]': destination.ORGANIZATION_KEYS,
    '.organizations.find_strategy': destination.ORGANIZATION_FIND_STRATEGIES,
    '.deleted_records': destination.DELETED_RECORDS,
  },
};

/** The choices of every option that has any: its enum, or the consts of its branches. */
const offeredBy = (schema: unknown): Map<string, unknown[]> => {
  const offered = new Map<string, unknown[]>();
  for (const [place, { enum: values, const: value }] of schemasIn(schema)) {
    const option = place.replaceAll(/\(\d+\)/g, '()');
    const choices = [...(Array.isArray(values) ? values : []), ...(value === undefined ? [] : [value])];
    if (choices.length > 0) offered.set(option, [...(offered.get(option) ?? []), ...choices]);
  }
  return offered;
};

describe.each([
  ['source', sourceSchema, CHOICES.source],
  ['destination', destinationSchema, CHOICES.destination],
] as const)('the schema of the %s', (_connector, schema, choices) => {
  const offered = offeredBy(schema);

  test('has choices for the options in the table above, and for no others', () => {
    expect([...offered.keys()].toSorted()).toEqual(Object.keys(choices).toSorted());
    // None is hidden from the walk.
    const words = JSON.stringify(schema).match(/"(?:enum|const)":/g) ?? [];
    const found = schemasIn(schema).flatMap(([, node]) => ['enum', 'const'].filter((word) => word in node));
    expect(found).toHaveLength(words.length);
  });

  test.each(Object.entries(choices))('offers for %s what the code implements', (option, implemented) => {
    expect(offered.get(option)?.map(String).toSorted()).toEqual(implemented.toSorted());
  });
});

test('Every box of "Modify system CDP fields" is a field of Ortto, and ticked by default', () => {
  const names = SYSTEM_FIELDS.person.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...destination.MODIFIABLE_FIELDS]));
  expect(destinationSchema.properties.modify_system_fields.default.fields).toEqual(destination.MODIFIABLE_FIELDS);
});
