import { expect, test } from 'vitest';
import { workADay } from '../demo/working-day.ts';
import { ledgerLines } from '../demo/report.ts';
import type { SyncReport } from './sync-report.ts';
import { expectClean, startWorld, type World } from './world.ts';

// Both shipped entry points, joined as Airbyte joins them, between the two embedded servers.

const receivedIn = (report: SyncReport): number => ledgerLines(report).reduce((sum, { received }) => sum + received, 0);

/** The sync after a day's work in the org: clean, right, and of little but what has changed. */
const syncAfterChanges = async (world: World, first: SyncReport): Promise<SyncReport> => {
  const { org } = world.salesforce;
  org.clock.advance(3_600_000);
  workADay(org);
  org.clock.advance(60_000);
  const second = await world.sync();
  expectClean(second);
  expect(await world.faults()).toEqual([]);
  expect(receivedIn(second)).toBeGreaterThan(0);
  expect(receivedIn(second)).toBeLessThan(receivedIn(first) / 4);
  return second;
};

test('A first and an incremental sync leave in the CDP what the org says, and nothing is printed that must not be', async () => {
  const world = await startWorld();
  try {
    const first = await world.sync();
    expectClean(first);
    expect(await world.faults()).toEqual([]);
    for (const { statuses } of first.streams.values()) {
      expect(statuses[0]).toBe('STARTED');
      expect(statuses.slice(1, -1)).toEqual(['RUNNING']);
      expect(statuses.at(-1)).toBe('COMPLETE');
    }

    const second = await syncAfterChanges(world, first);

    const printed = JSON.stringify([first.logs, first.failures, second.logs, second.failures]);
    for (const secret of world.secrets) expect(printed).not.toContain(secret);
    const emails = world.salesforce.org
      .rows('Contact')
      .flatMap(({ Email }) => (typeof Email === 'string' ? [Email] : []));
    for (const email of emails) expect(printed).not.toContain(email);
  } finally {
    await world.close();
  }
});

test('A third sync of an org that did not change moves nothing', async () => {
  const world = await startWorld({ contacts: 60 });
  try {
    expectClean(await world.sync());
    const before = world.ortto.cdp.snapshot();
    const again = await world.sync();
    expectClean(again);
    expect(world.ortto.cdp.snapshot()).toEqual(before);
    expect([...again.streams.values()].reduce((sum, { records }) => sum + records, 0)).toBe(0);
  } finally {
    await world.close();
  }
});

test('Killing either connector anywhere and syncing again gives the CDP of an undisturbed sync', async () => {
  const calm = await startWorld();
  try {
    expectClean(await calm.sync());
    const undisturbed = calm.ortto.cdp.snapshot();
    for (const [victim, after] of [
      ['destination', 20],
      ['destination', 160],
      ['destination', 280],
      ['source', 80],
      // Well before its end: what it has written already waits in the pipe.
      ['source', 200],
    ] as const) {
      const shaken = await startWorld();
      try {
        let kill: () => void = () => undefined;
        const broken = await shaken.sync({
          onStart: (children) => {
            kill = () => children[victim].kill('SIGKILL');
          },
          onRecord: (_stream, passed) => {
            if (passed === after) kill();
          },
        });
        expectClean(await shaken.sync());
        const [succeeded, faults] = [broken.succeeded, await shaken.faults()];
        expect({ victim, after, succeeded, faults }).toEqual({ victim, after, succeeded: false, faults: [] });
        expect(shaken.ortto.cdp.snapshot()).toEqual(undisturbed);
      } finally {
        await shaken.close();
      }
    }
  } finally {
    await calm.close();
  }
});

test('A connection with a stream prefix and a namespace syncs, resumes from its states and is cleared like any other', async () => {
  const world = await startWorld({ contacts: 60, naming: { prefix: 'sf_', namespace: 'crm' } });
  try {
    const first = await world.sync();
    expectClean(first);
    expect(await world.faults()).toEqual([]);

    await syncAfterChanges(world, first);
    expect(world.saved.states()).toHaveLength(world.connection.choices.size);

    const before = world.ortto.cdp.snapshot();
    expectClean(await world.clear());
    expect(world.saved.states()).toEqual([]);
    expect(world.ortto.cdp.snapshot()).toEqual(before);
  } finally {
    await world.close();
  }
});
