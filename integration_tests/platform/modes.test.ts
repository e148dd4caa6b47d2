import { beforeAll, expect, test } from 'vitest';
import type { SyncMode } from '../../airbyte/protocol.ts';
import { workADay } from '../demo/working-day.ts';
import type { SyncReport } from './sync-report.ts';
import type { StreamChoice } from './messages.ts';
import { expectClean, startWorld, type World } from './world.ts';

// Whatever mode the user chooses for the streams, the CDP is the same.

// One hour after a world begins. A fixed second, however long a sync takes: times are part of what is synced.
const LATER = new Date((Math.floor(Date.now() / 1_000) - 86_400 + 3_600) * 1_000);

const counts = ({ streams }: SyncReport): Record<string, number> =>
  Object.fromEntries(Array.from(streams, ([name, { records }]) => [name, records]));

const rowCounts = ({ salesforce, connection }: World): Record<string, number> =>
  Object.fromEntries(connection.discovered.streams.map(({ name }) => [name, salesforce.org.rows(name).length]));

const inWorld = async <Result>(choice: StreamChoice, act: (world: World) => Promise<Result>): Promise<Result> => {
  const world = await startWorld({ choose: () => choice });
  try {
    return await act(world);
  } finally {
    await world.close();
  }
};

/**
 * A working day. What a contact has of its account follows only with a change of its own, unless it is read in full: so
 * those of the account that was renamed change as well.
 */
const work = ({ org }: World['salesforce']): void => {
  org.clock.set(LATER);
  org.clock.freeze();
  const names = new Map(org.rows('Account').map((row) => [row['Id'], row['Name']]));
  workADay(org);
  const renamed = org.rows('Account').filter((row) => names.has(row['Id']) && names.get(row['Id']) !== row['Name']);
  const theirs = new Set(renamed.map((row) => row['Id']));
  for (const row of org.rows('Contact')) {
    if (theirs.has(row['AccountId']) && row['IsDeleted'] !== true) {
      org.update('Contact', row['Id'] as string, { Department: 'Renaming' });
    }
  }
  org.clock.unfreeze();
  org.clock.advance(60_000);
};

/** Two syncs with a working day between them. */
const twoSyncs = (choice: StreamChoice) =>
  inWorld(choice, async (world) => {
    const rows = [rowCounts(world)];
    const first = await world.sync();
    expectClean(first);
    work(world.salesforce);
    rows.push(rowCounts(world));
    const second = await world.sync();
    expectClean(second);
    expect(await world.faults()).toEqual([]);
    const said = [first, second].map(({ logs }) => logs.map(({ message }) => message).join('\n'));
    return {
      sent: [counts(first), counts(second)],
      rows,
      said,
      cdp: world.ortto.cdp.snapshot(),
      attempt: world.saved.lastAttempt(),
    };
  });

let usual: Awaited<ReturnType<typeof twoSyncs>>;
beforeAll(async () => {
  usual = await twoSyncs({ sync_mode: 'incremental', destination_sync_mode: 'append_dedup' });
});

test.each<[SyncMode, string]>([
  ['full_refresh', 'overwrite'],
  ['full_refresh', 'append'],
  ['full_refresh', 'append_dedup'],
  ['incremental', 'append'],
])(
  'Two syncs of streams in %s and %s leave the CDP of incremental and append_dedup',
  async (sync_mode, destination_sync_mode) => {
    const { sent, rows, said, cdp, attempt } = await twoSyncs({ sync_mode, destination_sync_mode });
    expect(cdp).toEqual(usual.cdp);
    expect(sent).toEqual(sync_mode === 'full_refresh' ? rows : usual.sent);
    expect(attempt).toMatchObject({ job: 2, attempt: 0, succeeded: true });
    for (const words of said) {
      const sentence = /^Overwrite is treated as append for (.*): nothing in Ortto is deleted or cleared\.$/m.exec(
        words,
      );
      const streams = sentence?.[1]?.split(', ').sort() ?? [];
      expect(streams).toEqual(destination_sync_mode === 'overwrite' ? Object.keys(usual.sent[0] ?? {}).sort() : []);
    }
  },
);

test('A full refresh that was killed starts over with the next attempt of its job, and then switches to incremental', async () => {
  const choice = { sync_mode: 'full_refresh', destination_sync_mode: 'append' } as const;
  await inWorld(choice, async (world) => {
    let kill: () => void = () => undefined;
    const broken = await world.sync({
      onStart: ({ source }) => {
        kill = () => source.kill('SIGKILL');
      },
      onRecord: (_stream, passed) => {
        if (passed === 200) kill();
      },
    });
    expect(broken.succeeded).toBe(false);
    expect(world.saved.states()).not.toEqual([]);
    const again = await world.sync();
    expectClean(again);
    expect(counts(again)).toEqual(rowCounts(world));
    expect(world.saved.lastAttempt()).toMatchObject({ job: 1, attempt: 1, succeeded: true });
    expect(await world.faults()).toEqual([]);

    const before = world.ortto.cdp.snapshot();
    const incremental = { sync_mode: 'incremental', destination_sync_mode: 'append_dedup' } as const;
    expectClean(await world.syncAs(() => incremental));
    const last = await world.syncAs(() => incremental);
    expectClean(last);
    expect(new Set(Object.values(counts(last)))).toEqual(new Set([0]));
    expect(world.ortto.cdp.snapshot()).toEqual(before);
  });
});

test('An empty state, as Airbyte makes one for a stream without, has the source read the stream from the start', async () => {
  await inWorld({ sync_mode: 'incremental', destination_sync_mode: 'append_dedup' }, async (world) => {
    expectClean(await world.sync());
    const contacts = { stream_descriptor: { name: 'Contact' }, stream_state: {} };
    world.saved.keepState({ type: 'STREAM', stream: contacts });
    const again = await world.sync();
    expectClean(again);
    const { Contact, ...others } = counts(again);
    expect(Contact).toBe(rowCounts(world)['Contact']);
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
    expect(await world.faults()).toEqual([]);
  });
});
