import { expect, test } from 'vitest';
import { CONTACT, activity, customs, plan, texts } from '../fixtures/mapping-plan.ts';

test('an activity takes fifteen attributes', () => {
  const { problems } = plan({ Visit__c: { ...texts('Name', 'CreatedDate'), ...customs(15) } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^Visit__c: 16 fields are mapped, but an activity holds 15; deselect at least 1 /);
});

test('an activity without a time, or without the field that says whom it is about, is a problem', () => {
  expect(plan({ Task: texts('Subject', 'IsClosed') }).problems).toEqual([
    'Task: WhoId identifies the person a record belongs to, but the stream does not have it; select it or set person in objects',
    'Task: the stream has no field for the time of its activities; select CompletedDateTime or CreatedDate or set activity.occurred_at in objects',
  ]);
});

test('an attribute that an existing activity lacks is left out, with a warning', () => {
  const { streams, warnings, missing } = plan(
    { Contact: CONTACT, Task: texts('WhoId', 'CreatedDate', 'IsClosed', 'Subject', 'Priority') },
    {},
    {
      personActivities: [
        { id: 'act:cm:task', name: 'Task', attributes: [{ id: 'str:cm:subject', name: 'Subject', type: 'text' }] },
      ],
    },
  );
  expect(activity(streams[1]).person?.attributes.map(({ from }) => from)).toEqual(['Subject']);
  expect(missing.personActivities).toEqual([]);
  expect(warnings).toEqual(
    ['Priority', 'Completed'].map(
      (name) =>
        `Task.${name === 'Completed' ? 'IsClosed' : name}: not sent, because the activity "Task" in Ortto has no attribute "${name}"; add it there`,
    ),
  );
});

test('what the user says of an activity replaces the default, the rest stays', () => {
  const { streams, problems } = plan(
    { Visit__c: texts('Name', 'Guest__c', 'Day__c', 'Kind__c') },
    {
      objects: [
        {
          stream: 'Visit__c',
          target: 'person_activity',
          person: 'Guest__c',
          activity: { name: 'Came by', occurred_at: 'Day__c', identified_by: ['Id', 'Kind__c'] },
          fields: [{ from: 'Kind__c', to: 'Kind of visit' }],
        },
      ],
    },
  );
  expect(problems).toEqual([]);
  expect(activity(streams[0])).toMatchObject({
    about: ['Guest__c'],
    occurredAt: [['Day__c']],
    identifiedBy: [['Id'], ['Kind__c']],
    organization: undefined,
    person: { activityId: 'act:cm:came-by' },
  });
});

test('an activity has no permissions, so lists of values for one are a problem', () => {
  const fields = [{ from: 'Consent__c', to: 'email_permission', opted_out_when: ['No'] }];
  const { problems } = plan(
    { Visit__c: texts('Name', 'Consent__c', 'CreatedDate') },
    { objects: [{ stream: 'Visit__c', fields }] },
  );
  expect(problems).toEqual([
    'Visit__c.Consent__c: opted_out_when is for permissions of people, and this stream becomes activities; remove it',
  ]);
});
