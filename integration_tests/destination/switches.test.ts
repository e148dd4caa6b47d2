import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import { startOrtto } from '../simulators/ortto.ts';
import { switchDescriptions } from '../simulators/ortto/switches.ts';
import type { Switches } from '../simulators/ortto/switches.ts';
import { config, live, picture } from './mirrored-org.ts';

// What Ortto's public material leaves open must make no difference.

let usual: { readonly picture: ReturnType<typeof picture>; readonly lived: Awaited<ReturnType<typeof live>> };

const inPosition = async (switches: Partial<Switches>, settings: JsonObject = config) => {
  const ortto = await startOrtto({ switches });
  try {
    const lived = await live(ortto, settings);
    return { lived, picture: picture(ortto), bans: ortto.counts.bans };
  } finally {
    await ortto.close();
  }
};

beforeAll(async () => {
  usual = await inPosition({});
});

test('with every switch at its default the org is mirrored', () => {
  expect(usual.lived.states).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  expect(usual.lived.rejected).toHaveLength(1);
  expect(usual.picture.people).toHaveLength(17);
});

const positions = switchDescriptions.flatMap(({ name, positions: [, ...others] }) =>
  others.map((position): [string, Partial<Switches>] => [`${name} ${position}`, { [name]: position }]),
);

test.each(positions)('%s makes no difference', async (_, switches) => {
  const { lived, picture: seen, bans } = await inPosition(switches);
  expect(lived.states).toEqual(usual.lived.states);
  expect(lived.rejected).toEqual(usual.lived.rejected);
  expect(seen).toEqual(usual.picture);
  expect(bans).toBe(0);
});

const mixture = fc.record(
  Object.fromEntries(switchDescriptions.map(({ name, positions: all }) => [name, fc.constantFrom(...all)])),
);

test('no mixture of positions makes a difference', async () => {
  await fc.assert(
    fc.asyncProperty(mixture, async (switches) => {
      const { lived, picture: seen, bans } = await inPosition(switches);
      expect(lived.states).toEqual(usual.lived.states);
      expect(lived.rejected).toEqual(usual.lived.rejected);
      expect(seen).toEqual(usual.picture);
      expect(bans).toBe(0);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

const strategy = fc.constantFrom('append_only', 'overwrite_existing', 'ignore');
const settings = fc.record({
  deleted_records: fc.constantFrom('ignore', 'archive'),
  merge_converted_leads: fc.boolean(),
  link_people_to_organizations: fc.boolean(),
  modify_system_fields: fc.constantFrom(
    { mode: 'selected', fields: ['email', 'last_name', 'email_permission'] },
    { mode: 'selected', fields: ['first_name'] },
    { mode: 'if_empty' },
    { mode: 'none' },
  ),
  people: fc.record({
    merge_strategy: strategy,
    create_new: fc.boolean(),
    match_by: fc.constantFrom(['salesforce_id', 'email'], ['email'], ['salesforce_id'], ['email', 'salesforce_id']),
    find_strategy: fc.constantFrom('next_if_previous_empty', 'any', 'all'),
  }),
  organizations: fc.record({
    merge_strategy: strategy,
    create_new: fc.boolean(),
    match_by: fc.constantFrom(['salesforce_id', 'name'], ['salesforce_id'], ['name']),
    find_strategy: fc.constantFrom('next_if_previous_empty', 'any'),
  }),
  objects: fc.constant(config['objects']),
});

/**
 * Left at their defaults: a server that subscribes everyone who is updated without a permission undoes an opt-out that the
 * settings forbid to send again, and one that says "queued" of everybody does not tell who is new, which is all that
 * counts under "ignore".
 */
const pinned = ({ people }: { people: { merge_strategy: string } }): Partial<Switches> => ({
  omittedPermission: 'kept',
  ...(people.merge_strategy === 'ignore' && { mergeAnswer: 'verdict' }),
});

test('nor under any settings', async () => {
  await fc.assert(
    fc.asyncProperty(mixture, settings, async (mixed, given) => {
      const switches = { ...mixed, ...pinned(given) };
      const [expected, seen] = [await inPosition({}, given), await inPosition(switches, given)];
      expect(seen.lived.states).toEqual(expected.lived.states);
      expect(seen.lived.rejected).toEqual(expected.lived.rejected);
      expect(seen.picture).toEqual(expected.picture);
      expect(seen.bans).toBe(0);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
