import type { JSONSchema7 } from 'json-schema';
import { expect, test } from 'vitest';
import type { ConfiguredCatalog } from '../../airbyte/protocol.ts';
import { parseConfig } from '../config.ts';
import { planMapping } from './plan.ts';
import type { MappingPlan, OrttoSchema, StreamMapping } from './plan.ts';

type Properties = NonNullable<JSONSchema7['properties']>;

const TEXT: JSONSchema7 = { type: ['null', 'string'] };
const NUMBER: JSONSchema7 = { type: ['null', 'number'] };
const BOOLEAN: JSONSchema7 = { type: ['null', 'boolean'] };

const texts = (...names: readonly string[]): Properties => Object.fromEntries(names.map((name) => [name, TEXT]));

const catalog = (streams: { readonly [name: string]: Properties }): ConfiguredCatalog => ({
  streams: Object.entries(streams).map(([name, properties]) => ({
    stream: {
      name,
      json_schema: { type: 'object', properties: { Id: TEXT, ...properties } },
      supported_sync_modes: ['incremental'],
    },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  })),
});

const EMPTY: OrttoSchema = { person: [], organization: [], personActivities: [], organizationActivities: [] };

const CONTACT: Properties = { ...texts('FirstName', 'Email', 'AccountId'), HasOptedOutOfEmail: BOOLEAN };

const plan = (
  streams: { readonly [name: string]: Properties },
  settings: { readonly [key: string]: unknown } = {},
  schema: Partial<OrttoSchema> = {},
): MappingPlan => planMapping(parseConfig({ api_key: 'key', ...settings }), catalog(streams), { ...EMPTY, ...schema });

const entity = (mapping: StreamMapping | undefined) => {
  if (mapping?.kind !== 'entity') throw new Error(`expected an entity, got ${String(mapping?.kind)}`);
  return mapping;
};

const activity = (mapping: StreamMapping | undefined) => {
  if (mapping?.kind !== 'activity') throw new Error(`expected an activity, got ${String(mapping?.kind)}`);
  return mapping;
};

const targets = (mapping: StreamMapping | undefined) =>
  Object.fromEntries(entity(mapping).fields.map(({ from, id }) => [from, id]));

test('the default objects become what the design says, and a custom object an activity of whom it names', () => {
  const names = ['Account', 'Lead', 'Contact', 'Campaign', 'OpportunityContactRole', 'Task', 'Visit__c'];
  const { streams, problems } = plan(
    Object.fromEntries(names.map((name) => [name, texts('Name', 'Email', 'WhoId', 'CreatedDate', 'IsClosed')])),
  );
  expect(problems).toEqual([]);
  expect(streams.map((each) => (each.kind === 'entity' ? each.target : each.kind))).toEqual([
    'organization',
    'person',
    'person',
    'none',
    'none',
    'activity',
    'activity',
  ]);
  const [, , , , , task, visit] = streams;
  expect(activity(task)).toMatchObject({ about: ['WhoId'], organization: undefined });
  expect(activity(visit)).toMatchObject({
    about: undefined,
    person: { activityId: 'act:cm:visit' },
    organization: { activityId: 'act:oc:visit' },
  });
});

test('selected fields go where the default mapping says; unselected ones are simply not there', () => {
  const { streams, problems, missing } = plan({
    Contact: { ...CONTACT, ...texts('Title'), Account: { type: 'object', properties: { Name: TEXT } } },
  });
  expect(problems).toEqual([]);
  expect(targets(streams[0])).toEqual({
    FirstName: 'str::first',
    Email: 'str::email',
    HasOptedOutOfEmail: 'bol::p',
    Title: 'str:cm:job-title',
    'Account.Name': 'str:cm:company',
  });
  expect(missing.person.map(({ name }) => name)).toEqual([
    'Salesforce contact ID',
    'Salesforce account ID',
    'Job title',
    'Company',
  ]);
});

