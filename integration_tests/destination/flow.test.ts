import { expect, test } from 'vitest';
import { ledgerOf, liveWrite, record, startWrite, state, stateIds } from './destination-run.ts';
import { useOrtto } from './use-ortto.ts';
import { FIELDS, contact } from './contact-records.ts';

// How fast input is read, when batches leave, and how a run ends that is asked to stop.

const ortto = useOrtto({ apiKey: 'a-key-nobody-may-see' });

test('stdin is read no further than some thousand records ahead of Ortto', async () => {
  ortto.limits.latencyMs = 5;
  let produced = 0;
  let merges = 0;
  const ahead: number[] = [];
  ortto.faults.add({
    path: '/person/merge',
    when: () => {
      ahead.push(produced - 100 * merges);
      merges += 1;
      return false;
    },
  });
  function* lines() {
    for (; produced < 12_000; produced += 1) yield record('Contact', contact(produced));
  }
  const run = await liveWrite(ortto, { streams: { Contact: FIELDS }, lines: lines() });
  ortto.limits.latencyMs = 0;
  expect(ledgerOf(run, 'Contact')).toMatchObject({ created: 12_000 });
  // 2,000 that wait, twelve batches under way, and what the pipe holds.
  expect(Math.max(...ahead)).toBeLessThan(5_000);
});

test('while input continues, a batch that is not full leaves after two quiet seconds', async () => {
  async function* slowly() {
    yield record('Contact', contact(1)) + state('Contact', 1);
    await new Promise((resolve) => {
      setTimeout(resolve, 4000);
    });
    yield record('Contact', contact(2)) + state('Contact', 2);
  }
  await startWrite(ortto, { streams: { Contact: FIELDS }, lines: slowly() }, async ({ message, ended }) => {
    await message((each) => each.type === 'STATE');
    expect(ortto.cdp.people()).toHaveLength(1);
    expect(await ended).toBe(0);
  });
});

test('on SIGTERM what is under way is finished, its states leave, and the process ends with 143', async () => {
  ortto.faults.add({ path: '/person/merge', times: 1000, delayMs: 300 });
  async function* endlessly() {
    for (let page = 0; ; page += 1) {
      for (let row = 0; row < 100; row += 1) yield record('Contact', contact(page * 100 + row));
      yield state('Contact', page);
    }
  }
  await startWrite(
    ortto,
    { streams: { Contact: FIELDS }, lines: endlessly() },
    async ({ child, message, messages, ended }) => {
      await message((each) => each.type === 'STATE');
      child.kill('SIGTERM');
      expect(await ended).toBe(143);
      const ids = stateIds({ messages });
      expect(ids).toEqual(ids.map((_, index) => index));
      expect(ortto.cdp.people().length).toBe(ids.length * 100);
    },
  );
});
