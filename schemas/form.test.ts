import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { propertiesOf } from '../airbyte/schema-properties.ts';
import { isObject } from '../airbyte/protocol.ts';
import type { JsonObject } from '../airbyte/protocol.ts';
import destination from './destination-config.json' with { type: 'json' };
import { schemasIn } from './schema-walk.ts';
import source from './source-config.json' with { type: 'json' };

// What a person sees of a config: Airbyte turns its schema into a form.

const ajv = new Ajv({ strict: false });

/** Keywords that the form has no control for. */
const UNKNOWN_TO_THE_FORM = [
  'not',
  'anyOf',
  'allOf',
  'if',
  'then',
  'else',
  'patternProperties',
  'prefixItems',
  '$ref',
  'dependentSchemas',
];

/** The order in which a person goes through the form, as in the wizard of Ortto's own integration; group by group. */
const WIZARD = {
  source: {
    Connect: ['is_sandbox', 'credentials', 'login_url'],
    'Objects, fields and records': ['objects', 'start_date', 'include_deleted'],
    'How to read': ['api', 'lookback_window', 'api_usage_limit_percent'],
  },
  destination: {
    Connect: ['api_key', 'region'],
    'Advanced options': ['modify_system_fields'],
    'Objects and fields': ['objects'],
    Merge: ['people', 'organizations', 'merge_converted_leads', 'link_people_to_organizations', 'deleted_records'],
    Sync: ['limits', 'phone_country', 'requests_per_second', 'stream_prefix', 'api_url'],
  },
};

describe.each([
  ['source', source],
  ['destination', destination],
] as const)('the form of the %s', (connector, schema: JsonObject) => {
  const all = schemasIn(schema, 'config');
  const fixed = new Set(all.filter(([, { const: value }]) => value !== undefined).map(([path]) => path));
  const properties = propertiesOf(schema);
  const failing = (fails: (node: JsonObject, path: string) => boolean): string[] =>
    all.filter(([path, node]) => fails(node, path)).map(([path]) => path);

  test('has a title and a description in words for everything that is filled in or chosen', () => {
    const isShown = (path: string): boolean => /(?:\.\w+|\(\d\))$/.test(path) && !fixed.has(path);
    expect(all.filter(([path]) => isShown(path)).length).toBeGreaterThan(15);
    expect(failing(({ title, description }, path) => isShown(path) && !(title && description))).toEqual([]);
  });

  test('goes through its groups in the order of the wizard', () => {
    const groups = schema['groups'] as readonly { readonly id: string; readonly title: string }[];
    const shown = groups.map(({ id, title }) => {
      const members = Object.entries(properties).filter(
        ([, property]) => isObject(property) && property['group'] === id,
      );
      return [title, members.map(([name]) => name)];
    });
    expect(shown).toEqual(Object.entries(WIZARD[connector]));
    expect(Object.keys(properties)).toEqual(Object.values(WIZARD[connector]).flat());
  });

  test('numbers siblings from 0 on', () => {
    for (const [path, node] of all) {
      const siblings = Object.values(propertiesOf(node));
      const orders = siblings.map((property) => (isObject(property) ? property['order'] : undefined));
      expect([path, orders]).toEqual([path, orders.map((_, index) => index)]);
    }
  });

  test('shows at once what the wizard asks, and hides what has a good default', () => {
    const hidden = Object.entries(properties).flatMap(([name, property]) =>
      isObject(property) && property['always_show'] !== true && !(schema['required'] as string[]).includes(name)
        ? [name]
        : [],
    );
    expect(hidden).toEqual(
      {
        source: ['include_deleted', 'api', 'lookback_window', 'api_usage_limit_percent'],
        destination: ['limits', 'phone_country', 'requests_per_second', 'stream_prefix', 'api_url'],
      }[connector],
    );
  });

  test('has defaults and examples that it would accept itself', () => {
    const refused = all.flatMap(([path, node]) => {
      const { default: byDefault, examples, ...rest } = node;
      const accepts = ajv.compile(rest);
      const given = [...(byDefault === undefined ? [] : [byDefault]), ...(Array.isArray(examples) ? examples : [])];
      return given.filter((value) => !accepts(value)).map((value) => [path, value]);
    });
    expect(refused).toEqual([]);
  });

  test('describes in words what a pattern requires', () => {
    expect(failing(({ pattern, pattern_descriptor: words }) => pattern !== undefined && !words)).toEqual([]);
  });

  test('identifies each choice by one const, which is its default', () => {
    const choices = all.flatMap(([path, { oneOf }]) =>
      Array.isArray(oneOf) ? [[path, oneOf as JsonObject[]] as const] : [],
    );
    expect(choices).toHaveLength(1);
    for (const [path, branches] of choices) {
      const consts = branches.map(({ type, properties: own, required }) => {
        const [name = '', first] = Object.entries(own as Record<string, JsonObject>)[0] ?? [];
        expect([path, type, first?.['default'], required]).toEqual([
          path,
          'object',
          first?.['const'],
          expect.arrayContaining([name]),
        ]);
        return [name, first?.['const']];
      });
      expect(new Set(consts.map(([name]) => name)).size).toBe(1);
      expect(new Set(consts.map(([, value]) => value)).size).toBe(branches.length);
    }
  });

  test('uses nothing that Airbyte has no control for', () => {
    expect(failing((node) => UNKNOWN_TO_THE_FORM.some((word) => word in node))).toEqual([]);
    expect(failing(({ additionalProperties }) => additionalProperties === false)).toEqual([]);
    expect(failing(({ type }) => Array.isArray(type))).toEqual([]);
  });
});
