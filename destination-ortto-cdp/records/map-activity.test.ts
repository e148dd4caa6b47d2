import { expect, test } from 'vitest';
import type { JsonObject } from '../../airbyte/protocol.ts';
import type { ActivityMapping } from '../mapping/activity.ts';
import type { Mapped } from './mapped.ts';
import { mapRecord } from './map-record.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const CONTACT_ID = '0035g00000XyZabAAF';
const ACCOUNT_ID = '0015g00000XyZabAAF';

const tasks: ActivityMapping = {
  kind: 'activity',
  stream: 'Task',
  object: 'Task',
  about: ['WhoId'],
  person: {
    activityId: 'act:cm:task',
    attributes: [
      { from: 'Subject', path: ['Subject'], id: 'str:cm:subject', type: 'text' },
      { from: 'Due__c', path: ['Due__c'], id: 'dtz:cm:due', type: 'date' },
    ],
  },
  organization: undefined,
  occurredAt: [['CompletedDateTime'], ['CreatedDate']],
  identifiedBy: [['Id'], ['Status']],
};

const TASK_ID = '00T5g00000XyZabEAF';
const task = {
  Id: TASK_ID,
  WhoId: CONTACT_ID,
  CreatedDate: '2026-05-30T09:00:00.000Z',
  Status: 'In/progress',
  Subject: 'Call',
};
const activity = (data: JsonObject, mapping = tasks): Mapped => mapRecord(mapping, { ...task, ...data }, NOW);

test('a task becomes an activity about whom it names, at its time, with a key of its own', () => {
  expect(activity({ CompletedDateTime: null, Due__c: null })).toEqual({
    kind: 'activity',
    activity: {
      mapping: tasks,
      id: TASK_ID,
      about: { kind: 'contact', id: CONTACT_ID, field: 'WhoId' },
      activityId: 'act:cm:task',
      occurredAt: '2026-05-30T09:00:00.000Z',
      ahead: undefined,
      key: `${TASK_ID}/In%2Fprogress`,
      attributes: { 'str:cm:subject': 'Call' },
      cut: [],
      leftOut: [],
    },
  });
});

test('the first time a record has is the time of its activity', () => {
  expect(activity({ CompletedDateTime: '2026-05-31' })).toMatchObject({
    activity: { occurredAt: '2026-05-31T00:00:00.000Z' },
  });
});

test('an activity is about a lead as well', () => {
  expect(activity({ WhoId: '00Q5g00000XyZab' })).toMatchObject({
    activity: { about: { kind: 'lead', id: '00Q5g00000XyZabEAF' } },
  });
});

test.each([
  [{ WhoId: null }, 'no_person'],
  [{ WhoId: '' }, 'no_person'],
  [{ WhoId: '\u200b ' }, 'no_person'],
  [{ CreatedDate: '2026-03-01T00:00:00Z' }, 'older_than_90_days'],
  [{ IsDeleted: true }, 'deleted'],
])('a task with %j is skipped: %s', (data, reason) => {
  expect(activity(data)).toEqual({ kind: 'skip', id: TASK_ID, reason });
});

test.each([
  [{ WhoId: '0065g00000XyZab' }, 'not_a_person', 'WhoId'],
  [{ WhoId: ACCOUNT_ID }, 'not_a_person', 'WhoId'],
  [{ WhoId: 'somebody' }, 'not_a_person', 'WhoId'],
  [{ CreatedDate: null }, 'no_time', 'CompletedDateTime'],
  [{ CreatedDate: 'yesterday' }, 'not_a_time', 'CreatedDate'],
  [{ CreatedDate: '2026-06-02T00:00:00Z' }, 'in_the_future', 'CreatedDate'],
])('a task with %j is rejected: %s in %s', (data, reason, at) => {
  expect(activity(data)).toMatchObject({ kind: 'reject', id: TASK_ID, reason, field: at });
});

test('an activity is kept until an hour before its ninety days are over, and a clock may be five minutes behind', () => {
  const at = (ms: number) => activity({ CreatedDate: new Date(NOW + ms).toISOString() }).kind;
  const oldest = -(90 * 24 - 1) * 3_600_000;
  expect([at(oldest), at(oldest - 1000), at(300_000), at(301_000)]).toEqual(['activity', 'skip', 'activity', 'reject']);
});

