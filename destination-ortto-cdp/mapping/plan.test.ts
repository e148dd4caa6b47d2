import { expect, test } from 'vitest';
import type { ConfiguredCatalog } from '../../airbyte/protocol.ts';
import { parseConfig } from '../config.ts';
import { planMapping } from './plan.ts';
import {
  CONTACT,
  EMPTY,
  NUMBER,
  TEXT,
  activity,
  catalog,
  entity,
  plan,
  targets,
  texts,
} from '../fixtures/mapping-plan.ts';

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

test('standard fields that are not used are named once, except for identity and the parts of addresses', () => {
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

test('all problems are reported at once: types that clash, unknown fields and ids, two fields mapped to one', () => {
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

test('typos in objects are found, all of them at once, and a field that Ortto has may have any name', () => {
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
