import { expect, test } from 'vitest';
import { CONTACT, NUMBER, activity, customs, entity, plan, targets, texts } from '../fixtures/mapping-plan.ts';

test('once what was missing has been created, the plan uses the ids that Ortto assigned and misses nothing', () => {
  const streams = { Contact: { ...CONTACT, ...texts('Title') }, Task: texts('WhoId', 'CreatedDate', 'Subject') };
  const before = plan(streams);
  const person = before.missing.person.map(({ name, type }, index) => ({ id: `str:cm:given-${index}`, name, type }));
  const personActivities = before.missing.personActivities.map(({ name, attributes }) => ({
    id: 'act:cm:given',
    name,
    attributes: attributes.map((each) => ({ ...each, id: `str:cm:given-${each.name}` })),
  }));
  const after = plan(streams, {}, { person, personActivities });
  expect(after.missing).toEqual({ person: [], organization: [], personActivities: [], organizationActivities: [] });
  expect(entity(after.streams[0]).identity).toBe('str:cm:given-0');
  expect(targets(after.streams[0])).toMatchObject({ Title: 'str:cm:given-2' });
  expect(activity(after.streams[1]).person).toMatchObject({
    activityId: 'act:cm:given',
    attributes: [{ from: 'Subject', id: 'str:cm:given-Subject' }],
  });
});

test("an account's field decides the type, whether it is found by name, by an old name or by id", () => {
  const person = [
    { id: 'phn:cm:work-phone', name: 'Work Phone', type: 'phone' },
    { id: 'int:cm:budget', name: 'Yearly budget', type: 'currency' },
    { id: 'txt:cm:notes', name: 'Notes', type: 'large_text' },
  ];
  const { streams, problems, missing } = plan(
    { Contact: { ...CONTACT, ...texts('Work_Phone__c', 'Description'), Budget__c: NUMBER } },
    { objects: [{ stream: 'Contact', fields: [{ from: 'Description', to: 'txt:cm:notes' }] }] },
    { person },
  );
  expect(problems).toEqual([]);
  expect(entity(streams[0]).fields.map(({ id, type }) => [id, type])).toEqual(
    expect.arrayContaining([
      ['phn:cm:work-phone', 'phone'],
      ['int:cm:budget', 'currency'],
      ['txt:cm:notes', 'large_text'],
    ]),
  );
  expect(missing.person.map(({ name }) => name)).toEqual(['Salesforce contact ID', 'Salesforce account ID']);
});

test('more than fifty fields are refused with the object, the count and what to deselect; identity does not count', () => {
  expect(plan({ Contact: { ...CONTACT, ...customs(48) } }).problems).toEqual([]);
  const { problems } = plan({ Contact: { ...CONTACT, ...customs(50) } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^Contact: 52 fields are mapped, but only 50 are allowed; deselect at least 2 in the connection, for example from Custom_0__c, .* and 30 more$/,
  );
});

test('an organization has room for twenty-five custom fields, those of others among them', () => {
  const others = Array.from({ length: 20 }, (_, index) => ({
    id: `str:oc:o-${index}`,
    name: `O ${index}`,
    type: 'text',
  }));
  expect(plan({ Account: customs(4) }, {}, { organization: others }).problems).toEqual([]);
  expect(plan({ Account: customs(5) }, {}, { organization: others }).problems).toEqual([
    'Custom fields of organizations: 26 would be in use, but only 25 are allowed; deselect at least 1 of those that are new in Ortto: Salesforce account ID, Custom 0, Custom 1, Custom 2, Custom 3, Custom 4',
  ]);
});

test('people may use a hundred custom fields over all streams', () => {
  const more = texts(...Array.from({ length: 49 }, (_, index) => `More_${index}__c`));
  const { problems } = plan({ Contact: { ...CONTACT, ...customs(48) }, Lead: { ...texts('Email'), ...more } });
  expect(problems).toEqual([]);
  const custom = texts(...Array.from({ length: 48 }, (_, index) => `Student_${index}__c`));
  const crowded = plan(
    {
      Contact: { ...CONTACT, ...customs(48) },
      Student__c: { ...texts('Email__c'), ...custom },
      Lead: { ...texts('Email'), ...more },
    },
    { objects: [{ stream: 'Student__c', target: 'person', fields: [{ from: 'Email__c', to: 'email' }] }] },
  ).problems;
  expect(crowded[0]).toMatch(
    /^Custom fields of people: 149 would be in use, but only 100 are allowed; deselect at least 49 /,
  );
});
