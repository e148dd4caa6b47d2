import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { errorsOf, ledgerOf, liveWrite, record, state, stateIds } from './destination-run.ts';
import type { Streams } from './destination-run.ts';
import { applyToModel, batches, hasKey, pictureOf, settle } from './merge-model.ts';
import { settingsJson, SHAPES, scenarioOf } from './merge-scenarios.ts';
import type { Target, Scenario } from './merge-scenarios.ts';
import { startOrtto } from '../simulators/ortto.ts';
import type { OrttoSimulator } from '../simulators/ortto.ts';
import type { Switches } from '../simulators/ortto/switches.ts';

// Whole syncs beside the model: queue, batches, look-ups and passes over a real socket, in an Ortto that spells its answers
// in any way and now and then does not answer.

const streams: { readonly [T in Target]: Streams } = {
  person: { Contact: ['Id', 'Email', 'FirstName', 'Title', 'Topics__c', 'AccountId', 'HasOptedOutOfEmail'] },
  organization: { Account: ['Id', 'Name', 'Industry', 'Type', 'Topics__c'] },
};

/** Spellings of answers, which say nothing about whom a row means. */
const spellings: fc.Arbitrary<Partial<Switches>> = fc.record({
  verdictId: fc.constantFrom('always', 'unless-skipped', 'never'),
  ignoredStatus: fc.constantFrom('skipped', 'merged', 'unchanged'),
  absentStatus: fc.constantFrom('skipped', 'merged', 'not_found'),
  accountIdKey: fc.constantFrom('account_id', 'organization_id', 'id'),
  organizationSkipNonExisting: fc.constantFrom('ignored', 'honoured'),
});

/** An answer that is lost before or after the work is done; seldom, since repeating takes its time. */
const trouble = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ worked: fc.boolean(), after: fc.nat(12) }) },
);

let ortto: OrttoSimulator;

const shown = (target: Target) =>
  (target === 'person' ? ortto.cdp.people() : ortto.cdp.organizations()).map(({ fields }) =>
    pictureOf(target, (id) => fields[id]),
  );

const syncOf = (scenario: Scenario) => {
  const { stream } = SHAPES[scenario.target];
  const config = settingsJson(scenario);
  return (records: readonly JsonObject[]) =>
    liveWrite(ortto, {
      config,
      streams: streams[scenario.target],
      lines: [...records.map((each) => record(stream, each)), state(stream, 1)],
    });
};

test.each(['person', 'organization'] as const)(
  'for any settings, records and spelling of answers, each %s is after a sync what the model says',
  async (target) => {
    const path = target === 'person' ? '/person/merge' : '/accounts/merge';
    const { stream } = SHAPES[target];
    const scenarios = fc.tuple(scenarioOf(target), fc.boolean(), spellings, trouble);
    await fc.assert(
      fc.asyncProperty(scenarios, async ([given, createNew, switches, lost]) => {
        const scenario = { ...given, settings: { ...given.settings, createNew } };
        ortto = await startOrtto({ switches: { ...scenario.switches, ...switches } });
        const sync = syncOf(scenario);
        // The first sync creates the custom fields.
        expect(errorsOf(await sync([]))).toEqual([]);
        const model = settle(scenario, (body) => ortto.cdp.call('POST', path, body));
        if (lost !== undefined) ortto.faults.add({ ...lost, cut: true });
        const keyless = scenario.records.filter((each) => !hasKey(scenario, each));
        const keyed = scenario.records.filter((each) => hasKey(scenario, each));
        for (const batch of batches(scenario, model, keyed)) {
          const run = await sync([...batch, ...keyless]);
          expect([errorsOf(run), stateIds(run)]).toEqual([[], [1]]);
          expect(ledgerOf(run, stream)).toMatchObject({ received: batch.length + keyless.length });
          for (const each of batch) applyToModel(model, scenario, each);
          expect(shown(target)).toEqual(model.map((entity) => Object.fromEntries(entity)));
        }
        await ortto.close();
      }),
      { numRuns: 60, endOnFailure: true },
    );
  },
);
