import { expect, test } from 'vitest';
import type { Outcome } from './source-org.ts';
import { useSourceOrg } from './use-source-org.ts';

const org = useSourceOrg({ contacts: 60, eachTest: 'restarted' });

interface ContactRecord {
  readonly Id: string;
  readonly IsDeleted: boolean;
  readonly LastName?: string;
  readonly MasterRecordId?: string | null;
}

const contacts = ({ records }: Outcome): ContactRecord[] =>
  (records.get('Contact') ?? []).map((line) => JSON.parse(line) as ContactRecord);

const ids = (outcome: Outcome): string[] => contacts(outcome).map(({ Id }) => Id);

const contactId = (index: number): string => {
  const living = org.salesforce.org.rows('Contact').filter((row) => row['IsDeleted'] === false);
  return living[index]?.['Id'] as string;
};

const MINUTES = 60_000;

test.each(['rest', 'bulk'])('by %s, a second read gives what has changed and nothing else', async (api) => {
  const read = (state?: Outcome['states']) =>
    org.read({ streams: ['Contact'], config: { api }, ...(state && { state }) });
  const first = await read();
  org.salesforce.org.clock.advance(30 * MINUTES);
  const [changed, removed, loser, winner] = [contactId(0), contactId(1), contactId(2), contactId(3)];
  org.salesforce.org.update('Contact', changed, { LastName: 'Changed' });
  org.salesforce.org.remove('Contact', removed);
  org.salesforce.org.merge('Contact', winner, [loser]);
  const added = org.salesforce.org.insert('Contact', { LastName: 'New' });
  org.salesforce.org.clock.advance(1 * MINUTES);
  const second = await read(first.states);
  expect(second.exitCode).toBe(0);
  const byId = new Map(contacts(second).map((record) => [record.Id, record]));
  expect(byId.get(changed)?.LastName).toBe('Changed');
  expect(byId.get(added)?.LastName).toBe('New');
  expect(byId.get(removed)?.IsDeleted).toBe(true);
  expect(byId.get(loser)).toMatchObject({ IsDeleted: true, MasterRecordId: winner });
  expect(byId.size).toBeLessThanOrEqual(5);
  org.salesforce.org.clock.advance(30 * MINUTES);
  expect(contacts(await read(second.states))).toEqual([]);
});

test('a row that becomes visible after its time is read by the next read, and those read already do not repeat', async () => {
  org.salesforce.org.clock.advance(30 * MINUTES);
  const early = org.salesforce.org.insert('Contact', { LastName: 'Early' });
  const late = org.salesforce.org.insert('Contact', { LastName: 'Late' }, { visibleAfterMs: 2 * MINUTES });
  org.salesforce.org.clock.advance(1 * MINUTES);
  const first = await org.readHere({ streams: ['Contact'] });
  expect(ids(first)).toContain(early);
  expect(ids(first)).not.toContain(late);
  org.salesforce.org.clock.advance(2 * MINUTES);
  const second = await org.readHere({ streams: ['Contact'], state: first.states });
  expect(ids(second)).toEqual([late]);
  org.salesforce.org.clock.advance(1 * MINUTES);
  expect(ids(await org.readHere({ streams: ['Contact'], state: second.states }))).toEqual([]);
});

test('rows purged from the recycle bin arrive once, as deleted', async () => {
  const purged = contactId(0);
  const first = await org.readHere({ streams: ['Contact'] });
  org.salesforce.org.clock.advance(30 * MINUTES);
  org.salesforce.org.hardRemove('Contact', purged);
  org.salesforce.org.clock.advance(5 * MINUTES);
  const second = await org.readHere({ streams: ['Contact'], state: first.states });
  expect(second.errors).toEqual([]);
  expect(contacts(second)).toEqual([{ Id: purged, IsDeleted: true, SystemModstamp: expect.any(String) }]);
  org.salesforce.org.clock.advance(5 * MINUTES);
  expect(contacts(await org.readHere({ streams: ['Contact'], state: second.states }))).toEqual([]);
});

test('a row that was sent by a first read that broke off at once, and is purged before the next, arrives as deleted', async () => {
  const first = await org.readHere({ streams: ['Contact'], until: ({ type }) => type === 'RECORD' });
  const [sent = ''] = ids(first);
  org.salesforce.org.hardRemove('Contact', sent);
  org.salesforce.org.clock.advance(30 * MINUTES);
  const second = await org.readHere({ streams: ['Contact'], state: first.states });
  expect(contacts(second).filter(({ Id }) => Id === sent)).toEqual([
    { Id: sent, IsDeleted: true, SystemModstamp: expect.any(String) },
  ]);
});

test('without deleted rows, none is sent and none is looked for', async () => {
  const config = { include_deleted: false };
  const first = await org.readHere({ streams: ['Contact'], config });
  expect(contacts(first).filter(({ IsDeleted }) => IsDeleted)).toEqual([]);
  org.salesforce.org.clock.advance(30 * MINUTES);
  org.salesforce.org.remove('Contact', contactId(0));
  org.salesforce.org.hardRemove('Contact', contactId(0));
  org.salesforce.org.clock.advance(5 * MINUTES);
  expect(contacts(await org.readHere({ streams: ['Contact'], config, state: first.states }))).toEqual([]);
});

test('changed conditions start the stream again', async () => {
  const first = await org.readHere({ streams: ['Contact'] });
  const target = contactId(0);
  const lastName = org.salesforce.org.row('Contact', target)?.['LastName'] as string;
  const objects = [{ name: 'Contact', conditions: [{ field: 'LastName', operator: 'is', value: lastName }] }];
  const second = await org.readHere({ streams: ['Contact'], config: { objects }, state: first.states });
  expect(second.errors).toEqual([]);
  expect(ids(second)).toContain(target);
  expect(contacts(second).every((record) => record.LastName?.toLowerCase() === lastName.toLowerCase())).toBe(true);
  expect(second.log).toContain('read again from the start');
});

test('a field that has gone since discovery is left out, and the stream continues', async () => {
  await org.streams();
  org.salesforce.org.hideField('Contact', 'Title');
  const outcome = await org.read({ streams: ['Contact'] });
  expect(outcome.exitCode).toBe(0);
  expect(outcome.log).toContain('Title');
  expect(contacts(outcome)).toHaveLength(org.salesforce.org.count('Contact'));
  expect(outcome.stdout).not.toContain('"Title"');
});

test.each(['rest', 'bulk'])('a field that goes between describe and a query by %s is left out too', async (api) => {
  await org.streams();
  org.salesforce.faults.push({
    match: { path: api === 'rest' ? /queryAll/ : /jobs\/query/ },
    action: { kind: 'do', run: () => org.salesforce.org.hideField('Contact', 'Title') },
  });
  const outcome = await org.readHere({ streams: ['Contact'], config: { api } });
  expect(outcome.errors).toEqual([]);
  expect(outcome.log).toContain('Describing Contact again');
  expect(contacts(outcome)).toHaveLength(org.salesforce.org.count('Contact'));
});

test('a state that is not ours is a config error, not a silent full refresh', async () => {
  const { states } = await org.read({ streams: ['Contact'] });
  const foreign = states.map((state) => ({
    ...state,
    stream: { ...state.stream, stream_state: { slices: [{ start: '2024-01-01', end: '2024-02-01' }] } },
  }));
  const outcome = await org.read({ streams: ['Contact'], state: foreign });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.errors).toEqual([expect.stringMatching(/^config_error .*Contact/)]);
  expect(outcome.records.size).toBe(0);
});
