import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ObjectDescription } from '../salesforce/object-description.ts';
import { discoverStream } from './stream-schema.ts';
import { contact, field, object, parents, refinement } from '../fixtures/example-org.ts';
import { parentObjects } from './properties.ts';

const properties = (fields?: readonly string[]): Record<string, unknown> =>
  discoverStream(contact, fields && refinement(fields), parents).stream.json_schema.properties ?? {};

test('a stream has a cursor, a key and both sync modes, and can be resumed', () => {
  expect(discoverStream(contact, undefined, parents).stream).toMatchObject({
    name: 'Contact',
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: ['SystemModstamp'],
    source_defined_primary_key: [['Id']],
    is_resumable: true,
  });
});

test('an object without cursor and Id is a full refresh without a key', () => {
  const { stream } = discoverStream(object('Odd', [field('Label')]), undefined, new Map());
  expect(stream).toEqual({
    name: 'Odd',
    json_schema: expect.objectContaining({ properties: { Label: expect.anything() } }),
    supported_sync_modes: ['full_refresh'],
    is_resumable: false,
  });
});

test('every property is nullable and tells its Salesforce type to human readers', () => {
  expect(properties()).toMatchObject({
    Id: { type: ['null', 'string'], salesforce: { type: 'id', label: 'Id' } },
    AccountId: { salesforce: { type: 'reference', referenceTo: ['Account'] } },
    IsDeleted: { type: ['null', 'boolean'] },
    Amount__c: { type: ['null', 'number'] },
    Visits__c: { type: ['null', 'integer'] },
    Birthdate: { type: ['null', 'string'], format: 'date' },
    Tags__c: { type: ['null', 'array'], items: { type: 'string' } },
    SystemModstamp: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
    Name: { type: ['null', 'string'] },
  });
});

test('compounds are objects of their parts, beside the parts themselves', () => {
  expect(properties()).toMatchObject({
    MailingCity: { type: ['null', 'string'] },
    MailingAddress: {
      type: ['null', 'object'],
      properties: {
        street: { type: ['null', 'string'] },
        city: { type: ['null', 'string'] },
        stateCode: { type: ['null', 'string'] },
        latitude: { type: ['null', 'number'] },
      },
      salesforce: { type: 'address' },
    },
    Place__c: { properties: { latitude: { type: ['null', 'number'] }, longitude: { type: ['null', 'number'] } } },
  });
});

test('files are left out, unknown types are read as text, and both are logged', () => {
  const { stream, notes } = discoverStream(contact, undefined, parents);
  expect(stream.json_schema.properties).not.toHaveProperty('Photo__c');
  expect(stream.json_schema.properties).toHaveProperty('Odd__c.type', ['null', 'string']);
  expect(notes).toEqual([
    'Contact.Photo__c holds a file and is left out',
    'Contact.Odd__c has a type not known here (hologram); it is read as text',
  ]);
});

test('a contact comes with the name of its account', () => {
  expect(parentObjects(contact, undefined)).toEqual(['Account']);
  expect(properties()).toMatchObject({
    Account: { type: ['null', 'object'], properties: { Name: { type: ['null', 'string'] } } },
  });
});

test('named fields narrow a stream, whatever their case, but never take its identity', () => {
  expect(Object.keys(properties(['email', 'MailingAddress', 'account.annualrevenue', 'Account.Name']))).toEqual([
    'Id',
    'IsDeleted',
    'AccountId',
    'Email',
    'HasOptedOutOfEmail',
    'SystemModstamp',
    'MailingAddress',
    'Account',
  ]);
  expect(properties(['Account.AnnualRevenue'])).toHaveProperty('Account.properties.AnnualRevenue.type', [
    'null',
    'number',
  ]);
});

test('a parent of several possible objects has only the fields that all of them have', () => {
  expect(parentObjects(contact, refinement(['Owner.Name']))).toEqual(['Group', 'User']);
  expect(properties(['Owner.Name'])).toHaveProperty('Owner.properties.Name');
  expect(properties(['Owner.Department'])).not.toHaveProperty('Owner');
});

test('every named field that leads nowhere is a problem, and says which', () => {
  const named = [
    'Email',
    'Emial',
    'Account.Nmae',
    'Boss.Name',
    'Account.Owner.Name',
    'Account.BillingAddress',
    'Owner.Department',
  ];
  expect(discoverStream(contact, refinement(named), parents).problems).toEqual([
    'Contact has no field Emial, or the connected user may not see it',
    'Contact.Account.Nmae: Account has no such field, or the connected user may not see it',
    'Contact.Boss.Name: there is no relationship Boss',
    'Contact.Account.Owner.Name: only fields of the parent itself can be read, not of its parents',
    'Contact.Account.BillingAddress: cannot be read through a parent',
    'Contact.Owner.Department: Group or User has no such field, or the connected user may not see it',
  ]);
});

const recorded = '../shared/data/salesforce-describe';

const read = (name: string) => JSON.parse(readFileSync(`${recorded}/${name}.json`, 'utf8')) as ObjectDescription;

test.skipIf(!existsSync(recorded)).each(['Account', 'Contact', 'Lead', 'Opportunity', 'Event', 'Case', 'Custom__c'])(
  'the real description of %s becomes a stream with every one of its fields',
  (name) => {
    const description = read(name);
    const { stream, notes, problems } = discoverStream(description, undefined, new Map([['Account', read('Account')]]));
    expect([notes, problems]).toEqual([[], []]);
    expect(Object.keys(stream.json_schema.properties ?? {})).toEqual(
      expect.arrayContaining(description.fields.map((described) => described.name)),
    );
  },
);

test.skipIf(!existsSync(recorded))('a real address is rebuilt in full', () => {
  const { stream } = discoverStream(read('Account'), undefined, new Map());
  expect(stream.json_schema.properties).toHaveProperty('BillingAddress.properties', {
    street: expect.anything(),
    city: expect.anything(),
    state: expect.anything(),
    postalCode: expect.anything(),
    country: expect.anything(),
    latitude: expect.anything(),
    longitude: expect.anything(),
    geocodeAccuracy: expect.anything(),
  });
});