test('a selected custom field becomes a field of its own name, one for contacts and leads', () => {
  const { streams, missing } = plan({
    Contact: { ...CONTACT, Lead_Score__c: NUMBER },
    Lead: { ...texts('Email'), Lead_Score__c: NUMBER, Interests__c: { type: ['null', 'array'] } },
  });
  expect(targets(streams[0])).toMatchObject({ Lead_Score__c: 'int:cm:lead-score' });
  expect(targets(streams[1])).toMatchObject({ Lead_Score__c: 'int:cm:lead-score', Interests__c: 'sst:cm:interests' });
  expect(missing.person).toContainEqual({ name: 'Lead score', type: 'decimal' });
  expect(missing.person.filter(({ name }) => name === 'Lead score')).toHaveLength(1);
});

test('standard fields that nothing is done with are named once, identity and addresses in parts aside', () => {
  const { notes } = plan({
    Contact: {
      ...CONTACT,
      ...texts('Fax', 'OwnerId', 'SystemModstamp', 'IsDeleted', 'MasterRecordId'),
      MailingAddress: { type: ['null', 'object'], properties: { city: TEXT, street: TEXT } },
    },
  });
  expect(notes).toEqual([
    'Contact: selected but not sent, because the mapping does not name them: Fax, OwnerId, MailingAddress. Add them with objects[].fields',
  ]);
});

