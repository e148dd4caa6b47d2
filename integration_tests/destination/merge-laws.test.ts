import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConfiguredCatalog, JsonObject } from '../../airbyte/protocol.ts';
import { parseConfig } from '../../destination-ortto-cdp/config.ts';
import type { Write } from '../../destination-ortto-cdp/records/mapped.ts';
import { planMapping } from '../../destination-ortto-cdp/mapping/plan.ts';
import type { StreamMapping } from '../../destination-ortto-cdp/mapping/plan.ts';
import { firstPass, laterPasses, mayCarryAnothersId, needsMore } from '../../destination-ortto-cdp/delivery/passes.ts';
import type { Pass } from '../../destination-ortto-cdp/delivery/passes.ts';
import { mapRecord } from '../../destination-ortto-cdp/records/map-record.ts';
import { applyToModel, batches, hasKey, pictureOf, settle } from './merge-model.ts';
import { recordOf, settingsJson, settingsOf, SHAPES, scenarioOf } from './merge-scenarios.ts';
import type { Target, Scenario } from './merge-scenarios.ts';
import { createCustomField } from '../simulators/ortto/custom-fields.ts';
import { createInstance } from '../simulators/ortto/instance.ts';
import type { Instance } from '../simulators/ortto/instance.ts';
import { mergeOrganizations, mergePeople } from '../simulators/ortto/merge.ts';

// Records go through the real mapping and the real passes into the embedded Ortto, ten thousand times; beside it stands the
// model.

const catalogOf = (target: Target): ConfiguredCatalog => {
  const shape = SHAPES[target];
  const names = ['Id', ...shape.fields.map(([from]) => from), ...(target === 'person' ? ['AccountId'] : [])];
  const properties = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    Topics__c: { type: 'array' as const },
    ...(target === 'person' ? { HasOptedOutOfEmail: { type: 'boolean' as const } } : {}),
  };
  return {
    streams: [
      {
        stream: {
          name: shape.stream,
          json_schema: { type: 'object', properties },
          supported_sync_modes: ['incremental'],
        },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      },
    ],
  };
};

/** The mapping, with the custom fields it needs created in the embedded Ortto. */
const prepare = (instance: Instance, scenario: Scenario): StreamMapping => {
  const none = { person: [], organization: [], personActivities: [], organizationActivities: [] };
  const plan = planMapping(
    parseConfig({ api_key: 'key', ...settingsJson(scenario) }),
    catalogOf(scenario.target),
    none,
  );
  expect(plan.problems).toEqual([]);
  for (const field of plan.missing.person) createCustomField(instance, instance.people, field);
  for (const field of plan.missing.organization) createCustomField(instance, instance.organizations, field);
  const [mapping] = plan.streams;
  if (mapping === undefined) throw new Error('The plan has a stream');
  return mapping;
};

const send = (
  instance: Instance,
  { target, body }: Pass,
): { readonly id: string | undefined; readonly status: unknown }[] => {
  const answer = target === 'person' ? mergePeople(instance, body) : mergeOrganizations(instance, body);
  const rows = (answer.body as JsonObject)[target === 'person' ? 'people' : 'accounts'] as readonly JsonObject[];
  return rows.map((row) => {
    const id = row['person_id'] ?? row['account_id'];
    return { status: row['status'], id: typeof id === 'string' ? id : undefined };
  });
};

const deliver = (instance: Instance, writes: readonly Write[]): void => {
  const first = firstPass(writes);
  const verdicts = send(instance, first);
  const store = first.target === 'person' ? instance.people : instance.organizations;
  const found = writes.flatMap((write, index) => {
    const { id, status } = verdicts[index] ?? {};
    const existed = status !== 'created';
    if (id === undefined || !needsMore(first, write, existed)) return [];
    const carried = store.get(id)?.fields.get(write.mapping.identity);
    const read = mayCarryAnothersId(write.mapping) && typeof carried === 'string' ? carried : undefined;
    return [{ write, existed, address: first.target === 'person' ? id : read }];
  });
  for (const pass of laterPasses(first, found)) send(instance, pass);
};

const shown = (instance: Instance, target: Target): unknown[] => {
  const store = target === 'person' ? instance.people : instance.organizations;
  return Array.from(store.all(), ({ fields }) => pictureOf(target, (id) => fields.get(id)));
};

test.each([
  ['person', 10_000],
  ['organization', 4_000],
] as const)(
  'whatever the settings, the embedded Ortto has for each %s what the rules say field by field (%d cases)',
  (target, numRuns) => {
    fc.assert(
      fc.property(scenarioOf(target), (scenario) => {
        const instance = createInstance({ switches: scenario.switches });
        const mapping = prepare(instance, scenario);
        const model = settle(scenario, (body) =>
          target === 'person' ? mergePeople(instance, body) : mergeOrganizations(instance, body),
        );
        expect(shown(instance, target)).toEqual(model.map((entity) => Object.fromEntries(entity)));
        const records = scenario.records.filter((record) => hasKey(scenario, record));
        for (const batch of batches(scenario, model, records)) {
          const writes = batch.flatMap((record) => {
            const mapped = mapRecord(mapping, record, 0);
            return mapped.kind === 'write' ? [mapped.write] : [];
          });
          expect(writes).toHaveLength(batch.length);
          if (writes.length > 0) deliver(instance, writes);
          for (const record of batch) applyToModel(model, scenario, record);
          expect(shown(instance, target)).toEqual(model.map((entity) => Object.fromEntries(entity)));
        }
      }),
      { numRuns },
    );
  },
);

test('no sequence of syncs, and no settings, turns an opt-out into an opt-in', () => {
  const syncs = fc.array(
    fc.record({ records: fc.array(recordOf('person'), { minLength: 1, maxLength: 3 }), leaves: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(
      fc.tuple(scenarioOf('person'), syncs, fc.array(settingsOf('person'), { minLength: 4, maxLength: 4 })),
      ([scenario, rounds, changes]) => {
        const instance = createInstance({ switches: scenario.switches });
        const out = new Set<string>();
        for (const [index, { records, leaves }] of rounds.entries()) {
          // Settings may change from one sync to the next.
          const now: Scenario = { ...scenario, settings: changes[index] ?? scenario.settings, records };
          // The first sync creates the custom fields; later ones would be refused.
          const mapping = prepare(index === 0 ? instance : createInstance(), now);
          for (const record of records.filter((one) => hasKey(now, one))) {
            const mapped = mapRecord(mapping, record, 0);
            if (mapped.kind === 'write') deliver(instance, [mapped.write]);
          }
          if (leaves) {
            for (const person of instance.people.all()) instance.people.set(person, 'bol::p', false);
          }
          const subscribed = Array.from(instance.people.all()).filter(({ fields }) => fields.get('bol::p') === true);
          expect(subscribed.filter(({ id }) => out.has(id))).toEqual([]);
          for (const { id, fields } of instance.people.all()) if (fields.get('bol::p') === false) out.add(id);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