test("today's date is not in the future, wherever the day begins first, and is the same instant at any hour", () => {
  const dayAt = (aheadMs: number) => new Date(NOW + aheadMs).toISOString().slice(0, 10);
  const ahead = activity({ CreatedDate: dayAt(14 * 3_600_000) });
  expect(ahead).toMatchObject({ activity: { occurredAt: `${dayAt(14 * 3_600_000)}T00:00:00.000Z` } });
  expect(activity({ CreatedDate: dayAt(48 * 3_600_000) })).toMatchObject({ kind: 'reject', reason: 'in_the_future' });
});

test('all problems of an activity are reported at once', () => {
  expect(activity({ WhoId: ACCOUNT_ID, CreatedDate: 'x', Due__c: 'y' })).toMatchObject({
    reason: 'not_a_person',
    others: [{ reason: 'not_a_time' }, { reason: 'not_a_date' }],
  });
});

test('an attribute that fits no type, or was nulled on the way, is left out, and its activity is recorded', () => {
  expect(activity({ Due__c: 'soon' })).toMatchObject({
    activity: { attributes: { 'str:cm:subject': 'Call' }, leftOut: [{ field: 'Due__c', reason: 'not_a_date' }] },
  });
  expect(mapRecord(tasks, { ...task, Subject: null }, NOW, ['Subject', 'WhoId'])).toMatchObject({
    activity: { attributes: {}, leftOut: [{ field: 'Subject', reason: 'nulled' }] },
  });
});

const visits: ActivityMapping = {
  ...tasks,
  stream: 'Visit__c',
  object: 'Visit__c',
  about: undefined,
  organization: { activityId: 'act:oc:visit', attributes: [] },
  identifiedBy: [['Id']],
};
const { WhoId: _, ...visit } = task;
const about = (data: JsonObject, mapping = visits) => mapRecord(mapping, { ...visit, ...data }, NOW);

test('a custom object is about the one person any of its values names, else about the one account', () => {
  expect(about({ Guest__c: CONTACT_ID, Host__c: ACCOUNT_ID, OwnerId: '0055g00000XyZabAAF' })).toMatchObject({
    activity: { about: { kind: 'contact', id: CONTACT_ID, field: 'Guest__c' }, activityId: 'act:cm:task' },
  });
  expect(about({ A__c: CONTACT_ID, B__c: CONTACT_ID })).toMatchObject({ activity: { about: { field: 'A__c' } } });
  expect(about({ Host__c: ACCOUNT_ID })).toMatchObject({
    activity: { about: { kind: 'account', id: ACCOUNT_ID, field: 'Host__c' }, activityId: 'act:oc:visit' },
  });
});

test('a custom object that names nobody is skipped, one that names several is rejected', () => {
  expect(about({ Note__c: '003 is not an id' })).toMatchObject({ kind: 'skip', reason: 'no_person' });
  expect(about({ A__c: CONTACT_ID, B__c: '00Q5g00000XyZabEAF' })).toMatchObject({
    kind: 'reject',
    reason: 'several_ids',
    field: 'A__c, B__c',
  });
  expect(about({ A__c: ACCOUNT_ID, B__c: '0015g00000XyZacAAF' })).toMatchObject({
    kind: 'reject',
    reason: 'several_ids',
  });
});

test("an activity record's own id says nothing about whom it is about", () => {
  expect(about({ Id: CONTACT_ID })).toMatchObject({ kind: 'skip', reason: 'no_person' });
});

test('activities of different values never share a key', () => {
  const keyed = { ...tasks, identifiedBy: [['Status'], ['Kind__c']] };
  const key = (Status: string, Kind__c: string) => {
    const mapped = activity({ Status, Kind__c }, keyed);
    return mapped.kind === 'activity' ? mapped.activity.key : undefined;
  };
  expect(key('a/b', 'c')).not.toBe(key('a', 'b/c'));
  expect(key('a', 'b')).toBe(key('a', 'b'));
});

test('an activity past sixteen kilobytes is rejected before it is sent', () => {
  const wide = {
    ...tasks,
    person: {
      activityId: 'act:cm:task',
      attributes: Array.from({ length: 4 }, (__, index) => ({
        from: `Text_${index}__c`,
        path: [`Text_${index}__c`],
        id: `txt:cm:${index}`,
        type: 'large_text' as const,
      })),
    },
  };
  const texts = Object.fromEntries(wide.person.attributes.map(({ from }) => [from, 'x'.repeat(4000)]));
  expect(activity(texts, wide)).toMatchObject({ kind: 'reject', reason: 'activity_too_large' });
});