test('once what was missing has been created, the plan uses the ids Ortto gave and misses nothing', () => {
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

test('all that is wrong is told at once: types that clash, unknown fields and ids, two fields on one', () => {
  const { problems } = plan(
    {
      Contact: {
        ...CONTACT,
        ...texts('Title', 'Job_Title__c', 'Tier__c', 'Salesforce_Contact_ID__c', 'Fax'),
        Score__c: NUMBER,
      },
      Lead: texts('Email', 'Tier__c', 'Score__c'),
      Widget: texts('Email'),
    },
    {
      objects: [
        {
          stream: 'Contact',
          fields: [
            { from: 'Gone', to: 'Gone' },
            { from: 'Fax', to: 'idt::o' },
          ],
        },
      ],
    },
    { person: [{ id: 'int:cm:tier', name: 'Tier', type: 'integer' }] },
  );
  expect(problems).toEqual([
    'Contact.Gone: the stream has no such field; select it or remove the row from objects',
    'Contact.Fax: Ortto has no writable field idt::o',
    'Contact.Tier__c: "Tier" has the type integer in Ortto, but the values are text; map them to another field',
    'Contact: Title and Job_Title__c would all write str:cm:job-title; map all but one to another field or to none',
    'Contact: Salesforce_Contact_ID__c would write str:cm:salesforce-contact-id, where the connector keeps a Salesforce id; map it to another field or to none',
    'Lead.Tier__c: "Tier" has the type integer in Ortto, but the values are text; map them to another field',
    'Lead.Score__c: "Score" is decimal for Contact.Score__c, but text here; map one of them to another field',
    'Widget: the mapping does not cover this stream; add it to objects, remove it from the connection, or set stream_prefix if the connection adds a prefix to stream names',
  ]);
});

test('a stream without Id is a problem, and so is a prefix the stream does not have', () => {
  const streams: ConfiguredCatalog = {
    streams: catalog({ sf_Contact: CONTACT, Account: {} }).streams.map((each, index) =>
      index === 0
        ? { ...each, stream: { ...each.stream, json_schema: { type: 'object', properties: { Email: TEXT } } } }
        : each,
    ),
  };
  expect(planMapping(parseConfig({ api_key: 'key', stream_prefix: 'sf_' }), streams, EMPTY).problems).toEqual([
    'sf_Contact: the stream has no field Id; only Salesforce objects with their Id can be written',
    'Account: the mapping does not cover this stream, even with stream_prefix "sf_" removed; correct the prefix, add the stream to objects, or remove it from the connection',
  ]);
});

test('slips in objects are found, all of them at once, and a field that Ortto has may be named as it likes', () => {
  const row = (from: string, to: string) => ({ from, to });
  const objects = [
    { stream: 'contact', target: 'none' },
    {
      stream: 'Contact',
      fields: [row('email', 'none'), row('FirstName', 'first_nme'), row('AccountId', 'lead_source')],
    },
    { stream: 'Visit__c', fields: [row('name', 'none')] },
  ];
  const streams = { Contact: CONTACT, Visit__c: texts('Name', 'CreatedDate') };
  const person = [{ id: 'str:cm:lead-source', name: 'lead_source', type: 'text' }];
  expect(plan(streams, { objects }, { person }).problems).toEqual([
    'objects[0].stream: the connection has no stream contact. Did you mean Contact?',
    'Contact.email: the stream has no field email. Did you mean Email?',
    expect.stringMatching(/^Contact\.FirstName: "first_nme" is not one of Ortto's own fields/),
    'Visit__c.name: the stream has no field name. Did you mean Name?',
  ]);
});

test('the prefix of a connection is taken off before streams are looked up', () => {
  const { streams, problems } = plan({ sf_Contact: CONTACT }, { stream_prefix: 'sf_' });
  expect(problems).toEqual([]);
  expect(entity(streams[0])).toMatchObject({ stream: 'sf_Contact', object: 'Contact' });
});

const customs = (count: number) => texts(...Array.from({ length: count }, (_, index) => `Custom_${index}__c`));

test('more than fifty fields are refused with the object, the count and what to untick; identity does not count', () => {
  expect(plan({ Contact: { ...CONTACT, ...customs(48) } }).problems).toEqual([]);
  const { problems } = plan({ Contact: { ...CONTACT, ...customs(50) } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^Contact: 52 fields are mapped, but only 50 are allowed; deselect at least 2 in the connection, for example from Custom_0__c, .* and 30 more$/,
  );
});

test('an activity takes fifteen attributes', () => {
  const { problems } = plan({ Visit__c: { ...texts('Name', 'CreatedDate'), ...customs(15) } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^Visit__c: 16 fields are mapped, but an activity holds 15; deselect at least 1 /);
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

test('rules follow from the row, the boxes and the merge strategy, whichever is strictest', () => {
  const rules = (settings: { readonly [key: string]: unknown }) =>
    Object.fromEntries(
      entity(plan({ Contact: { ...CONTACT, ...texts('Title') } }, settings).streams[0]).fields.map(({ from, rule }) => [
        from,
        rule,
      ]),
    );
  expect(rules({})).toEqual({
    FirstName: 'overwrite',
    Email: 'overwrite',
    HasOptedOutOfEmail: 'overwrite',
    Title: 'overwrite',
  });
  expect(rules({ modify_system_fields: { mode: 'selected', fields: ['email'] } })).toEqual({
    FirstName: 'on_create',
    Email: 'overwrite',
    HasOptedOutOfEmail: 'on_create',
    Title: 'overwrite',
  });
  expect(rules({ people: { merge_strategy: 'append_only' } })).toEqual({
    FirstName: 'if_empty',
    Email: 'if_empty',
    HasOptedOutOfEmail: 'overwrite',
    Title: 'if_empty',
  });
  expect(
    rules({
      modify_system_fields: { mode: 'if_empty' },
      objects: [
        {
          stream: 'Contact',
          fields: [
            { from: 'FirstName', to: 'first_name', rule: 'on_create' },
            { from: 'Title', to: 'Job title', rule: 'if_empty' },
          ],
        },
      ],
    }),
  ).toEqual({ FirstName: 'on_create', Email: 'if_empty', HasOptedOutOfEmail: 'on_create', Title: 'if_empty' });
});

test('system fields keep their value when Salesforce has none, custom ones are cleared, unless a row says otherwise', () => {
  const { streams } = plan(
    { Contact: { ...CONTACT, ...texts('Title', 'Department') } },
    { objects: [{ stream: 'Contact', fields: [{ from: 'Department', to: 'Department', nulls: 'ignore' }] }] },
  );
  const nulls = Object.fromEntries(entity(streams[0]).fields.map((field) => [field.from, field.nulls]));
  expect(nulls).toMatchObject({ FirstName: 'ignore', Title: 'clear', Department: 'ignore' });
});

test('a row of the user replaces that of the same field, and none drops it', () => {
  const { streams } = plan(
    { Contact: { ...CONTACT, ...texts('Title', 'Secret__c') } },
    {
      objects: [
        {
          stream: 'Contact',
          fields: [
            { from: 'Title', to: 'Role', type: 'single_select' },
            { from: 'FirstName', to: 'none' },
            { from: 'Secret__c', to: 'none' },
          ],
        },
      ],
    },
  );
  expect(targets(streams[0])).toEqual({ Email: 'str::email', HasOptedOutOfEmail: 'bol::p', Title: 'str:cm:role' });
});

test('match keys are those of the setting that the stream has, in order; none left is a problem', () => {
  const keys = (people: { readonly [key: string]: unknown }, properties: Properties = CONTACT) => {
    const { streams, problems } = plan({ Contact: properties }, { people });
    return problems.length > 0 ? problems : entity(streams[0]).keys;
  };
  expect(keys({})).toEqual(['str:cm:salesforce-contact-id', 'str::email']);
  expect(keys({ match_by: ['email', 'phone', 'salesforce_id'] })).toEqual([
    'str::email',
    'str:cm:salesforce-contact-id',
  ]);
  expect(keys({ match_by: ['phone'] })).toEqual([
    'Contact: the stream has none of the match keys (phone); select such a field or match by salesforce_id',
  ]);
});

test('leads hand over only where contacts arrive and the setting says so', () => {
  const leads = { Lead: texts('Email', 'IsConverted', 'ConvertedContactId') };
  expect(entity(plan({ ...leads, Contact: CONTACT }).streams[0]).handOver).toBe('str:cm:salesforce-contact-id');
  expect(entity(plan(leads).streams[0]).handOver).toBeUndefined();
  expect(
    entity(plan({ ...leads, Contact: CONTACT }, { merge_converted_leads: false }).streams[0]).handOver,
  ).toBeUndefined();
  expect(
    entity(plan({ ...leads, Contact: CONTACT }, { objects: [{ stream: 'Contact', target: 'none' }] }).streams[0])
      .handOver,
  ).toBeUndefined();
});

test('people follow their account, except that nobody who exists is touched under ignore', () => {
  expect(entity(plan({ Contact: CONTACT }).streams[0]).account).toEqual({
    id: 'str:cm:salesforce-account-id',
    rule: 'overwrite',
  });
  expect(entity(plan({ Contact: CONTACT }, { people: { merge_strategy: 'ignore' } }).streams[0]).account?.rule).toBe(
    'on_create',
  );
  expect(entity(plan({ Lead: texts('Email') }).streams[0]).account).toBeUndefined();
});

test('a stream without an opt-out is worth a warning', () => {
  expect(plan({ Contact: texts('Email') }).warnings).toEqual([
    'Contact: no field shows who opted out of email (HasOptedOutOfEmail is not selected), so Ortto treats every new person as subscribed',
  ]);
  expect(plan({ Contact: CONTACT }).warnings).toEqual([]);
});

test('an activity without a time, or without the field that says whom it is about, is a problem', () => {
  expect(plan({ Task: texts('Subject', 'IsClosed') }).problems).toEqual([
    'Task: WhoId identifies the person a record belongs to, but the stream does not have it; select it or set person in objects',
    'Task: the stream has no field for the time of its activities; select CompletedDateTime or CreatedDate or set activity.occurred_at in objects',
  ]);
});

test('an attribute that an existing activity lacks is left out, with a warning', () => {
  const { streams, warnings, missing } = plan(
    { Task: texts('WhoId', 'CreatedDate', 'IsClosed', 'Subject', 'Priority') },
    {},
    {
      personActivities: [
        { id: 'act:cm:task', name: 'Task', attributes: [{ id: 'str:cm:subject', name: 'Subject', type: 'text' }] },
      ],
    },
  );
  expect(activity(streams[0]).person?.attributes.map(({ from }) => from)).toEqual(['Subject']);
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
